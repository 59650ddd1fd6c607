"""Clients: they submit under their own ids and repeat a request until it is answered, as good clients do."""

import http.client
import itertools
import json
import threading
import time
from collections.abc import Callable, Sequence

from bench.faults.ledger import Ledger

#: Clients at once; a request that is not answered in so many seconds is broken.
CLIENTS, TIMEOUT_S = 6, 20.0
#: Before a request is repeated, in seconds.
AGAIN_S = 0.2


class Load:
    """Submits `jobs` reviews at about `rate` a second from the start of the block. A context manager."""

    def __init__(
        self,
        ledger: Ledger,
        ports: Callable[[], Sequence[int]],
        *,
        jobs: int,
        rate: float,
        text: Callable[[int], str] = lambda number: f"Gericht {number} war gut.",
        timeout_s: float = TIMEOUT_S,
        prefix: str = "load",
    ) -> None:
        self._prefix = prefix
        self._ledger, self._ports, self._jobs, self._rate, self._text = ledger, ports, jobs, rate, text
        self._timeout_s = timeout_s
        self._numbers = itertools.count()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._client, daemon=True) for _ in range(CLIENTS)]

    def __enter__(self) -> "Load":
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def finish(self, within_s: float = 300.0) -> None:
        """Wait until all reviews are accepted."""
        until = time.monotonic() + within_s
        for thread in self._threads:
            thread.join(max(0.1, until - time.monotonic()))

    @property
    def going_on(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def _client(self) -> None:
        while not self._stopping.is_set():
            number = next(self._numbers)
            if number >= self._jobs:
                return
            wait = self._began + number / self._rate - time.monotonic()
            if wait > 0 and self._stopping.wait(wait):
                return
            self._submit(number)

    def _submit(self, number: int) -> None:
        job_id, asked_at = f"{self._prefix}-{number}", time.monotonic()
        body = {"text": self._text(number), "priority": "high" if number % 5 == 0 else "normal"}
        # Some wait for the answer: they too must get one, whatever happens meanwhile.
        headers = {"Prefer": "wait=3"} if number % 10 == 0 else {}
        while not self._stopping.is_set():
            status = self._put(number, f"/v1/jobs/{job_id}", body, headers)
            if status in (200, 202):
                self._ledger.accept(job_id, asked_at)
                return
            time.sleep(AGAIN_S)

    def _put(self, number: int, path: str, body: object, headers: dict[str, str]) -> int:
        ports = list(self._ports())
        sent = False
        for turn in range(len(ports)):
            port = ports[(number + turn) % len(ports)]
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=self._timeout_s)
            try:
                connection.connect()
                sent = True
                connection.request("PUT", path, json.dumps(body), {"Content-Type": "application/json", **headers})
                status = connection.getresponse().status
                if status == 503:
                    self._ledger.refuse()
                elif status not in (200, 202):
                    self._ledger.fail(str(status))
                return status
            except OSError as error:
                if sent:
                    self._ledger.fail(type(error).__name__)
                    return 0
                # Nobody listens here: a balancer asks the next one.
            except http.client.HTTPException as error:
                self._ledger.fail(type(error).__name__)
                return 0
            finally:
                connection.close()
        self._ledger.fail("refused by all")
        return 0


def submit_batch(ledger: Ledger, port: int, texts: Sequence[str], *, key: str) -> None:
    """Submit a batch, repeated under its key until it is accepted."""
    body = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
            headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": key}
            connection.request("POST", "/v1/batches", body, headers)
            answer = connection.getresponse()
            reply = answer.read()
            if answer.status == 202:
                ledger.accept_batch(json.loads(reply)["id"], len(texts))
                return
            assert answer.status == 503, reply
            ledger.refuse()
        except OSError as error:
            ledger.fail(type(error).__name__)
        time.sleep(AGAIN_S)
