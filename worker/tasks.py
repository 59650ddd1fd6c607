"""The plain tasks: what the batch consumer does, for a batch of one, on any Celery worker and broker.

Their ends are the store's, with results and follow-ups from there (`worker.plain` sends those): to Celery itself they
are tasks whose result is looked after elsewhere.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from celery import Celery, shared_task
from celery.exceptions import Ignore

from jobs.job import DEFAULT_TENANT, Claim, Outcome, Status
from jobs.store import CeleryMessage
from store import keys
from store.connection import connect
from store.job_record import job_reference
from store.jobs import RedisStore
from worker.consumer.bootstep import load_predictor
from worker.consumer.celery_decode import running
from worker.consumer.celery_ends import CeleryEnds
from worker.consumer.celery_messages import CeleryMessages
from worker.predict.pipeline import Pipeline


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """What a process has one of."""

    store: RedisStore
    pipeline: Pipeline
    messages: CeleryMessages


@cache
def _parts(app: Celery) -> Parts:
    """Store and model of this process, made at the first task."""
    store = RedisStore(connect(app.settings, timeout_s=5.0))
    messages = CeleryMessages(store, app.settings, CeleryEnds(app.settings))
    return Parts(store=store, pipeline=Pipeline(load_predictor(app.settings)), messages=messages)


@shared_task(name=keys.PREDICT, bind=True, acks_late=True, ignore_result=True)  # type: ignore[untyped-decorator]
def predict(self: Any, task: str) -> None:
    """Judge the review of the job that `task` refers to; nothing happens when the job has ended."""
    tenant, job_id = job_reference(task, DEFAULT_TENANT)
    _run(self, _parts(self.app).store.take(tenant, job_id, self.request.id, lease_ms=self.app.settings.lease_ms))


@shared_task(name=keys.ANALYZE, bind=True, acks_late=True)  # type: ignore[untyped-decorator]
def analyze(self: Any, *args: Any, **kwargs: Any) -> None:
    """Judge a review as the job whose id is this task's; `worker.review_call.analyze` is the signature."""
    _analyze(self, args, kwargs)


@shared_task(name=keys.REVIEW, bind=True, acks_late=True)  # type: ignore[untyped-decorator]
def review(self: Any, *args: Any, **kwargs: Any) -> None:
    """The same, by the name that says what it does."""
    _analyze(self, args, kwargs)


def _analyze(task: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    request = running(task.request, args, kwargs)
    message = CeleryMessage(tag=request.id, message=b"")
    _run(task, _parts(task.app).messages.claim(message, request, lease_ms=task.app.settings.lease_ms))


def _run(task: Any, claim: Claim | None) -> None:
    """Judge the claim and end its job; Celery is told that there is nothing left to store. Raises Ignore."""
    if claim is not None:
        started, parts = time.monotonic(), _parts(task.app)
        outcomes = parts.pipeline.judge(parts.pipeline.prepare([claim]))
        (state,) = parts.store.complete(outcomes)
        _tell(task, outcomes[0], state, time.monotonic() - started)
    raise Ignore


def _tell(task: Any, outcome: Outcome, state: Status | None, seconds: float) -> None:
    """The event that Celery does not send for a task that is ignored."""
    if state is Status.SUCCEEDED:
        task.send_event("task-succeeded", result="", runtime=seconds)
    elif state is Status.FAILED:
        error = outcome.error.message if outcome.error else "The job took longer than its time limit allows."
        task.send_event("task-failed", exception=f"RuntimeError({error!r})", traceback="")
    elif state is not None:
        task.send_event("task-revoked", terminated=False, signum=None, expired=state is Status.EXPIRED)
