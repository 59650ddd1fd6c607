"""A service may close a connection that is kept open just as the next request comes: nothing is done twice for it."""

import asyncio
import json
from collections.abc import Iterator
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import pytest

from kritiq_client import AsyncClient, Client, Retries, TransportError
from tests.unit.client.shells import job

PATIENT = Retries(base_s=0.001)


class Closing(ThreadingTCPServer):
    """Answers the first request of each connection with a job, and closes the connection when it has read the next."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        #: Path, idempotency key, and whether it was answered, of each request that was read.
        self.seen: list[tuple[str, str, bool]] = []


class _Connection(StreamRequestHandler):
    server: Closing

    def handle(self) -> None:
        for answers in (True, False):
            path = self.rfile.readline().decode().partition(" ")[2].partition(" ")[0]
            if not path:
                return
            lines = iter(lambda: self.rfile.readline().decode().strip(), "")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            self.rfile.read(int(headers.get("content-length", 0)))
            self.server.seen.append((path, headers.get("idempotency-key", ""), answers))
            if answers:
                body = json.dumps(job()).encode()
                head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
                self.wfile.write(head.encode() + body)


@pytest.fixture
def closing() -> Iterator[Closing]:
    with Closing() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def called(kind: str, url: str, *calls: tuple[str, str]) -> list[Any]:
    """What calls with one argument come to, one after another by one client: answers, and what they raise."""

    async def run() -> list[Any]:
        async with AsyncClient(url, api_key="k", retries=PATIENT) as client:
            found = list[Any]()
            for name, argument in calls:
                try:
                    found.append(await getattr(client, name)(argument))
                except TransportError as error:
                    found.append(error)
            return found

    if kind == "async":
        return asyncio.run(run())
    with Client(url, api_key="k", retries=PATIENT) as client:
        found = list[Any]()
        for name, argument in calls:
            try:
                found.append(getattr(client, name)(argument))
            except TransportError as error:
                found.append(error)
        return found


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("call", ["submit", "retry", "get"])
def test_what_does_nothing_twice_is_sent_again_under_its_key(closing: Closing, kind: str, call: str) -> None:
    argument = "job_1"
    found = called(kind, closing.url, ("get", "job_0"), (call, argument))
    assert not isinstance(found[0], TransportError)
    _, lost, again = closing.seen
    assert (lost[2], again[2], lost[:2]) == (False, True, again[:2])
    assert bool(again[1]) == (call != "get")


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_what_might_be_done_twice_is_not_sent_again_and_says_so(closing: Closing, kind: str) -> None:
    _, raised = called(kind, closing.url, ("get", "job_0"), ("ping_endpoint", "ep_1"))
    assert isinstance(raised, TransportError)
    assert raised.sent
    assert [path for path, _, _ in closing.seen] == ["/v1/jobs/job_0", "/v1/endpoints/ep_1/ping"]
