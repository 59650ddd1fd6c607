"""Several processes that write one archive at once: one after the other, and those of another version not at all."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event, select, update

from archive import importing
from archive.changes import Put
from archive.importing import Origin, put_lines
from archive.migrations import SCHEMA
from archive.review import Kept, Review
from archive.sink import Sink
from archive.tables import SUMS, progress, reviews
from jobs.errors import SettingsError
from jobs.model_card import ModelCard
from tests.unit.archive.generated import make_reviews
from tests.unit.archive.generated import put as put_there
from tests.unit.archive.test_restoring import emptied, lines_of
from tests.unit.archive.test_sums import recounted, told

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def at_once(*does: Callable[[], object]) -> None:
    """All of them begin together; raises what one of them raised."""
    ready, wrong = threading.Barrier(len(does)), list[BaseException]()

    def begin(one: Callable[[], object]) -> None:
        ready.wait(60)
        try:
            one()
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=begin, args=(one,)) for one in does]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    if wrong:
        raise wrong[0]


def right(engine: Engine) -> bool:
    """Whether all sums are what their rows add up to; no batch names a restaurant here."""
    should = recounted(engine, {"batch_1": None})
    return {table.name: told(engine, table) for table in SUMS} == should


def chunk(count: int) -> list[Review]:
    """Lines of one chunk."""
    made = make_reviews(count)
    return [each._replace(job_id="chunk_1", batch_id="batch_1", line=line) for line, each in enumerate(made, 1)]


def test_imports_of_lines_of_one_chunk_at_once_lose_none(either: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    found = chunk(24)
    sink = Sink(either)
    with sink.transaction() as made:
        made.make([Put(tenant="default", job_id="chunk_1", reviews=tuple(found))])
    lines = [line for line in lines_of(either) if line]
    emptied(either)
    monkeypatch.setattr(importing, "MOST", 2)

    def bring(part: list[bytes]) -> Callable[[], object]:
        return lambda: list(put_lines(Sink(either), part, Origin(tenant="default"), Kept(), NOW))

    at_once(bring(lines[::3]), bring(lines[1::3]), bring(lines[2::3]))
    assert lines_of(either)[:-1] == lines
    assert right(either)


def test_what_several_forget_at_once_is_counted_out_once(either: Engine) -> None:
    made = make_reviews(200)
    put_there(Sink(either), [each._replace(forget_at=NOW if number % 2 else None) for number, each in enumerate(made)])
    at_once(*[lambda: Sink(either).forget(NOW)] * 3)
    with either.begin() as connection:
        assert set(connection.execute(select(reviews.c.forget_at)).scalars()) == {None}
    assert right(either)


WRITES: dict[str, Callable[[Sink], Any]] = {
    "apply": lambda sink: sink.apply([], after="0-0", to="0-0"),
    "forget": lambda sink: sink.forget(NOW),
    "shorten": lambda sink: sink.shorten({"default": 7}),
    "know": lambda sink: sink.know({("m", "1"): ModelCard(method="linear", languages=("de",), text="Card.")}),
    "import": lambda sink: list(put_lines(sink, [LINE], Origin(tenant="default"), Kept(), NOW)),
}
LINE = b'{"status":"failed","custom_id":"a","error":{"code":"prediction_failed"}}'


@pytest.mark.parametrize("either", ["postgresql"], indirect=True)
@pytest.mark.parametrize("name", WRITES)
def test_whoever_writes_to_postgresql_has_all_others_wait(either: Engine, name: str) -> None:
    # (SQLite's file is one writer's at a time anyway.)
    sink, waits = Sink(either), list[bool]()
    put_there(sink, [each._replace(forget_at=NOW) for each in make_reviews(3)])

    @event.listens_for(either, "before_cursor_execute")
    def look(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            address = either.url.set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(address) as other:
                try:
                    other.execute("SELECT FROM kritiq_archive FOR UPDATE NOWAIT")
                except psycopg.errors.LockNotAvailable:
                    waits.append(True)
                else:
                    waits.append(False)

    WRITES[name](sink)
    assert waits
    assert all(waits)


def bring_up_to_date(engine: Engine) -> None:
    """As a later version of Kritiq would leave the tables."""
    with engine.begin() as connection:
        connection.execute(update(progress).values(schema=SCHEMA + 1))


@pytest.mark.parametrize("name", ["place", *WRITES])
def test_a_process_of_an_older_version_writes_nothing_into_newer_tables(either: Engine, name: str) -> None:
    bring_up_to_date(either)
    with pytest.raises(SettingsError, match="The archive is of a newer Kritiq"):
        (WRITES.get(name) or Sink.place)(Sink(either))
    with either.begin() as connection:
        assert connection.execute(select(reviews)).all() == []
