"""What is deleted while an import runs is not brought back by the lines that it reads afterwards."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from sqlalchemy import Engine, Table, select

from archive.changes import Change, Delete, Erase
from archive.export import exported
from archive.importing import Origin, put_lines
from archive.meanwhile import GONE
from archive.reading import Reader, Wanted
from archive.review import Kept, Review
from archive.sink import Sink
from archive.tables import deleted_meanwhile, feedback, imports, reviews
from store.key import author_digest
from tests.unit.archive.generated import FIRST, LAST, feedback_on, make_reviews, put, tell
from tests.unit.archive.test_import import lines_of

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def small_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.importing.MOST", 10)


def rows(engine: Engine, table: Table) -> list[tuple[object, ...]]:
    with engine.begin() as connection:
        return [tuple(row) for row in connection.execute(select(table))]


def kept(engine: Engine) -> set[Review]:
    wanted = Wanted(tenant="default", first=FIRST, last=LAST)
    return {review._replace(sentences=(), feedback=()) for review in Reader(engine).reviews(wanted)}


def meanwhile(engine: Engine, lines: list[bytes], change: Change) -> None:
    """Import lines, with something deleted behind the first transaction."""
    sink = Sink(engine)
    steps = put_lines(sink, lines, Origin(tenant="default"), Kept(), NOW)
    next(steps)
    sink.apply([change], after=sink.place(), to=sink.place())
    assert list(steps)


def moved(engine: Engine, made: list[Review]) -> list[bytes]:
    """The lines of an archive that had them, and has nothing any more."""
    sink = Sink(engine)
    put(sink, made)
    tell(sink, feedback_on(made))
    lines = list(exported(Reader(engine).reviews(Wanted(tenant="default", first=FIRST, last=LAST)), "jsonl"))
    sink.apply([Erase(tenant="default")], after=sink.place(), to=sink.place())
    return lines


@pytest.mark.parametrize("what", ["author", "restaurant", "job", "all"])
def test_reviews_that_are_deleted_while_they_are_imported_stay_so(either: Engine, what: str) -> None:
    made = make_reviews(40)
    lines = moved(either, made)
    last = max(made, key=lambda each: (each.day, each.job_id))._replace(author="guest-1", restaurant="adler")
    change, gone = {
        "author": (
            Erase(tenant="default", author_digest=author_digest("guest-1")), lambda each: each.author == "guest-1",
        ),
        "restaurant": (Erase(tenant="default", restaurant="adler"), lambda each: each.restaurant == "adler"),
        "job": (Delete(tenant="default", id=last.job_id), lambda each: each.job_id == last.job_id),
        "all": (Erase(tenant="default"), lambda each: True),
    }[what]  # fmt: skip
    meanwhile(either, lines, change)
    assert {each.job_id for each in kept(either)} == {each.job_id for each in made if not gone(each)}
    assert rows(either, imports) == rows(either, deleted_meanwhile) == []
    # To import them is to have them back, though.
    list(put_lines(Sink(either), lines, Origin(tenant="default"), Kept(), NOW))
    assert len(kept(either)) == 40


def test_so_does_what_an_erased_person_said_of_others_reviews(either: Engine) -> None:
    lines = moved(either, [each._replace(author=None) for each in make_reviews(40)])
    meanwhile(either, lines, Erase(tenant="default", author_digest=author_digest("anna")))
    with either.begin() as connection:
        said_by = set(connection.execute(select(feedback.c.said_by)).scalars())
    assert said_by == {"bert", None}
    assert len(kept(either)) == 40


def test_what_was_judged_elsewhere_stays_deleted_too_and_that_of_other_organisations_does_not_matter(
    either: Engine,
) -> None:
    for tenant, left in (("other", 25), ("default", 0)):
        meanwhile(either, lines_of(25), Erase(tenant=tenant))
        assert len(rows(either, reviews)) == left


def test_of_an_import_that_was_killed_nothing_is_left_after_a_day(either: Engine) -> None:
    sink = Sink(either)

    def cut_off() -> Iterator[bytes]:
        yield from lines_of(25)

    steps = put_lines(sink, cut_off(), Origin(tenant="default"), Kept(), NOW)
    list(islice(steps, 1))
    sink.apply([Delete(tenant="default", id="job_1")], after=sink.place(), to=sink.place())
    now = datetime.now(UTC)
    sink.forget(now + GONE - timedelta(hours=1))
    assert rows(either, deleted_meanwhile)
    sink.forget(now + GONE + timedelta(hours=1))
    assert rows(either, imports) == rows(either, deleted_meanwhile) == []
    steps.close()
