"""How a job is spelled in Redis: its record (a hash) and its result."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from jobs.batch import Batch
from jobs.celery_task import CeleryTask
from jobs.choice import Choice
from jobs.errors import Gone, NotFound, TextErased
from jobs.job import Claim, Job, JobError, Outcome, Status
from jobs.members import known_members
from jobs.progress import Progress
from jobs.request import Form
from jobs.stored import Stored
from jobs.timings import Timings
from store.packed_record import unfolded
from store.results import stored_result, success_meta
from store.sealing import Sealing
from store.stored_fields import READ, READ_STORED, WHOLE_AT


def fields(job: Job, text: str, sealing: Sealing) -> list[str | bytes | int]:
    """The fields that a new record starts with, as name, value, name, value. Raises TextKeyMissing."""
    data, request = sealing.seal(job.tenant, text.encode()), sealing.seal_request(job.tenant, job.request)
    author, webhook = job.request.external_author, job.request.webhook
    return pairs({"text": data, "bytes": len(data) + len(request), **shared_fields(job, request),
                  "deadline_at": job.deadline_at,
                  "day": job.day, "restaurant": job.request.restaurant, "bundle": job.bundle or None,
                  "blameless": 1 if job.request.form is Form.BUNDLE else None,
                  "webhook": webhook and sealing.seal_url(job.tenant, webhook),
                  # What of two URLs tells whether they are one, where they cannot be read.
                  "webhook_is": sealing.digest(job.tenant, webhook) if webhook and sealing.on else None,
                  "author": author and sealing.author(job.tenant, author)})  # fmt: skip


def shared_fields(of: Job | Batch, request: bytes) -> dict[str, str | bytes | int | None]:
    """What the record of a job and those of a batch and its chunks have in common; `request` is spelled already."""
    return {
        "request": request,
        "ttl_ms": of.ttl_ms,
        "trace": of.trace or None,
        "wants": of.request.model,
    }


def pairs(values: Mapping[str, str | bytes | int | None]) -> list[str | bytes | int]:
    """Name, value, name, value, without what is None: as HSET takes them."""
    return [item for name, value in values.items() if value is not None for item in (name, value)]


def job_from(tenant: str, job_id: str, values: Sequence[bytes | None], sealing: Sealing) -> Job:
    """The job whose fields `READ` are `values`. Raises TextErased, TextKeyMissing."""
    raw = dict(zip(READ, values, strict=True))
    if raw["whole"] is not None:
        raw = unfolded(tenant, raw, sealing)

    def number(name: str) -> int | None:
        value = raw[name]
        return int(value) if value is not None else None

    def json(name: str) -> Any:
        value = raw[name]
        return orjson.loads(value) if value is not None else None

    error: Mapping[str, str] | None = json("error")
    status = Status((raw["status"] or b"").decode())
    return Job(
        id=job_id,
        tenant=tenant,
        status=status,
        version=number("version") or 1,
        attempt=number("attempt") or 1,
        request=sealing.open_request(tenant, raw["request"]),
        weight=number("weight") or 1,
        created_at=number("created_at") or 0,
        started_at=number("started_at"),
        finished_at=number("finished_at"),
        expires_at=number("expires_at"),
        deadline_at=number("deadline_at"),
        due_at=number("due_at"),
        queue=(raw["queue"] or b"").decode(),
        ttl_ms=number("ttl_ms") or 0,
        cancel_requested=raw["cancel_requested"] == b"1",
        model=json("model"),
        error=JobError(**known_members(JobError, error)) if error else None,
        timings=Timings(**known_members(Timings, timings)) if (timings := json("timings")) else None,
        # An older release, in an upgrade, leaves it where a job ends.
        progress=Progress.decode(raw["progress"]) if status is Status.RUNNING else None,
        queue_mark=number("queue_mark") or 0,
        queue_place=number("queue_place") or 0,
        trace=(raw["trace"] or b"").decode(),
    )


def stored_from(
    tenant: str, job_id: str, values: Sequence[bytes | None], meta: bytes | None, now_ms: int, sealing: Sealing
) -> Stored:
    """The job whose fields `READ_STORED` are `values`, with the result in `meta`, when a client may see it at `now_ms`.

    Raises NotFound, Gone, TextErased, TextKeyMissing.
    """
    *fields, gone, short = values
    if gone:
        raise Gone
    if fields[0] is None:
        raise NotFound
    job = job_from(tenant, job_id, fields, sealing)
    if job.expires_at is not None and job.expires_at <= now_ms:
        raise Gone
    if job.status is not Status.SUCCEEDED:
        return Stored(job=job)
    result = stored_result(tenant, meta, fields[WHOLE_AT] or short, sealing)
    if result is None:
        raise Gone("The result was taken away.")
    return Stored(job=job, result=result)


#: What stands in front of what `stored_from_news` reads: another release may read something else.
_NAMES = ",".join(READ_STORED).encode()


def stored_from_news(tenant: str, job_id: str, news: bytes, sealing: Sealing) -> Stored | None:
    """The job as `tell_waiter` in `store/lua/lib/job_end.lua` told of its end; None when it has to be read.

    Raises as `stored_from`.
    """
    _, _, told = news.partition(b"\n")
    if not told.startswith(_NAMES + b"\n"):
        return None
    _, now_ms, lengths, rest = told.split(b"\n", 3)
    values: list[bytes | None] = []
    at = 0
    for length in map(int, lengths.split(b",")):
        values.append(rest[at : at + length] if length >= 0 else None)
        at += max(0, length)
    return stored_from(tenant, job_id, values, rest[at:], int(now_ms), sealing)


def claim_from(values: Sequence[bytes], sealing: Sealing) -> Claim:
    """The claim that a script gave, by position: see `claim_of` in `store/lua/lib/job.lua`. Raises TextKeyMissing.

    One whose text was erased with its key has none.
    """
    (
        tag, tenant, job_id, queue_ms, attempt, weight, _, strikes, deadline_at, text, request, ttl_ms, batch, culprits,
        celery_meta, celery_headers, day, trace, by,
    ) = values  # fmt: skip
    whose, erased = tenant.decode(), False
    try:
        opened = sealing.open(whose, text).decode()
    except TextErased:
        opened, erased = "", True
    return Claim(
        tag=tag.decode(),
        tenant=whose,
        id=job_id.decode(),
        attempt=int(attempt),
        text=opened,
        erased=erased,
        request=sealing.open_request(whose, request),
        weight=int(weight),
        queue_ms=int(queue_ms),
        ttl_ms=int(ttl_ms),
        chunk=batch is not None,
        suspect=strikes != b"0",
        singled=batch is not None and int(strikes) > 1,
        celery_meta=celery_meta or b"",
        celery_headers=celery_headers or b"",
        deadline_at=int(deadline_at) if deadline_at else None,
        day=day.decode() if day else None,
        culprits=tuple(map(int, culprits.split())) if culprits else (),
        trace=trace.decode() if trace else "",
        choice=Choice.decode(by) if by else None,
    )


def task_fields(tenant: str, task: CeleryTask | None, sealing: Sealing) -> list[str | bytes | int]:
    """The record's fields of a task that a Celery client sent. Raises TextKeyMissing."""
    if task is None:
        return []
    return pairs(
        {
            "celery": sealing.seal(tenant, task.request) if task.request else None,
            "celery_marks": task.mark if task.request else None,
            "celery_meta": task.meta or None,
            "ignored": int(task.ignored) or None,
            "limit_ms": task.limit_ms,
            "limit_meta": task.limit_meta or None,
            "celery_headers": task.headers or None,
        }
    )


