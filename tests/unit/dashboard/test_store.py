"""What is done at every webhook costs no more after years of reviews: no query looks at all of them."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from examples.dashboard.event import read_event
from examples.dashboard.store import Store
from tests.unit.dashboard.factories import job_event, sentence

#: They have nothing but what is still to be asked for; `state` has a handful of rows.
SHORT = ("INDEX reviews_pending", "INDEX batches_open", "SCAN state")


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What SQLite is told from now on, with the values that are bound."""
    told: list[str] = []
    connect = sqlite3.connect

    def traced(*given: Any, **options: Any) -> sqlite3.Connection:
        db = connect(*given, **options)
        db.set_trace_callback(told.append)
        return db

    monkeypatch.setattr(sqlite3, "connect", traced)
    return told


def take(store: Store, number: int, event: dict[str, Any]) -> None:
    read = read_event(json.dumps(event).encode())
    assert read is not None
    assert store.take(f"msg_{number}", read)


DELETED = {"type": "job.deleted", "timestamp": "2026-11-15T09:30:00Z", "data": {"job_id": "job_1"}}


def test_what_was_taken_and_deleted_is_remembered_for_ninety_days(tmp_path: Path) -> None:
    now = datetime(2026, 11, 15, 10, tzinfo=UTC)
    store = Store(tmp_path / "dashboard.db", lambda: now)

    def remembered() -> tuple[list[str], list[str]]:
        with closing(sqlite3.connect(tmp_path / "dashboard.db")) as db:
            return tuple(  # type: ignore[return-value]
                [row[0] for row in db.execute(f"SELECT {name} FROM {table} ORDER BY {name}")]
                for table, name in (("deliveries", "webhook_id"), ("erased", "subject"))
            )

    take(store, 1, job_event(sentence(food="positive"), job_id="job_1"))
    take(store, 2, DELETED)
    now += timedelta(days=89)
    late = read_event(json.dumps(job_event(sentence(food="positive"), job_id="job_1")).encode())
    assert late is not None
    assert not store.take("msg_1", late), "known"
    assert store.take("msg_3", late)
    assert remembered() == (["msg_1", "msg_2", "msg_3"], ["job_1"])
    with store.reading() as db:
        assert db.execute("SELECT count(*) FROM reviews").fetchone()[0] == 0, "what was deleted stays away"
    now += timedelta(days=2)
    take(store, 4, job_event(sentence(food="negative"), job_id="job_2"))
    assert remembered() == (["msg_3", "msg_4"], [])
    with store.reading() as db:
        assert [row[0] for row in db.execute("SELECT job_id FROM reviews")] == ["job_2"]


def test_nothing_looks_at_all_reviews(tmp_path: Path, statements: list[str]) -> None:
    store = Store(tmp_path / "dashboard.db")
    statements.clear()
    take(store, 1, job_event(sentence(food="positive"), job_id="job_1"))
    take(store, 2, job_event(job_id="job_2", truncated=True, result=None))
    take(store, 3, {"type": "batch.completed", "timestamp": "2026-11-14T09:30:00Z", "data": {"batch_id": "batch_1"}})
    take(store, 4, {"type": "job.deleted", "timestamp": "2026-11-14T09:30:00Z", "data": {"job_id": "job_1"}})
    assert store.truncated_jobs(50) == ["job_2"]
    store.complete("job_2", None)
    (batch,) = store.open_batches()
    store.close(store.keep(batch, [], lines=1))
    assert (store.truncated_jobs(50), store.open_batches()) == ([], [])
    store.revision()

    queries = [one for one in statements if one.startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))]
    with closing(sqlite3.connect(tmp_path / "dashboard.db")) as db:
        plans = {one: [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {one}")] for one in queries}
    long = {
        one: plan
        for one, plan in plans.items()
        for step in plan
        if step.startswith("SCAN") and not step.endswith(SHORT)
    }
    assert long == {}
    assert len(plans) > 20
