"""The plain tasks: what the batch consumer does, for a batch of one, on any Celery worker and broker."""

from functools import cache
from typing import Any

from celery import Celery, shared_task

from jobs.job import DEFAULT_TENANT, Claim, Job, estimate_sentences
from jobs.request import JobRequest
from jobs.store import CeleryMessage
from store import keys
from store.connection import connect
from store.job_record import job_reference
from store.jobs import RedisStore
from worker.consumer.bootstep import load_predictor
from worker.predict.pipeline import Pipeline


@cache
def _parts(app: Celery) -> tuple[RedisStore, Pipeline]:
    """Store and model of this process, made at the first task."""
    return RedisStore(connect(app.settings, timeout_s=5.0)), Pipeline(load_predictor(app.settings))


def _run(task: Any, claim: Claim | None) -> None:
    if claim is not None:
        store, pipeline = _parts(task.app)
        store.complete(pipeline.judge(pipeline.prepare([claim])))


@shared_task(name=keys.PREDICT, bind=True, acks_late=True, ignore_result=True)  # type: ignore[untyped-decorator]
def predict(self: Any, task: str) -> None:
    """Judge the review of the job with Celery task id `task`; nothing happens when the job has ended."""
    store, _ = _parts(self.app)
    tenant, job_id = job_reference(task, DEFAULT_TENANT)
    _run(self, store.take(tenant, job_id, self.request.id, lease_ms=self.app.settings.lease_ms))


@shared_task(name=keys.ANALYZE, bind=True, acks_late=True, ignore_result=True)  # type: ignore[untyped-decorator]
def analyze(self: Any, text: str, *, include_none: bool = False) -> None:
    """Judge `text` as the job whose id is this task's."""
    store, _ = _parts(self.app)
    settings = self.app.settings
    tenant, job_id = job_reference(self.request.id, DEFAULT_TENANT)
    job = Job(
        id=job_id, tenant=tenant, request=JobRequest(include_none=include_none), weight=estimate_sentences(text),
        ttl_ms=settings.result_ttl_s * 1000,
    )  # fmt: skip
    message = CeleryMessage(tag=self.request.id, message=b"")
    _run(self, store.adopt(message, job, text, lease_ms=settings.lease_ms))
