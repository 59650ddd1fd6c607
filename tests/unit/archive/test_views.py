"""The views say what the reviews say, and the queries about them in docs/archive.md run."""

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Date, Engine, bindparam, text

from archive import views
from archive.schema import prepare
from archive.sink import Sink
from archive.tables import progress
from tests.unit.archive.generated import make_reviews, put
from tests.unit.archive.test_schema import drop_since_10

DOCUMENT = (Path(__file__).parents[3] / "docs" / "archive.md").read_text()
OF_MODELS, OF_BATCHES = re.findall(r"```sql\n(SELECT [^`]*FROM (?:models|batches)\n[^`]*)```", DOCUMENT)
STATUSES = ("succeeded", "succeeded", "failed", "canceled", "expired")
REVIEWS = [
    each._replace(batch_id=f"batch_{number % 4}" if number % 3 else None, status=STATUSES[number % 5])
    for number, each in enumerate(make_reviews(120))
]


def asked(engine: Engine, sql: str, **given: Any) -> list[tuple[Any, ...]]:
    kinds = [bindparam(name, value, Date() if isinstance(value, date) else None) for name, value in given.items()]
    with engine.begin() as connection:
        return [tuple(row) for row in connection.execute(text(sql).bindparams(*kinds))]


@pytest.fixture
def filled(either: Engine) -> Engine:
    """With another organisation's reviews beside."""
    put(Sink(either), REVIEWS)
    put(Sink(either), make_reviews(10, seed=2, tenant="acme"))
    return either


def test_each_version_that_judged_is_told_with_how_much(filled: Engine) -> None:
    good = [each for each in REVIEWS if each.status == "succeeded"]
    counts = Counter((each.model, each.model_version) for each in good)
    found = asked(filled, OF_MODELS, tenant="default", first=date(2026, 1, 1))
    assert {(model, version): reviews for model, version, reviews, _ in found} == counts
    days = asked(filled, "SELECT model_version, first_day, last_day FROM models WHERE tenant = 'default'")
    for version, first, last in days:
        of = [each.day for each in good if each.model_version == version]
        assert (str(first), str(last)) == (str(min(of)), str(max(of)))


def test_each_batch_is_told_with_what_became_of_its_lines(filled: Engine) -> None:
    lines = [each for each in REVIEWS if each.batch_id]
    for batch, *counts in asked(
        filled, "SELECT batch_id, total, succeeded, failed, canceled, expired FROM batches WHERE tenant = 'default'"
    ):
        of = Counter(each.status for each in lines if each.batch_id == batch)
        assert counts == [of.total(), *(of[name] for name in ("succeeded", "failed", "canceled", "expired"))]
    without = Counter(each.batch_id for each in lines if each.status != "succeeded")
    found = asked(filled, OF_BATCHES, tenant="default")
    assert {batch: number for batch, _, number in found} == without
    assert [number for _, _, number in found] == sorted(without.values(), reverse=True)


def test_an_older_archive_gets_them(filled: Engine) -> None:
    with filled.begin() as connection:
        views.drop_views(connection)
        drop_since_10(connection)
        connection.execute(progress.update().values(schema=8))
    prepare(filled)
    assert asked(filled, "SELECT COUNT(*) FROM models") != [(0,)]


@pytest.mark.parametrize("either", ["postgresql"], indirect=True)
def test_where_a_view_would_show_everybody_all_rows_there_is_none(
    either: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "_FIRST_THAT_ASKS_AS_READER", (10_000,))
    with either.begin() as connection:
        views.make_views(connection)
    assert asked(either, "SELECT COUNT(*) FROM pg_views WHERE viewname IN ('models', 'batches')") == [(0,)]
