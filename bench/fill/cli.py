"""`kritiq bench fill`: whether Redis fills up: a hundred days of reviews in minutes."""

import shutil
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path

import click
import orjson

from bench.fill.days import Days, Load, flat, scaled, used_bytes
from jobs.finite import Finite
from jobs.settings import load_settings
from ops.redis_server import RedisServer

#: Days of which the memory is compared.
LAST = 30


@click.command("fill")
@click.option("--days", default=100, show_default=True, type=click.IntRange(2), help="Days that pass.")
@click.option("--reviews", default=10_000, show_default=True, type=click.IntRange(1), help="Reviews a day.")
@click.option("--maxmemory-mb", default=1024, show_default=True, type=click.IntRange(1), help="Memory of Redis.")
@click.option("--share", default=0.01, show_default=True, type=Finite(0.0001, 1),
              help="Reviews, memory, cache and budgets are all scaled by this.")  # fmt: skip
def fill_command(days: int, reviews: int, maxmemory_mb: int, share: float) -> None:
    """Let days of reviews with one endpoint pass in a private Redis of limited memory.

    Budgets, and how much is remembered, are those of the settings. Prints how each day ended and, last, by how much
    memory grew over the last 30 days and how many reviews were refused; status 1 when any was, or it grew by 3 %.
    """
    settings = load_settings()
    load = Load(
        reviews=reviews, cache_sentences=settings.cache_sentences, cache_ttl_s=settings.cache_ttl_s,
        budgets=settings.budgets,
    )  # fmt: skip
    folder = Path(tempfile.mkdtemp(prefix="kritiq-fill-"))
    server = RedisServer(folder, fsync="never")
    started, ended = time.monotonic(), []
    try:
        client = server.start().client()
        small = scaled(load, share)
        # What the scripts themselves take is no part of what is scaled.
        list(Days(client, replace(small, reviews=1)).run(1))
        client.flushall()
        empty = used_bytes(client)
        most = empty + round(maxmemory_mb * 1_048_576 * share)
        client.config_set("maxmemory", most)
        for day in Days(client, small).run(days):
            ended.append(day)
            click.echo(orjson.dumps(asdict(day) | {"used_share": round(day.used_bytes / most, 3)}))
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    grown, refused = flat(ended, LAST), sum(day.refused for day in ended)
    of = {"days": days, "reviews_a_day": reviews, "maxmemory_mb": maxmemory_mb, "share": share}
    came = {"refused": refused, "grown": round(grown, 4), "took_s": round(time.monotonic() - started, 1)}
    click.echo(orjson.dumps(of | came))
    if refused or grown > 0.03:
        raise SystemExit(1)
