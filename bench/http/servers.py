"""`kritiq bench servers`: gunicorn's worker classes under the same application, in turns.

`python -m bench.http.servers CLASS PROCESSES THREADS` serves the API that way; the command starts each so, with a
private Redis, and asks two things of it: how many `POST /v1/jobs` it accepts a second, and what one takes while clients
wait for jobs that no worker will end.
"""

import importlib.util
import json
import socket
import statistics
import sys
import time
from contextlib import ExitStack
from typing import Any

import click

from api.cli import Server
from bench.figures import in_turns, rounded, significant
from bench.fleet import Client, fleet
from bench.harness import Stack
from bench.queue.latency import waiting_posts
from bench.queue.rates import CLIENTS, posts
from bench.texts import reviews
from jobs.settings import load_settings

#: Worker class, processes, threads (connections of gevent's). Not `sync`: a waiting client has its process to itself.
CANDIDATES = (("gthread", 1, 64), ("gthread", 2, 32), ("gthread", 4, 16), ("gevent", 2, 64))
#: Clients that wait while the others' latency is measured, and how many posts that takes.
WAITING, POSTS = 20, 100


@click.command("servers")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--requests", "count", type=click.IntRange(1), default=3000, show_default=True)
def servers_command(rounds: int, count: int) -> None:
    """Accepted posts a second, and a post's time beside waiting clients, for each worker class, as JSON."""
    candidates = [each for each in CANDIDATES if each[0] != "gevent" or importlib.util.find_spec("gevent")]
    sent = posts(reviews(count))
    found: dict[str, Any] = {}
    with Stack() as stack:

        def accepted(candidate: tuple[str, int, int]) -> float:
            with stack.api("bench.http.servers", *map(str, candidate)) as (_, port):
                fleet(port, sent[:200], clients=CLIENTS, expect=202)
                rate = count / fleet(port, sent, clients=CLIENTS, expect=202)
            stack.client.flushall()
            return rate

        names = {" ".join(map(str, candidate)): candidate for candidate in candidates}
        rates = in_turns({name: (lambda name=name: accepted(names[name])) for name in names}, rounds)  # type: ignore[misc]
        for name, candidate in names.items():
            found[name] = {
                "accepted_per_s": rounded(rates[name]),
                "beside_waiting_ms": beside_waiting(stack, candidate),
            }
    click.echo(json.dumps(found, indent=2))


def beside_waiting(stack: Stack, candidate: tuple[str, int, int]) -> float | None:
    """Median milliseconds of a post while others wait; None when one was not answered within two seconds."""
    with stack.api("bench.http.servers", *map(str, candidate)) as (_, port), ExitStack() as waiting:
        for sent in waiting_posts(reviews(WAITING)):
            waiting.enter_context(socket.create_connection(("127.0.0.1", port), 10)).sendall(sent)
        client = Client(port, timeout_s=2)
        took = []
        try:
            for sent in posts(reviews(POSTS, seed=2)):
                started = time.perf_counter()
                client(sent)
                took.append((time.perf_counter() - started) * 1000)
        except TimeoutError:
            return None
        finally:
            client.close()
            stack.client.flushall()
    return significant(statistics.median(took))


class _Server(Server):
    """Kritiq's server as another class of worker."""

    def load_config(self) -> None:
        super().load_config()
        kind, processes, threads = sys.argv[1:]
        self.cfg.set("worker_class", kind)
        self.cfg.set("workers", int(processes))
        self.cfg.set("threads", int(threads) if kind == "gthread" else 1)
        self.cfg.set("worker_connections", int(threads) if kind == "gevent" else 1000)


if __name__ == "__main__":
    _Server(load_settings()).run()
