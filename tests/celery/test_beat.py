"""A schedule of Celery Beat submits our task, with nothing of ours in the scheduler's process."""

from datetime import timedelta

import pytest
from celery.beat import Scheduler

from tests.celery.subjects import ANALYZE, REVIEW, Running, fresh_key
from tests.celery.work import result_of

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
