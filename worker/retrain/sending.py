"""How the trainer is asked for a retraining, and where its result is."""

from typing import Any

from celery.result import AsyncResult

from jobs.job import new_id
from jobs.retraining import RetrainingRequest
from jobs.settings import Settings
from store import queues
from worker.app import create_app

#: The state of a retraining that is under way, beside Celery's own.
PROGRESS = "PROGRESS"


def send(settings: Settings, asked: RetrainingRequest, at_ms: int) -> str:
    """Ask the trainer for it; its task's id."""
    task = new_id("retrain")
    given: dict[str, Any] = {
        "at_ms": at_ms, "model": asked.model, "tenants": asked.tenants, "alias": asked.alias, "rollout": asked.rollout,
        "options": asked.options,
    }  # fmt: skip
    create_app(settings).send_task(queues.RETRAIN, kwargs=given, queue=queues.RETRAIN_QUEUE, task_id=task)
    return task


def result_of(settings: Settings, task: str) -> Any:
    """Its result in Celery's backend."""
    return AsyncResult(task, app=create_app(settings))
