"""Celery Beat has reviews judged anew every night: `celery -A examples.beat beat`.

Nothing of Kritiq's is in its process; the reviews are the lines of `REVIEWS`, each an object with the arguments of the
task `kritiq.analyze`. The results count for the restaurant of each review, and endpoints are told of them.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from celery import Celery
from celery.schedules import crontab

REVIEWS = Path(os.environ.get("REVIEWS", Path(__file__).with_name("reviews.jsonl")))
REDIS = os.environ.get("KRITIQ_REDIS_URL", "redis://127.0.0.1:6389/0")


def nightly(lines: Iterable[str]) -> dict[str, dict[str, Any]]:
    """An entry of the schedule for each line: at three in the morning, behind all else, or not at all that day."""
    return {
        f"review-{number}": {
            "task": "kritiq.analyze",
            "schedule": crontab(hour="3", minute="0"),
            "kwargs": json.loads(line),
            "options": {"queue": "kritiq.bulk", "expires": 6 * 3600},
        }
        for number, line in enumerate(lines, 1)
    }


app = Celery("nightly", broker=REDIS, backend=REDIS)
app.conf.timezone = "Europe/Berlin"
app.conf.beat_schedule = nightly(REVIEWS.read_text(encoding="utf-8").splitlines())
