"""`kritiq bench webhooks`: what one hanging endpoint costs the healthy ones.

A delivery worker in a process of its own sends to ten healthy receivers in another process. Rounds with and without
an eleventh endpoint that accepts every connection and never answers take turns, on the same machine in the same run;
the figure is the ratio of their p95, from the end of the job to the delivery written down, by Redis' clock. Every
round without it is measured twice; the ratio of those two says what the figure is worth on this machine.
"""

import asyncio
import json
import multiprocessing
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from types import MappingProxyType

import click
import orjson
import redis

from jobs.finite import Finite
from jobs.job import DEFAULT_TENANT, Claim, Job, Outcome, Status, new_id
from ops.process import ChildProcess
from ops.redis_server import RedisServer
from store.delivery_log import DeliveryLog
from store.endpoints import EndpointStore
from store.jobs import RedisStore
from webhooks.delivery import DeliveryStatus
from webhooks.endpoint import Endpoint
from webhooks.options import EndpointOptions
from webhooks.secret import SecretCipher, new_key

HEALTHY = 10
RESULT = orjson.dumps({"language": "de", "sentences": []})


async def _serve(ports: Connection) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        await reader.readexactly(length)
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()

    servers = [await asyncio.start_server(answer, "127.0.0.1", 0, backlog=512) for _ in range(HEALTHY)]
    servers.append(await asyncio.start_server(hang, "127.0.0.1", 0, backlog=512))
    ports.send([server.sockets[0].getsockname()[1] for server in servers])
    await asyncio.Event().wait()


def _receivers(ports: Connection) -> None:
    asyncio.run(_serve(ports))


@contextmanager
def receivers() -> Iterator[list[int]]:
    """Ports of the healthy receivers, and last the one that hangs; in a process of their own."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_receivers, args=(there,), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()


@contextmanager
def private_redis() -> Iterator[str]:
    """A Redis for this run; its URL."""
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder)).start()
        try:
            yield server.url
        finally:
            server.stop()


@contextmanager
def delivery_worker(url: str, key: str, more: Mapping[str, str] = MappingProxyType({})) -> Iterator[None]:
    """`kritiq delivery` with its defaults, and the variables `more`."""
    environment = dict(os.environ, KRITIQ_REDIS_URL=url, KRITIQ_SECRET_KEYS=key, KRITIQ_WEBHOOK_ALLOW_INSECURE="true")
    environment |= more
    command = [sys.executable, "-m", "ops", "delivery", "--log-level", "ERROR"]
    process = ChildProcess(command, env=environment, output=lambda line: click.echo(line, err=True)).start()
    try:
        yield
    finally:
        # Not gently: it would wait for the receiver that hangs.
        process.stop(signal.SIGKILL)


def end_job(store: RedisStore) -> str:
    """A job that ends now; its id."""
    job_id = new_id()
    store.create(Job(id=job_id), "Gut.")
    claims = store.claim(jobs=1, weight=100, lease_ms=60_000)
    outcomes = [
        Outcome(claim=claim, status=Status.SUCCEEDED, result=RESULT) for claim in claims if isinstance(claim, Claim)
    ]
    store.complete(outcomes)
    return job_id


def measure(client: redis.Redis, endpoints: list[Endpoint], jobs: int, pause_s: float) -> list[float]:
    """Milliseconds from a job's end to its written-down delivery, for every job and healthy endpoint."""
    store = RedisStore(client)
    ids = []
    for _ in range(jobs):
        ids.append(end_job(store))
        time.sleep(pause_s)
    log, took = DeliveryLog(client), []
    for job_id in ids:
        for endpoint in endpoints:
            until = time.monotonic() + 60
            name = f"msg_{job_id}_{endpoint.id}"
            while (found := log.get(DEFAULT_TENANT, name)).status is not DeliveryStatus.SUCCEEDED:
                if time.monotonic() > until:
                    raise click.ClickException(f"{name} is {found.status}")
                time.sleep(0.01)
            took.append(float(found.ended_at or 0) - found.created_at)
    return took


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


@click.command("webhooks")
@click.option(
    "--deliveries",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    help="Deliveries to healthy receivers in each round.",
)
@click.option(
    "--rounds",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Rounds with the hanging endpoint, and as many without.",
)
@click.option(
    "--pause", "pause_s", type=Finite(min=0), default=0.1, show_default=True, help="Seconds between two jobs."
)
def webhooks_command(deliveries: int, rounds: int, pause_s: float) -> None:
    """What one hanging endpoint costs the others, as a ratio of p95."""
    key = new_key()
    alone: list[float] = []
    again: list[float] = []
    beside: list[float] = []
    with private_redis() as url, receivers() as ports, delivery_worker(url, key):
        client = redis.Redis.from_url(url)
        store = EndpointStore(client, SecretCipher(key))
        made = [_add(store, port) for port in ports]
        healthy, jobs = made[:-1], deliveries // HEALTHY
        store.delete(DEFAULT_TENANT, made[-1].id)
        measure(client, healthy, 10, pause_s)
        for _ in range(rounds):
            alone += measure(client, healthy, jobs, pause_s)
            again += measure(client, healthy, jobs, pause_s)
            hanging = _add(store, ports[-1])
            beside += measure(client, healthy, jobs, pause_s)
            store.delete(DEFAULT_TENANT, hanging.id)
            # Its last attempts hang on for up to 15 s, and should not count against the round without it.
            time.sleep(16)
    figures = {
        "deliveries_each": len(alone),
        "p50_ms": [statistics.median(alone), statistics.median(again), statistics.median(beside)],
        "p95_ms": [p95(alone), p95(again), p95(beside)],
        "p95_ratio": round(p95(beside) / p95(alone + again), 3),
        # The same thing measured twice: how much of the ratio is the machine's noise.
        "control_ratio": round(p95(again) / p95(alone), 3),
    }
    click.echo(json.dumps(figures))


def _add(store: EndpointStore, port: int) -> Endpoint:
    options = EndpointOptions(url=f"http://127.0.0.1:{port}/")
    return store.create(Endpoint(id="", tenant=DEFAULT_TENANT, options=options))[0]


if __name__ == "__main__":
    webhooks_command()
