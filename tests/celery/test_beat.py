"""A schedule of Celery Beat submits our task, with nothing of ours in the scheduler's process."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from celery.beat import Scheduler

from examples import beat
from tests.celery.subjects import ANALYZE, KRITIQ, REVIEW, Running, fresh_key
from tests.celery.work import result_of
from tests.support.processes import Process

pytestmark = pytest.mark.integration


def test_a_schedule_submits_our_task(there: Running) -> None:
    key = fresh_key()
    there.app.conf.beat_schedule = {
        "nightly": {
            "task": ANALYZE,
            "schedule": timedelta(days=1),
            "args": (REVIEW,),
            "kwargs": {"include_none": True},
            "options": {"task_id": key, "expires": 3600, "priority": 0},
            # Due at once, and then in a day.
            "relative": False,
        }
    }
    scheduler = Scheduler(there.app)
    entry = scheduler.schedule["nightly"]
    entry.last_run_at -= timedelta(days=1)
    scheduler.tick()
    try:
        assert there.value(there.app.AsyncResult(key)) == result_of(REVIEW, include_none=True)
    finally:
        there.app.conf.beat_schedule = {}


@pytest.mark.only(KRITIQ, why="the example is for our task, whose restaurants a plain task does not know")
def test_the_nightly_example_has_every_review_judged(there: Running) -> None:
    lines = beat.REVIEWS.read_text(encoding="utf-8").splitlines()
    there.app.conf.update(beat_schedule=beat.nightly(lines), timezone=beat.app.conf.timezone)
    scheduler = Scheduler(there.app)
    try:
        entries = [scheduler.schedule[f"review-{number}"] for number in range(1, len(lines) + 1)]
        for entry in entries:
            entry.last_run_at -= timedelta(days=2)
            assert entry.is_due().is_due, "every night"
        results = [scheduler.apply_async(entry, advance=False) for entry in entries]
        judged = [there.value(result) for result in results]
    finally:
        there.app.conf.update(beat_schedule={}, timezone=None)
    assert judged == [result_of(json.loads(line)["text"]) for line in lines]


@pytest.mark.only(KRITIQ, why="the scheduler is Celery's own")
def test_the_nightly_example_runs(there: Running, tmp_path: Path) -> None:
    schedule = str(tmp_path / "schedule")
    arguments = ["-A", "examples.beat", "beat", "--schedule", schedule, "--pidfile=", "--loglevel", "INFO"]
    scheduler = Process(*arguments, env={"KRITIQ_REDIS_URL": there.url}, module="celery")
    try:
        scheduler.wait_until(lambda: "beat: Starting..." in scheduler.log, "the scheduler has begun")
    finally:
        scheduler.close()
