"""`kritiq bench api`: every endpoint's latency under a mixed load, against a running Kritiq.

50 clients (by default) post, poll, list, sum up, look at the queue, cancel, retry and delete, without waiting calls,
for a bounded time; p50 and p99 per endpoint come from all calls of the run.
"""

import http.client
import itertools
import json
import random
import statistics
import threading
import time
from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

import click

from jobs.finite import Finite

REVIEWS = (
    "Das Essen war super, aber der Service war langsam.",
    "Tolle Lage am See. Die Preise sind gesalzen!",
    "Wir kommen wieder. Das Bier war kalt, die Kellnerin freundlich und der Garten ein Traum.",
)


class Client:
    """One client: a connection, a random choice of calls, and what each of them took."""

    def __init__(self, base: str, number: int) -> None:
        parts = urlsplit(base)
        self._connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=30)
        self._random = random.Random(number)
        self._jobs: list[str] = []
        self._count = itertools.count()
        #: Endpoint -> seconds of each call.
        self.took: dict[str, list[float]] = defaultdict(list)
        self.statuses: dict[int, int] = defaultdict(int)

    def call(self, name: str, method: str, path: str, body: Any = None) -> Any:
        """One timed call; the parsed body."""
        data = json.dumps(body) if body is not None else None
        started = time.perf_counter()
        self._connection.request(method, path, data, {"Content-Type": "application/json"} if data else {})
        answer = self._connection.getresponse()
        content = answer.read()
        self.took[name].append(time.perf_counter() - started)
        self.statuses[answer.status] += 1
        return json.loads(content) if content[:1] == b"{" else None

    def once(self) -> None:
        """One call, chosen at random."""
        kinds = {"post": 6, "get": 8, "list": 1, "summary": 1, "queue": 1, "cancel": 1, "delete": 1}
        kind = self._random.choices([*kinds], [*kinds.values()])
        job = self._random.choice(self._jobs) if self._jobs else None
        match kind[0]:
            case "get" if job:
                self.call("GET /v1/jobs/{id}", "GET", f"/v1/jobs/{job}")
            case "list":
                self.call("GET /v1/jobs", "GET", "/v1/jobs?page_size=20")
            case "summary":
                self.call("GET /v1/restaurants/{id}/summary", "GET", "/v1/restaurants/bench/summary")
            case "queue":
                self.call("GET /v1/queue", "GET", "/v1/queue")
            case "cancel" if job:
                self.call("POST /v1/jobs/{id}/cancel", "POST", f"/v1/jobs/{job}/cancel")
            case "delete" if job:
                self._jobs.remove(job)
                self.call("DELETE /v1/jobs/{id}", "DELETE", f"/v1/jobs/{job}")
            case _:
                text = f"{self._random.choice(REVIEWS)} {next(self._count)}"
                made = self.call("POST /v1/jobs", "POST", "/v1/jobs", {"text": text, "restaurant": "bench"})
                if made and "id" in made:
                    self._jobs.append(made["id"])


def measure(base: str, clients: int, seconds: float, pause_s: float) -> dict[str, Any]:
    """The run's figures; each client pauses up to `2 * pause_s` between two calls."""
    everybody = [Client(base, number) for number in range(clients)]
    until = time.monotonic() + seconds

    def run(client: Client, number: int) -> None:
        pauses = random.Random(number)
        while time.monotonic() < until:
            client.once()
            time.sleep(pauses.uniform(0, 2 * pause_s))

    threads = [threading.Thread(target=run, args=(client, n)) for n, client in enumerate(everybody)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.monotonic() - started
    took: dict[str, list[float]] = defaultdict(list)
    statuses: dict[int, int] = defaultdict(int)
    for client in everybody:
        for name, values in client.took.items():
            took[name] += values
        for status, count in client.statuses.items():
            statuses[status] += count
    return {
        "clients": clients,
        "calls_per_s": round(sum(map(len, took.values())) / elapsed, 1),
        "statuses": dict(sorted(statuses.items())),
        "endpoints": {
            name: {
                "calls": len(values),
                "p50_ms": round(1000 * statistics.median(values), 1),
                "p99_ms": round(1000 * sorted(values)[int(0.99 * len(values))], 1),
            }
            for name, values in sorted(took.items())
        },
    }


@click.command("api")
@click.option("--url", default="http://127.0.0.1:5000", show_default=True, help="A running Kritiq on this machine.")
@click.option("--clients", type=click.IntRange(1), default=50, show_default=True)
@click.option("--seconds", type=Finite(min=0, min_open=True), default=30.0, show_default=True)
@click.option(
    "--pause",
    type=Finite(min=0),
    default=0.1,
    show_default=True,
    help="Mean pause of a client between two calls, in seconds.",
)
def api_command(url: str, clients: int, seconds: float, pause: float) -> None:
    """Latency of every endpoint under a mixed load."""
    if not (urlsplit(url).hostname or "").startswith("127."):
        raise click.UsageError("this load goes to 127.0.0.0/8 only")
    click.echo(json.dumps(measure(url, clients, seconds, pause), indent=2))
