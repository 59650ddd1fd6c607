"""A shorter time reaches what there is, in portions that are done once; nobody takes the archive for dead meanwhile."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from pydantic import SecretStr
from sqlalchemy import Engine, select

from archive import shortening
from archive.alive import Alive
from archive.archiver import Archiver
from archive.review import Kept
from archive.schema import open_archive, prepare
from archive.sink import Sink
from archive.tables import reviews, shortened
from store.ended import EndedJobs
from store.outbox import Outbox
from telemetry.meter import Meter
from tests.support.factories import make_settings
from tests.support.waiting import wait_for
from tests.unit.archive.generated import make_reviews, put


def times(engine: Engine, tenant: str = "default") -> set[timedelta | None]:
    """For how long reviews are kept from their end on."""
    asked = select(reviews.c.forget_at, reviews.c.finished_at).where(reviews.c.tenant == tenant)
    with engine.begin() as connection:
        return {forget and _plain(forget) - _plain(finished) for forget, finished in connection.execute(asked)}


def _plain(at: datetime) -> datetime:
    """In UTC: between two times of another zone Python counts what its clocks show."""
    return at.astimezone(UTC) if at.tzinfo else at


def test_it_is_done_in_portions_whoever_goes_on_and_not_again(either: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortening, "PORTION", 3)
    put(Sink(either), make_reviews(8) + make_reviews(2, tenant="acme"))
    days = {"default": 7, "acme": 3}
    # Each by a process that has begun just now.
    assert [Sink(either).shorten(days) for _ in range(5)] == [3, 3, 2, 2, None]
    assert times(either) == {timedelta(days=7)}
    assert times(either, "acme") == {timedelta(days=3)}
    assert [Sink(either).shorten({**days, "default": 5}) for _ in range(4)] == [3, 3, 2, None]
    # Said otherwise halfway, it begins anew; taken back, nothing is noted of it.
    assert [Sink(either).shorten({"default": most}) for most in (4, 3, 3, 3, 3)] == [3, 3, 3, 2, None]
    assert Sink(either).shorten({"default": 3}, anew=["default"]) == 0
    assert Sink(either).shorten({"default": 0}) is None
    with either.begin() as connection:
        assert connection.execute(select(shortened)).all() == []


def test_a_process_that_learns_of_a_time_later_has_all_gone_through_once_more(
    redis_client: redis.Redis, either: Engine
) -> None:
    days: dict[str, int] = {}
    sink = Sink(either)
    late = Archiver(
        Outbox(redis_client), EndedJobs(redis_client), sink, kept=Kept(), meter=Meter(), own=lambda: dict(days)
    )
    assert late.upkeep.shorten() is False
    days["default"] = 7
    assert [Sink(either).shorten(days) for _ in range(2)] == [0, None]
    # What it wrote without having heard of that.
    put(sink, make_reviews(3))
    assert late.upkeep.shorten() is True
    assert times(either) == {timedelta(days=7)}


def test_a_day_has_24_hours_whatever_the_zone_of_the_session(postgres_url: str) -> None:
    address = f"{postgres_url}{'&' if '?' in postgres_url else '?'}options=-c%20timezone%3DEurope/Berlin"
    engine = open_archive(make_settings(archive_url=SecretStr(address)))
    prepare(engine)
    put(Sink(engine), make_reviews(60))
    while Sink(engine).shorten({"default": 90}) is not None:
        pass
    assert times(engine) == {timedelta(days=90)}
    engine.dispose()


def test_while_the_tables_are_brought_up_to_date_the_process_is_alive(
    redis_client: redis.Redis, engine: Engine, tmp_path: Path
) -> None:
    file, over = tmp_path / "alive", threading.Event()
    archiver = Archiver(
        Outbox(redis_client), EndedJobs(redis_client), Sink(engine), kept=Kept(), meter=Meter(), alive_file=file,
        begin=lambda: over.wait() and None,
    )  # fmt: skip
    thread = threading.Thread(target=archiver.run)
    thread.start()
    wait_for(file.exists, "the file")
    archiver.stop()
    over.set()
    thread.join()


def test_work_that_takes_its_time_is_alive_and_what_hangs_is_not(tmp_path: Path) -> None:
    file, at = tmp_path / "alive", 0.0
    alive = Alive(file, every_s=0.01, clock=lambda: at)
    with alive:
        alive.work(60)
        file.unlink()
        wait_for(file.exists, "the file")
    at = 61.0
    file.unlink(missing_ok=True)
    alive.beat()
    assert not file.exists()
