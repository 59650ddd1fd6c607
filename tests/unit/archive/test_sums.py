"""`daily` is what the opinions add up to, and `daily_totals` what it adds up to, after whatever was put, replaced,
deleted and erased."""

import random
from dataclasses import replace

import pytest
from sqlalchemy import Engine, func, select

from archive.sink import Change, Delete, Erase, Put, Sink
from archive.tables import daily, daily_totals, opinions
from tests.unit.archive.generated import make_reviews


def added_up(engine: Engine) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """What `daily` says, and what it should."""
    by = (opinions.c.tenant, opinions.c.restaurant, opinions.c.day, opinions.c.aspect, opinions.c.polarity)
    own = select(*by, func.count()).where(opinions.c.restaurant.is_not(None)).group_by(*by).order_by(*by)
    with engine.begin() as connection:
        said = connection.execute(select(daily).order_by(*daily.primary_key))
        return [tuple(row) for row in said], [tuple(row) for row in connection.execute(own)]


def totals(engine: Engine) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """What `daily_totals` says, and what it should."""
    by = (daily.c.tenant, daily.c.day, daily.c.aspect, daily.c.polarity)
    own = select(*by, func.sum(daily.c.sentences)).group_by(*by).order_by(*by)
    with engine.begin() as connection:
        said = connection.execute(select(daily_totals).order_by(*daily_totals.primary_key))
        return [tuple(row) for row in said], [tuple(row) for row in connection.execute(own)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sums_follow_every_change(either: Engine, seed: int) -> None:
    chance, sink = random.Random(seed), Sink(either)
    reviews = make_reviews(120, seed)
    for _ in range(6):
        changes: list[Change] = []
        for _ in range(60):
            review, other = chance.sample(reviews, 2)
            change: Change = Put(tenant="default", job_id=review.job_id, reviews=(review,))
            match chance.randrange(12):
                case 0:
                    change = Delete(tenant="default", id=review.job_id)
                case 1:
                    moved = replace(review, day=other.day, restaurant=other.restaurant)
                    change = Put(tenant="default", job_id=review.job_id, reviews=(moved,))
                case 2 if chance.random() < 0.3:
                    change = Erase(tenant="default", restaurant=review.restaurant or "rose")
            changes.append(change)
        sink.apply(changes, after=sink.place(), to=sink.place())
        said, should = added_up(either)
        assert said == should
        all_said, all_should = totals(either)
        assert all_said == all_should
    assert said
