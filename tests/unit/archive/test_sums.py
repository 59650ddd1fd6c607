"""Each sum is what its rows add up to, after whatever was put, replaced, deleted and erased."""

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Engine, Table, select

from archive.changes import Change, Delete, Erase, Put
from archive.sink import Sink
from archive.tables import SUMS, authors, batches, daily, daily_totals, monthly, opinions, reviews
from store.key import author_digest
from tests.unit.archive.generated import make_reviews

ENDS = ("succeeded", "failed", "canceled", "expired")
Counts = dict[tuple[Any, ...], Any]
#: Batches with their own restaurants.
OF_BATCHES: dict[str | None, str | None] = {"batch_1": "adler", "batch_2": "rose", "batch_3": None}


def rows(engine: Engine, table: Table) -> list[dict[str, Any]]:
    with engine.begin() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def told(engine: Engine, table: Table) -> Counts:
    """What a table of sums says by its key: how much, or of a batch how many lines ended how."""
    key = [column.name for column in table.primary_key]
    last = [column.name for column in table.c if column.name not in key and not column.name.endswith("_at")]
    return {tuple(row[name] for name in key): tuple(row[name] for name in last) for row in rows(engine, table)}


def recounted(engine: Engine, about: Mapping[str, str | None]) -> dict[str, Counts]:
    """What they should say, counted one by one. `about`: batches' own restaurants."""
    found: dict[str, Counter[Any]] = {table.name: Counter() for table in SUMS}
    for each in rows(engine, opinions):
        if each["restaurant"] is not None:
            tenant, restaurant, day, aspect, polarity = (
                each[name] for name in ("tenant", "restaurant", "day", "aspect", "polarity")
            )
            found[daily.name][tenant, restaurant, day, aspect, polarity] += 1
            found[daily_totals.name][tenant, day, aspect, polarity] += 1
            found[monthly.name][tenant, aspect, day.replace(day=1), restaurant, polarity] += 1
    ended: dict[tuple[str, str], Counter[str]] = {}
    for each in rows(engine, reviews):
        if each["author_digest"] is not None:
            found[authors.name][each["tenant"], each["author_digest"]] += 1
        if each["batch_id"] is not None:
            ended.setdefault((each["tenant"], each["batch_id"]), Counter())[each["status"]] += 1
    counted: dict[str, Counts] = {name: {of: (count,) for of, count in by.items()} for name, by in found.items()}
    counted[batches.name] = {of: (by.total(), *(by[end] for end in ENDS), about[of[1]]) for of, by in ended.items()}
    return counted


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sums_follow_every_change(either: Engine, seed: int) -> None:
    chance, sink = random.Random(seed), Sink(either)
    made = [
        each._replace(batch_id=batch, batch_restaurant=OF_BATCHES.get(batch), status=chance.choice(ENDS))
        for each in make_reviews(120, seed)
        for batch in [chance.choice((*OF_BATCHES, None))]
    ]
    about: dict[str, str | None] = dict.fromkeys(OF_BATCHES)
    for _ in range(6):
        changes: list[Change] = []
        for _ in range(60):
            review, other = chance.sample(made, 2)
            change: Change = Put(tenant="default", job_id=review.job_id, reviews=(review,))
            match chance.randrange(12):
                case 0:
                    change = Delete(tenant="default", id=review.job_id)
                case 1:
                    moved = review._replace(
                        day=other.day, restaurant=other.restaurant, author=other.author, status=other.status
                    )
                    change = Put(tenant="default", job_id=review.job_id, reviews=(moved,))
                case 2 if chance.random() < 0.3:
                    change = Erase(tenant="default", restaurant=review.restaurant or "rose")
                case 3 if chance.random() < 0.3:
                    change = Erase(tenant="default", author_digest=author_digest(review.author or "guest-1"))
                case 4 if chance.random() < 0.2:
                    change = Delete(tenant="default", id=review.batch_id or "batch_1")
            changes.append(change)
            if isinstance(change, Put) and review.batch_id is not None:
                about[review.batch_id] = review.batch_restaurant
            if isinstance(change, Erase):
                about = {batch: None if name == change.restaurant else name for batch, name in about.items()}
        sink.apply(changes, after=sink.place(), to=sink.place())
        should = recounted(either, about)
        assert {table.name: told(either, table) for table in SUMS} == should
    assert all(should.values())


def test_a_batch_ends_with_its_last_line_though_that_is_deleted(either: Engine) -> None:
    sink = Sink(either)
    first, last = (each._replace(batch_id="batch_1") for each in sorted(make_reviews(2), key=lambda each: each.day))
    puts = [Put(tenant="default", job_id=each.job_id, reviews=(each,)) for each in (last, first)]
    for change in (*puts, Delete(tenant="default", id=last.job_id)):
        sink.apply([change], after=sink.place(), to=sink.place())
    [row] = rows(either, batches)
    assert (row["total"], row["finished_at"].date()) == (1, last.finished_at.date())


def test_of_a_batch_whose_lines_came_and_went_at_once_nothing_stays(either: Engine) -> None:
    sink, [line] = Sink(either), [each._replace(batch_id="batch_1") for each in make_reviews(1)]
    put = Put(tenant="default", job_id=line.job_id, reviews=(line,))
    sink.apply([put, Delete(tenant="default", id="batch_1")], after=sink.place(), to=sink.place())
    assert rows(either, batches) == []
