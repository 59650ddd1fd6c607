"""`kritiq bench archive`: how many results a second go into the archive, beside plain COPY of the same rows.

Both write into the same tables with their indexes, as many results a transaction as the archive does once it is behind.
The archive reads records as Redis has them, looks for what is there already, keeps sums and days up to date, and notes
its place; what it is compared with has its rows ready (COPY into PostgreSQL, a prepared INSERT into SQLite). Redis
itself is left out: records and outbox are in memory.
"""

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click
import orjson
from sqlalchemy import Connection, Engine, Table, func, select

from archive.archiver import Archiver
from archive.ended import reviews_of
from archive.garbage import looking_rarely
from archive.portions import MOST
from archive.review import Kept, Review
from archive.rows import Row, opinion_rows, review_row, sentence_rows
from archive.schema import prepare
from archive.sink import Sink
from archive.tables import opinions, reviews, sentences
from archive.writing import add_rows
from bench.database import clear, empty_database
from bench.figures import in_turns, ratio_of, rounded, significant
from bench.texts import reviews as texts
from jobs.errors import Unavailable
from jobs.job import DEFAULT_TENANT, Job, Status
from jobs.request import JobRequest
from store.ended import Ended
from store.outbox import Entry, What
from telemetry.meter import Meter

_ASPECTS = ("service", "food", "price", "ambience", "drinks")
_POLARITIES = ("positive", "positive", "negative", "neutral")
#: 1 November 2026, in milliseconds since the epoch; how far jobs are apart.
_BEGAN_MS, _APART_MS = 1_793_491_200_000, 4_321
_RESTAURANTS = 200


@click.command("archive")
@click.option("--url", help="An empty database of PostgreSQL; unset, SQLite in a temporary folder.")
@click.option("--results", default=20_000, show_default=True, type=click.IntRange(1), help="Results of one run.")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1), help="Runs of each, in turns.")
def archive_command(url: str | None, results: int, rounds: int) -> None:
    """Put results into an archive, and their rows into its tables by plain COPY, in turns."""
    jobs = [_ended(number, text) for number, text in enumerate(texts(results))]
    parts = list(_parts([review for job in jobs for review in reviews_of(job, Kept())]))
    # Records stand for what Redis has: nobody looks through that for garbage.
    with looking_rarely(), empty_database(url) as engine:
        runs = {"archive": lambda: _archived(engine, jobs), "copy": lambda: _copied(engine, parts, results)}
        found = in_turns(runs, rounds)
        name = engine.dialect.name
    click.echo(
        json.dumps(
            {
                "database": name,
                "results": results,
                "rows": sum(len(rows) for part in parts for rows in part),
                "a_second": {each: rounded(rates) for each, rates in found.items()},
                "archive_to_copy": significant(ratio_of(found, "archive", "copy")),
            }
        )
    )


def _archived(engine: Engine, jobs: Sequence[Ended]) -> float:
    """Results a second through the archive's own process."""
    clear(engine)
    prepare(engine)
    records = {ended.job.id: ended for ended in jobs}
    archiver = Archiver(_Outbox(records), _Records(records), Sink(engine), kept=Kept(), meter=Meter(on=False))
    began = time.perf_counter()
    while archiver.step(wait_ms=0):
        pass
    return _rate(engine, len(jobs), time.perf_counter() - began)


def _copied(engine: Engine, parts: Sequence[tuple[list[Row], ...]], results: int) -> float:
    """Results a second whose rows only have to be written."""
    clear(engine)
    prepare(engine)
    writes = engine.execution_options(writes=True)
    began = time.perf_counter()
    for part in parts:
        with writes.begin() as connection:
            for table, rows in zip((reviews, sentences, opinions), part, strict=True):
                _copy(connection, table, rows)
    return _rate(engine, results, time.perf_counter() - began)


def _copy(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """As psycopg does it."""
    if connection.dialect.name != "postgresql":
        add_rows(connection, table, rows)
        return
    names = ", ".join(column.name for column in table.c)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _rate(engine: Engine, results: int, took_s: float) -> float:
    with engine.begin() as connection:
        there = connection.execute(select(func.count()).select_from(reviews)).scalar_one()
    if there != results:
        raise Unavailable(f"{there} of {results} results are in the archive.")
    return results / took_s


def _parts(made: Sequence[Review]) -> Iterator[tuple[list[Row], ...]]:
    """The rows of the three tables, as many as the archive writes in one transaction."""
    for at in range(0, len(made), MOST):
        part = made[at : at + MOST]
        yield (
            [review_row(review) for review in part],
            [row for review in part for row in sentence_rows(review)],
            [row for review in part for row in opinion_rows(review)],
        )


class _Outbox:
    """In memory: that these jobs have ended, in their order."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._entries = [
            Entry(place=f"{place}-0", tenant=DEFAULT_TENANT, what=What.ENDED, id=job_id)
            for place, job_id in enumerate(ids, 1)
        ]

    def read(self, after: str, *, most: int, wait_ms: int) -> list[Entry]:
        """Entries behind a place."""
        at = int(after.partition("-")[0])
        return self._entries[at : at + most]

    def last(self) -> str:
        """The place of the newest."""
        return self._entries[-1].place

    def forget(self, upto: str) -> None:
        """Nothing: whoever begins anew reads them again."""


class _Records:
    """In memory: what these jobs came to."""

    def __init__(self, jobs: Mapping[str, Ended]) -> None:
        self._jobs = jobs

    def read(self, named: Sequence[tuple[str, str]]) -> list[Ended | None]:
        """What those with these tenants and ids came to."""
        return [self._jobs[job_id] for _, job_id in named]


def _ended(number: int, text: str) -> Ended:
    """A job as Redis has it: a sentence for each end mark, one or two opinions in each."""
    judged, at = [], 0
    for index, part in enumerate(re.findall(r"[^.!]+[.!]?", text)):
        begin = text.index(part, at)
        at = begin + len(part)
        aspects = {
            _ASPECTS[(number + index + more) % len(_ASPECTS)]: {
                "polarity": _POLARITIES[(number + index * more) % len(_POLARITIES)],
                "confidence": 0.9123,
            }
            for more in range(1 + number % 2)
        }
        judged.append(
            {"index": index, "start": begin, "end": at, "text": part, "truncated": False, "aspects": aspects}
        )  # fmt: skip
    created = _BEGAN_MS + number * _APART_MS
    return Ended(
        job=Job(
            id=f"job_{number:026}",
            status=Status.SUCCEEDED,
            version=3,
            request=JobRequest(
                restaurant=f"restaurant-{number % _RESTAURANTS}", external_author=f"guest-{number % 5_000}"
            ),
            created_at=created,
            finished_at=created + 500,
            model={"name": "kritiq-mini", "version": "1"},
        ),
        text=text,
        result=orjson.dumps({"language": "de", "sentences": judged}),
        batch=None,
        day=None,
    )
