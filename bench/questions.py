"""`kritiq bench questions`: how long the ten questions of docs/archive.md take over a year of reviews in PostgreSQL.

The server makes the reviews itself, up to 5 sentences and 10 opinions each, and then the indexes: what is measured is
reading. Besides, how long the reviews of a day take to be forgotten.
"""

import json
import re
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import click
from sqlalchemy import Date, Engine, Table, bindparam, func, select, text, update

from archive.schema import prepare
from archive.sink import Sink
from archive.tables import OF_REVIEWS, SUMS, reviews
from bench.database import empty_database
from bench.figures import significant

_DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "archive.md"
_FIRST = date(2026, 1, 1)
#: A number for a number, from 0, always the same one.
_CHANCE = "(hashint8({}) & 2147483647)"
_FILL = (
    f"""
    INSERT INTO reviews (
        tenant, job_id, line, version, status, restaurant, author, author_digest, day, created_at, finished_at,
        language, model, model_version, text, attempt, priority
    )
    SELECT 'default', 'job_' || LPAD(n::TEXT, 26, '0'), 0, 3, 'succeeded',
           'restaurant-' || {_CHANCE.format("n")} % :restaurants, author,
           LEFT(ENCODE(SHA256(author::BYTEA), 'hex'), 32),
           (at AT TIME ZONE 'UTC')::DATE, at, at, 'de', 'kritiq-mini', (1 + 2 * n / :count)::TEXT,
           REPEAT('Das Essen war gut, der Service langsam. ', 5), 1, 'normal'
    FROM GENERATE_SERIES(0::BIGINT, :count - 1) AS n,
         LATERAL (SELECT 'guest-' || {_CHANCE.format("n + 1")} % :guests AS author,
                         TIMESTAMPTZ '{_FIRST} 00:00:00Z' + n * INTERVAL '1 day' / :a_day AS at) AS of
    """,
    f"""
    INSERT INTO sentences (tenant, job_id, line, sentence, begins, ends, text, truncated)
    SELECT tenant, job_id, line, k, 60 * k, 60 * k + 50, 'Satz ' || k || ' von ' || job_id || ', und es war gut.', FALSE
    FROM reviews, LATERAL (SELECT {_CHANCE.format("HASHTEXT(job_id)")} AS chance) AS of,
         GENERATE_SERIES(0, chance % 5) AS k
    """,
    f"""
    INSERT INTO opinions (
        tenant, job_id, line, sentence, aspect, polarity, confidence, restaurant, day, model, model_version
    )
    SELECT tenant, job_id, line, k,
           (ARRAY['service', 'food', 'price', 'ambience', 'drinks'])[1 + (chance / 7 + k + 2 * j) % 5],
           (ARRAY['positive', 'positive', 'negative', 'neutral'])[1 + (chance / 35 + k * j) % 4],
           0.5 + chance % 4999 / 10000.0, restaurant, day, model, model_version
    FROM reviews, LATERAL (SELECT {_CHANCE.format("HASHTEXT(job_id)")} AS chance) AS of,
         GENERATE_SERIES(0, chance % 5) AS k, GENERATE_SERIES(0, (chance / 5 + k) % 2) AS j
    """,
    """
    INSERT INTO daily
    SELECT tenant, restaurant, day, aspect, polarity, COUNT(*) FROM opinions GROUP BY 1, 2, 3, 4, 5
    """,
    """
    INSERT INTO daily_totals SELECT tenant, day, aspect, polarity, SUM(sentences) FROM daily GROUP BY 1, 2, 3, 4
    """,
    """
    INSERT INTO monthly
    SELECT tenant, aspect, DATE_TRUNC('month', day), restaurant, polarity, SUM(sentences)
    FROM daily GROUP BY 1, 2, 3, 4, 5
    """,
    """
    INSERT INTO authors SELECT tenant, author_digest, COUNT(*) FROM reviews GROUP BY 1, 2
    """,
)


@click.command("questions")
@click.option("--url", required=True, help="An empty database of PostgreSQL.")
@click.option("--days", default=365, show_default=True, type=click.IntRange(2), help="From 1 January 2026 on.")
@click.option("--a-day", default=10_000, show_default=True, type=click.IntRange(1), help="Reviews of each day.")
@click.option("--restaurants", default=1_000, show_default=True, type=click.IntRange(1))
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1), help="How often each is asked.")
def questions_command(url: str, days: int, a_day: int, restaurants: int, rounds: int) -> None:
    """Ask the ten questions of docs/archive.md over a year of reviews, and forget a day of it."""
    count = days * a_day
    given: dict[str, Any] = {
        "tenant": "default", "restaurant": "restaurant-0", "aspect": "food", "polarity": "negative",
        "first": _FIRST, "last": _FIRST + timedelta(days=days - 1), "since": _FIRST + timedelta(days=days // 2),
        "least": 30, "often": 12,
    }  # fmt: skip
    with empty_database(url) as engine:
        prepare(engine)
        _fill(engine, count=count, a_day=a_day, restaurants=restaurants, guests=max(1, count // 10))
        asked = {number: [_ask(engine, sql, given) for _ in range(rounds)] for number, sql in _questions().items()}
        rows = {table.name: _count(engine, table) for table in (*OF_REVIEWS, *SUMS)}
        a_second = _forget(engine)
    told = {
        "rows": rows,
        "seconds": {number: significant(median(took for took, _ in runs)) for number, runs in asked.items()},
        "answers": {number: runs[0][1] for number, runs in asked.items()},
        "forgotten_a_second": significant(a_second),
    }
    click.echo(json.dumps(told))


def _questions() -> Mapping[int, str]:
    found = re.findall(r"### (\d+)\. .*?```sql\n(.*?)```", _DOCUMENT.read_text(encoding="utf-8"), re.S)
    return {int(number): sql for number, sql in found}


def _fill(engine: Engine, **of: int) -> None:
    """Rows first, indexes after: the reviews are what they would be, in a tenth of the time."""
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '256MB'")
        tables = (*reversed(OF_REVIEWS), *SUMS)
        for table in tables:
            connection.exec_driver_sql(f"ALTER TABLE {table.name} DROP CONSTRAINT {table.name}_pkey")
            for index in table.indexes:
                connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index.name}")
        for statement in _FILL:
            names = {name: value for name, value in of.items() if f":{name}" in statement}
            connection.execute(text(statement), names)
        for table in tables:
            key = ", ".join(column.name for column in table.primary_key)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD PRIMARY KEY ({key})")
            for index in table.indexes:
                index.create(connection)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def _ask(engine: Engine, sql: str, given: Mapping[str, Any]) -> tuple[float, int]:
    """How long the answer took, in seconds, and how many rows it has."""
    names = sorted(set(re.findall(r":(\w+)", sql)))
    kinds = [bindparam(name, given[name], Date() if isinstance(given[name], date) else None) for name in names]
    with engine.begin() as connection:
        began = time.perf_counter()
        rows = connection.execute(text(sql).bindparams(*kinds)).all()
        return time.perf_counter() - began, len(rows)


def _forget(engine: Engine) -> float:
    """Reviews a second that are forgotten: those of the first day are past their time."""
    with engine.begin() as connection:
        over = datetime(2026, 2, 1, tzinfo=UTC)
        connection.execute(update(reviews).where(reviews.c.day == _FIRST).values(forget_at=over))
    began, gone = time.perf_counter(), 0
    while more := Sink(engine).forget(over):
        gone += more
    return gone / (time.perf_counter() - began)


def _count(engine: Engine, table: Table) -> int:
    with engine.begin() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
