"""The plain tasks: what the batch consumer does, for a batch of one, on any Celery worker and broker.

Their ends are the store's, with results and what follows from there (`worker.plain` sends that).
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeVar

from celery import Celery
from celery.exceptions import Ignore

from jobs.celery_task import CeleryMessage
from jobs.choice import version_id
from jobs.errors import Unavailable
from jobs.job import DEFAULT_TENANT, Claim, JobError, Outcome, Status
from jobs.request import Form
from jobs.settings import Settings
from store import queues
from store.connection import connect
from store.job_record import job_reference
from store.jobs import RedisStore
from store.served import Catalogue
from worker.consumer.celery_decode import running
from worker.consumer.celery_ends import CeleryEnds
from worker.consumer.celery_messages import CeleryMessages
from worker.consumer.celery_options import time_limit
from worker.consumer.celery_state import headers_of
from worker.consumer.measures import Measures
from worker.consumer.models import directory_of, load_cache, load_predictor
from worker.consumer.progress_teller import ProgressTeller
from worker.consumer.traces import BatchTraces, JudgedBatch
from worker.liveness import liveness_of
from worker.lost_attempts import lost_spans
from worker.predict.budget import bytes_on
from worker.predict.device_turn import DeviceTurn
from worker.predict.pipeline import Pipeline
from worker.predict.progress import Readings
from worker.reports import reports_of

log = logging.getLogger(__name__)
T = TypeVar("T")

#: How long to wait before Redis is asked again, in seconds.
AWAY_S = 0.5
NO_BUNDLES = JobError(code="no_bundles", message="A plain worker does no map, starmap or chunks.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """What a process has one of."""

    store: RedisStore
    pipeline: Pipeline
    messages: CeleryMessages
    traces: BatchTraces
    measures: Measures


@cache
def _parts(app: Celery) -> Parts:
    """Store and model of this process, made at the first task."""
    settings: Settings = app.settings
    client, predictor = connect(settings, timeout_s=5.0), load_predictor(settings)
    predictor.token_budget = settings.token_budget or predictor.token_budget
    reports = reports_of(app)
    reports.models.note(predictor, directory_of(predictor, settings.model))
    traffic = reports.models.counter(version_id(predictor.info.name, predictor.info.version))
    store = RedisStore(client)
    pipeline = Pipeline(predictor, load_cache(settings, client, predictor), traffic=traffic)
    store.on_lost = lost_spans(app.tracer)
    ends = CeleryEnds(settings, app.tracer)
    return Parts(
        store=store,
        pipeline=pipeline,
        messages=CeleryMessages(store, settings, ends, tracer=app.tracer, missing=Catalogue(client).missing),
        traces=BatchTraces(app.tracer, model=pipeline.model, device=pipeline.device),
        measures=Measures(
            reports.meter,
            model=pipeline.model,
            device=pipeline.device,
            device_bytes=partial(bytes_on, predictor.device),
        ),
    )


def predict(self: Any, task: str) -> None:
    """Judge the review of the job that `task` refers to; nothing happens when the job has ended."""
    _nothing_follows(self)
    tenant, job_id = job_reference(task, DEFAULT_TENANT)
    parts, lease_ms = _parts(self.app), self.app.settings.lease_ms
    serves = parts.pipeline.shelf.serves
    taken = _patiently(lambda: parts.store.take(tenant, job_id, self.request.id, lease_ms=lease_ms, serves=serves))
    _run(self, taken)


def analyze(self: Any, *args: Any, **kwargs: Any) -> None:
    """Judge a review as the job whose id is this task's; `jobs.review_call.analyze` is the signature."""
    _analyze(self, args, kwargs)


def review(self: Any, *args: Any, **kwargs: Any) -> None:
    """The same, by the name that says what it does."""
    _analyze(self, args, kwargs)


