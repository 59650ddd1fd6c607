"""The command."""

import dataclasses
import re

import click
import orjson

from jobs.finite import Finite
from ops.sizing.answer import Answer, Load, Promise, answer
from ops.sizing.measured import Measured

UNITS = {"": 1, "k": 1_000, "m": 1_000_000}


class Count(click.ParamType[float]):
    """A number such as 10M, 250k or 1.5M."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number."""
        found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([km]?)", str(value).strip().lower().replace(",", ""))
        if found is None or not float(found[1]):
            self.fail(f"{value!r} is no number such as 10M, 250k or 1000.", param, ctx)
        return float(found[1]) * UNITS[found[2]]


def describe(found: Answer, load: Load, promise: Promise) -> str:
    """For people."""
    lines = [
        f"In the busiest hour {found.reviews_s:,.1f} reviews and {found.sentences_s:,.0f} sentences a second. Buy:",
        f"  {found.workers:,} worker{plural(found.workers)}, {found.busy:.0%} busy then; 95 of 100 single reviews take"
        f" {found.p95_s:.2f} s",
        f"  {found.api_cores:,} core{plural(found.api_cores)} for the API, {found.delivery_cores:,} for webhooks",
        f"  a Redis with maxmemory {gigabytes(found.redis_bytes)} in a machine with twice that; its one core is"
        f" {found.redis_busy:.0%} busy",
    ]
    if load.single < 1:
        lines += [
            f"What one organisation sends in batches a day takes {period(found.batch_alone_s)} alone and"
            f" {period(found.batch_together_s)} when all do at once. So that it may wait:",
            f"  KRITIQ_MAX_TENANT_BACKLOG={found.tenant_backlog} KRITIQ_MAX_BACKLOG={found.backlog}",
        ]
    if found.redis_busy > promise.busy:
        lines.append(
            "ONE REDIS DOES NOT CARRY THIS: send more in batches, fewer webhooks, or split the organisations among"
            " several installations."
        )
    if load.kept_days > 1 and found.redis_bytes > 16e9:
        lines.append("Most of that memory is results: keep them for a shorter time (--kept-days) and have the archive.")
    return "\n".join(lines)


def plural(count: int) -> str:
    """The ending of what is counted."""
    return "" if count == 1 else "s"


def gigabytes(size: float) -> str:
    """A size, rounded up to tenths of 10⁹ bytes."""
    return f"{-(-size // 1e8) / 10:,.1f} GB"


def period(seconds: float) -> str:
    """A time, roughly."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.0f} h"


@click.command("sizing")
@click.option("--reviews-per-day", "reviews", type=Count(), required=True, help="Such as 10M or 250k.")
@click.option("--tenants", type=click.IntRange(min=1), default=Load.tenants, show_default=True, help="Organisations.")
@click.option("--p95", type=Finite(min=0, min_open=True), default=Promise.p95_s, show_default=True,
              help="Seconds within which 95 of 100 single reviews are to be done.")  # fmt: skip
@click.option("--rate", type=Finite(min=0, min_open=True), default=Measured.core_rate, show_default=True,
              help="Sentences a second of a worker; /v1/queue says it live. The default is one core.")  # fmt: skip
@click.option("--single", type=Finite(0, 1), default=Load.single, show_default=True,
              help="Share of reviews that somebody waits for; the others come in batches.")  # fmt: skip
@click.option("--sentences", type=Finite(min=1), default=Load.sentences, show_default=True,
              help="Sentences of a review.")  # fmt: skip
@click.option("--peak", type=Finite(min=1), default=Load.peak, show_default=True,
              help="Busiest hour against the average.")  # fmt: skip
@click.option("--busy", type=Finite(0.05, 0.95), default=Promise.busy, show_default=True,
              help="How busy anything may be then.")  # fmt: skip
@click.option("--webhooks", type=Finite(min=0), default=Load.webhooks, show_default=True,
              help="Webhooks for each single review.")  # fmt: skip
@click.option("--kept-days", type=Finite(min=0), default=Load.kept_days, show_default=True,
              help="Days that results and deliveries that have ended are in Redis.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def sizing_command(
    reviews: float, tenants: int, p95: float, rate: float, single: float, sentences: float, peak: float, busy: float,
    webhooks: float, kept_days: float, as_json: bool,
) -> None:  # fmt: skip
    """Say what to buy for so many reviews a day: workers, API, delivery, Redis.

    It computes with what was measured on one machine; every assumption is an option.
    """
    load = Load(reviews_a_day=reviews, tenants=tenants, single=single, sentences=sentences, peak=peak,
                webhooks=webhooks, kept_days=kept_days)  # fmt: skip
    promise = Promise(p95_s=p95, busy=busy)
    found = answer(load, promise, rate, Measured())
    click.echo(orjson.dumps(dataclasses.asdict(found)) if as_json else describe(found, load, promise))
