"""Pages of what the archive has: each job once, in time for whoever asks, whatever is asked for."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, event

from api.app import create_app
from archive import history as reading
from archive.history import ArchiveHistory, open_history
from archive.importing import Origin, put_lines
from archive.review import Kept
from archive.schema import open_archive, prepare
from archive.sink import Sink
from jobs.errors import Unavailable
from jobs.history import Deletions
from jobs.job import Status
from jobs.stored import JobFilter, Page
from tests.support.factories import create, make_settings
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore
from tests.support.worlds import RedisWorld
from tests.unit.archive.generated import make_reviews, put

NOW = datetime(2026, 11, 28, 12, 0, 0, 123_456, tzinfo=UTC)


def walked(engine: Engine, wanted: JobFilter, size: int) -> list[Page]:
    """All pages."""
    history, pages = ArchiveHistory(engine), list[Page]()
    before: tuple[int, str] | None = None
    while not pages or before is not None:
        pages.append(history.page("default", wanted, size=size, before=before, without=Deletions()))
        before = pages[-1].next
    return pages


def ids(pages: list[Page]) -> list[str]:
    return [job.id for page in pages for job in page.jobs]


def test_an_import_without_days_is_listed_whole(either: Engine) -> None:
    line = b'{"line":%d,"status":"failed","error":{"code":"prediction_failed"}}'
    lines = [line % number for number in range(7)]
    list(put_lines(Sink(either), lines, Origin(tenant="default"), Kept(), NOW))
    found = ids(walked(either, JobFilter(), 3))
    assert len(found) == 7
    assert found == sorted(found, reverse=True)


def test_so_is_one_of_before_whose_times_have_parts_of_milliseconds(either: Engine) -> None:
    put(Sink(either), [each._replace(created_at=NOW, author="anna") for each in make_reviews(7)])
    at = int(NOW.timestamp() * 1000)
    moment = JobFilter(since_ms=at, until_ms=at)
    for wanted in (JobFilter(), moment, replace(moment, external_author="anna")):
        assert ids(walked(either, wanted, 3)) == [f"job_{number:06}" for number in reversed(range(7))]


@pytest.mark.parametrize(
    "wanted",
    [
        JobFilter(status=Status.FAILED),
        JobFilter(restaurant="krone"),
        JobFilter(restaurants=frozenset({"krone"})),
        JobFilter(error="worker_lost"),
        JobFilter(model="kritiq-mini/3"),
        JobFilter(model="kritiq-mini", error="worker_lost"),
    ],
)
def test_for_what_is_rare_a_page_looks_at_so_many_jobs_and_the_next_goes_on(
    either: Engine, wanted: JobFilter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_LOOKED_AT", 10)
    others: dict[str, Any] = {"restaurant": "adler", "status": "succeeded"}
    rare = {"restaurant": "krone", "status": "failed", "error_code": "worker_lost", "model_version": "3"}
    made = [
        each._replace(**(rare if number in (3, 64, 65) else others)) for number, each in enumerate(make_reviews(100))
    ]
    put(Sink(either), made)
    pages = walked(either, wanted, 2)
    assert sorted(ids(pages)) == ["job_000003", "job_000064", "job_000065"]
    assert len(pages) >= 10
    assert len(walked(either, JobFilter(), 50)) == 3


def test_an_authors_jobs_are_found_by_the_author_and_not_among_all(engine: Engine) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    wanted, before = JobFilter(external_author="anna"), (1_000, "x")
    ArchiveHistory(engine).page("default", wanted, size=5, before=before, without=Deletions())
    statement, values = asked[-1]
    with engine.begin() as connection:
        steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    assert any("reviews_by_author" in step[-1] for step in steps)


@pytest.mark.parametrize("table", ["kritiq_archive", "reviews"])
def test_whoever_reads_does_not_wait_for_ever(postgres_url: str, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make_settings(archive_url=SecretStr(postgres_url))
    made = open_archive(settings)
    prepare(made)
    history = open_history(settings)
    with made.begin() as connection, monkeypatch.context() as impatient:
        impatient.setattr(reading, "MOST_MS", 50)
        connection.exec_driver_sql(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(Unavailable):
            history.page("default", JobFilter(), size=5, before=None, without=Deletions())
    assert history.page("default", JobFilter(), size=5, before=None, without=Deletions()).jobs == []
    history.close()
    made.dispose()


def test_where_no_archive_was_made_a_list_ends_where_redis_does(redis_world: RedisWorld, tmp_path: Path) -> None:
    history = open_history(make_settings(data_dir=tmp_path))
    client = create_app(make_settings(), redis_world.store, ModelHub(ModelStore()), history=history).test_client()
    create(redis_world.store)
    assert client.get("/v1/jobs").get_json()["next_page_token"] is None
    made = open_archive(make_settings(data_dir=tmp_path))
    prepare(made)
    assert client.get("/v1/jobs").get_json()["next_page_token"] is not None
    made.dispose()
    history.close()