def outcome_arguments(outcome: Outcome, sealing: Sealing) -> list[Any]:
    """What `job/complete.lua` takes for one outcome. Raises TextKeyMissing."""
    claim, meta, sealed, packable = outcome.claim, b"", b"", b""
    if outcome.result is not None:
        kept = sealing.seal_json(claim.tenant, outcome.result)
        if sealing.on and claim.celery_headers:
            # Whoever sent a task with Celery reads its result without our keys, for a while (`store.plain_results`).
            # What Celery has still to send after it is read with them.
            sealed, kept = success_meta(claim.task_id, kept, claim.celery_meta)[1:], outcome.result
        # Long after the end nobody but Kritiq asks for what came over HTTP (`store.packed_results`).
        packable = b"1" if not (claim.celery_headers or claim.chunk) else b""
        # The script writes the time of the end in front of it.
        meta = success_meta(claim.task_id, kept, claim.celery_meta)[1:]
    more = pairs(
        {
            "model": orjson.dumps(dict(outcome.model)) if outcome.model is not None else None,
            "timings": orjson.dumps(outcome.timings) if outcome.timings is not None else None,
            "error": orjson.dumps(outcome.error.to_dict()) if outcome.error is not None else None,
        }
    )
    message = outcome.error.message if outcome.error is not None else ""
    tally = orjson.dumps(outcome.tally) if outcome.tally else b""
    head = [claim.tag, claim.tenant, claim.id, claim.attempt, outcome.status.value, meta, message, tally]
    return [*head, outcome.good, outcome.bad, outcome.skipped, _used(outcome), sealed, packable, len(more), *more]


def _used(outcome: Outcome) -> bytes:
    """What it used, as scripts take it: `[["restaurant|model", reviews, sentences, characters], …]`."""
    if not outcome.used or outcome.model is None:
        return b""
    model = f"{outcome.model['name']}/{outcome.model['version']}"
    rows = [[f"{of.restaurant or ''}|{model}", of.reviews, of.sentences, of.characters] for of in outcome.used]
    return orjson.dumps(rows)


def job_reference(task: str, default_tenant: str) -> tuple[str, str]:
    """Tenant and job id of what `jobs.job.reference` gave."""
    tenant, colon, job_id = task.partition(":")
    return (tenant, job_id) if colon else (default_tenant, task)
