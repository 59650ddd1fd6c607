"""How many workers for how many reviews: `python -m deploy.sizing 780 15000` prints a table for these rates.

A rate is the sentences a second of one worker: `kritiq bench queue` measures it, and `/v1/queue` says it live.
"""

import math
from dataclasses import dataclass

import click

#: Reviews a day, one line of the table each.
DAYS = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)


@dataclass(frozen=True, kw_only=True)
class Load:
    """What comes in. All of it are assumptions: put yours in their place."""

    #: Sentences of a review.
    sentences: float = 8.0
    #: How much more comes in the busiest hour than on average.
    peak: float = 4.0
    #: Share of its time that a worker is to be busy in that hour.
    busy: float = 0.7


def workers(reviews_a_day: float, rate: float, load: Load) -> int:
    """Workers of `rate` sentences a second for the busiest hour. Raises ValueError for a rate that is not positive."""
    if not rate > 0:
        raise ValueError("a worker's rate should be positive")
    peak_rate = reviews_a_day * load.sentences * load.peak / 86_400
    return max(1, math.ceil(peak_rate / (rate * load.busy)))


def table(rates: tuple[float, ...], load: Load) -> str:
    """The table in Markdown."""
    heads = ["reviews a day", "sentences/s, busiest hour", *(f"workers at {rate:,.0f}/s" for rate in rates)]
    lines = [heads, ["--:"] * len(heads)]
    for day in DAYS:
        peak = day * load.sentences * load.peak / 86_400
        lines.append([f"{day:,}", f"{peak:,.0f}", *(f"{workers(day, rate, load):,}" for rate in rates)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


@click.command()
@click.argument("rates", type=click.FloatRange(min=0, min_open=True), nargs=-1, required=True)
@click.option("--sentences", default=Load.sentences, show_default=True, help="Sentences of a review.")
@click.option("--peak", default=Load.peak, show_default=True, help="Busiest hour against the average.")
@click.option("--busy", default=Load.busy, show_default=True, help="How busy a worker may be then, from 0 to 1.")
def main(rates: tuple[float, ...], sentences: float, peak: float, busy: float) -> None:
    """Print reviews a day -> workers, for workers of these RATES (sentences a second)."""
    click.echo(table(rates, Load(sentences=sentences, peak=peak, busy=busy)))


if __name__ == "__main__":
    main()