def add_tasks(app: Celery) -> None:
    """Register them with `app` alone: an application of a Celery client in the same process must not know them.

    Celery may run an errback that it knows instead of sending it (`worker.consumer.celery_ends`).
    """
    for name, function, ignored in ((queues.PREDICT, predict, True), (queues.ANALYZE, analyze, False),
                                    (queues.REVIEW, review, False)):  # fmt: skip
        app.task(
            function, name=name, bind=True, acks_late=True, ignore_result=ignored, shared=False,
            Request="worker.plain_request:PlainRequest",
        )  # fmt: skip


def _analyze(task: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    request = running(task.request, args, kwargs)
    message = CeleryMessage(tag=request.id, message=b"")
    messages, lease_ms = _parts(task.app).messages, task.app.settings.lease_ms
    claim = _patiently(lambda: messages.claim(message, request, messages.owners.tenant_of(request), lease_ms=lease_ms))
    # From here on the job knows what follows it.
    _nothing_follows(task)
    _run(task, claim, time_limit(request))


def _nothing_follows(task: Any) -> None:
    """Celery's own tracer, which looks here, sends nothing after the task and stores no result.

    It would send what the store's outbox sends once more, ask nobody whether it may (`worker.consumer.reserved`), and
    store a result in the place of one that its client forgot at once.
    """
    task.request.update(callbacks=None, errbacks=None, chain=None, chord=None, ignore_result=True)


def _patiently(call: Callable[[], T]) -> T:
    """What `call` returns, however long Redis is away: a task that raises for it has failed, as its client sees it."""
    while True:
        try:
            return call()
        except Unavailable as error:
            log.warning("the task waits: %s", error)
            time.sleep(AWAY_S)


def _judge(app: Celery, claim: Claim) -> tuple[Outcome, JudgedBatch]:
    liveness, parts, readings = liveness_of(app), _parts(app), Readings()
    moves, teller = partial(liveness.beat, "task"), ProgressTeller(parts.store, readings)

    def between() -> None:
        moves()
        teller.tell_now_and_then()

    try:
        prepared, turn = parts.pipeline.prepare([claim], moves), DeviceTurn(between, readings=readings)
        outcomes = parts.pipeline.judge(prepared, turn)
    finally:
        liveness.rest("task")
    size = {"sentences": prepared.sentences, "tokens": turn.counts["tokens"]}
    parts.measures.judged(outcomes, **size, seconds=turn.seconds)
    (outcome,) = outcomes
    return outcome, parts.traces.judged(outcomes, **size, seconds=turn.seconds)


def _run(task: Any, claim: Claim | None, limit: Exception | None = None) -> None:
    """Judge the claim and end its job. The result is stored; Celery, which never overwrites one, is told how it went.

    Raises Ignore when there was nothing to do, and what the job ended with.
    """
    if claim is None:
        raise Ignore
    parts = _parts(task.app)
    stamps = headers_of(claim).stamps
    revoked = bool(stamps) and _patiently(lambda: parts.store.stamps_revoked(stamps))
    if revoked:
        outcome, batch = Outcome(claim=claim, status=Status.CANCELED), JudgedBatch()
    elif claim.request.form is Form.BUNDLE:
        # It waited where a batch consumer would have taken it.
        outcome, batch = Outcome(claim=claim, status=Status.FAILED, error=NO_BUNDLES), JudgedBatch()
    else:
        outcome, batch = _judge(task.app, claim)
    began = time.perf_counter()
    (state,) = _patiently(lambda: parts.store.complete([outcome]))
    parts.measures.stored([outcome], [state], time.perf_counter() - began)
    parts.traces.stored(batch, [outcome], [state])
    if state is Status.FAILED:
        raise RuntimeError(outcome.error.message) if outcome.error else limit or RuntimeError("It took too long.")
    if state in (Status.CANCELED, Status.EXPIRED):
        # What Celery tells of a task that it has ended so itself, and of no other.
        task.send_event("task-revoked", terminated=False, signum=None, expired=state is Status.EXPIRED)
    if state is not Status.SUCCEEDED:
        raise Ignore
