"""From a checked request to a stored job: what every way in (HTTP, command line, retry) has in common."""

from dataclasses import replace
from datetime import UTC, datetime

from jobs.batch import Batch
from jobs.errors import MadeByNewer, NotRetryable
from jobs.job import DEFAULT_TENANT, Job, Status, new_id
from jobs.request import Form, JobRequest, weight_of
from jobs.settings import Settings
from jobs.store import Intake, JobStore
from jobs.stored import Created
from jobs.timestamp import milliseconds
from jobs.tries import try_again


def submit(
    store: Intake,
    settings: Settings,
    text: str,
    request: JobRequest | None = None,
    *,
    tenant: str = DEFAULT_TENANT,
    job_id: str | None = None,
    idempotency: str | None = None,
    bind: bool = False,
    sent: JobRequest | None = None,
    trace: str = "",
    waiter: str = "",
) -> Created:
    """Store a job for `text` and put it in its queue, in one step.

    The same `idempotency` key with the same request gives the first job again; with `bind` so does the same `job_id`.
    `sent` is what the client sent, where `request` has something of ours for what it left out. `trace`: see
    `Job.trace`; `waiter`: see `JobStore.create`.

    Raises Unavailable, QueueFull, OverLimit, TooMuch, IdempotencyMismatch, Gone.
    """
    job = new_job(text, request or JobRequest(), settings, tenant=tenant, job_id=job_id, trace=trace)
    digest = (sent or job.request).digest(text) if idempotency is not None or bind else ""
    return store.create(
        job,
        text,
        idempotency=idempotency,
        digest=digest,
        limit=settings.max_backlog,
        own_id=bind,
        own=settings.allowance,
        waiter=waiter,
    )


def new_job(
    text: str,
    request: JobRequest,
    settings: Settings,
    *,
    tenant: str = DEFAULT_TENANT,
    job_id: str | None = None,
    trace: str = "",
) -> Job:
    """The record of a job that is about to be stored."""
    return Job(
        id=job_id or new_id(),
        tenant=tenant,
        request=request,
        weight=weight_of(text, request),
        due_at=None if request.not_before is None else milliseconds(request.not_before),
        ttl_ms=kept_ms(request, settings, tenant),
        day=day_of(request) if request.restaurant else None,
        trace=trace,
    )


def new_batch(request: JobRequest, settings: Settings, *, tenant: str = DEFAULT_TENANT, trace: str = "") -> Batch:
    """The record of a batch that is about to be stored."""
    return Batch(
        id=new_id("batch"),
        tenant=tenant,
        request=request,
        due_at=None if request.not_before is None else milliseconds(request.not_before),
        ttl_ms=kept_ms(request, settings, tenant),
        day=day_of(request),
        trace=trace,
    )


def day_of(request: JobRequest) -> str:
    """The day that a review counts for in summaries, `YYYY-MM-DD`: when it was written, else today (UTC)."""
    return (request.reviewed_at or datetime.now(UTC).isoformat())[:10]


def kept_ms(request: JobRequest, settings: Settings, tenant: str) -> int:
    """How long what has ended is kept, in milliseconds: as the request asks, or as the operator says."""
    return (request.ttl_s or settings.result_ttl_s) * 1000


def again(batch_of: JobRequest, old_id: str, ttl_ms: int) -> JobRequest:
    """What is asked when something of `old_id` is tried again: the same, at once."""
    return replace(batch_of, retry_of=old_id, deadline_s=None, not_before=None, ttl_s=ttl_ms // 1000)


def submit_again(
    store: JobStore, settings: Settings, old: Job, *, idempotency: str | None = None, trace: str = ""
) -> Created:
    """Submit the review of a job that ended without a result once more, as a new job with `retry_of`.

    Its deadline is not repeated: it has passed, or would begin anew. Where it was tried again before and that ended
    without a result, too, that is tried again; else that is the answer. Raises NotRetryable of a job that goes on or
    succeeded, NotFound when its text is gone, IdempotencyMismatch, Unavailable, QueueFull.
    """
    if old.request.form is Form.NEWER:
        raise MadeByNewer("A newer release has to try it again, which knows what was asked.")
    sent = again(old.request, old.id, old.ttl_ms)
    digest = sent.digest(store.text(old.tenant, old.id)) if idempotency is not None else ""

    def make(last: Job) -> Created:
        if not last.status.terminal or last.status is Status.SUCCEEDED:
            raise NotRetryable(
                f"The job is {last.status}; only one that failed, expired or was canceled is tried again."
            )
        return submit(
            store, settings, store.text(last.tenant, last.id), again(last.request, last.id, last.ttl_ms),
            tenant=old.tenant, idempotency=idempotency, sent=sent, trace=trace,
        )  # fmt: skip

    return try_again(
        store, old, get=lambda job_id: store.get(old.tenant, job_id).job, make=make,
        there=lambda job: Created(job=job, new=False), key=idempotency, digest=digest,
    )  # fmt: skip
