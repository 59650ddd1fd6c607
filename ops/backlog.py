"""`kritiq backlog`: how much there is to do, for whatever starts workers and reads no Prometheus."""

import math
import sys
import time

import click
import orjson

from jobs.backlog import Backlog
from jobs.errors import Unavailable
from jobs.finite import Finite
from jobs.settings import load_settings
from store.checks import await_redis
from store.connection import connect
from store.jobs import RedisStore


def line(found: Backlog, per_worker: int | None = None) -> bytes:
    """One JSON object. `sentences` is what to scale on: what waits, what is held, and a sentence for each message of a
    Celery client; `workers` are up, and with `per_worker` sentences for each so many are `wanted`."""
    waiting = sum(found.waiting.values())
    sentences = waiting + found.running + found.celery
    members = {
        "sentences": sentences, "waiting": waiting, "running": found.running, "celery": found.celery,
        "workers": found.workers,
    }  # fmt: skip
    return orjson.dumps(members if per_worker is None else members | {"wanted": math.ceil(sentences / per_worker)})


@click.command("backlog")
@click.option(
    "--every", type=Finite(min=0, max=86_400, min_open=True), help="Seconds until it is said again; else once."
)
@click.option(
    "--per-worker", type=click.IntRange(min=1), help="Say how many workers are wanted, by sentences for each."
)
def backlog_command(every: float | None, per_worker: int | None) -> None:
    """Print how many sentences wait or are being judged, as a line of JSON.

    With --every, until stopped; while Redis is away nothing is said, so whoever scales on it keeps what it has.
    """
    settings = load_settings()
    await_redis(settings)
    with connect(settings) as client:
        store = RedisStore(client)
        while True:
            try:
                sys.stdout.buffer.write(line(store.backlog(), per_worker) + b"\n")
                sys.stdout.flush()
            except Unavailable as error:
                if every is None:
                    raise
                click.echo(f"kritiq backlog: {error}", err=True)
            if every is None:
                return
            time.sleep(every)
