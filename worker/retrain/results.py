"""Where the result of a retraining is that a trainer does."""

from typing import Any

from celery.result import AsyncResult

from jobs.settings import Settings
from worker.app import create_app


def result_of(settings: Settings, task: str) -> Any:
    """Its result in Celery's backend."""
    return AsyncResult(task, app=create_app(settings))
