"""How a job's record is spelled in Redis: a hash of strings, written by `fields`, read by `job_from`."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from jobs.errors import Gone, NotFound
from jobs.job import Form, Job, JobError, Options, Priority, Status
from jobs.store import Stored

#: What `job_from` reads, in its order: everything but the text.
READ = (
    "status", "version", "attempt", "priority", "options", "weight", "created_at", "started_at", "finished_at",
    "expires_at", "deadline_at", "ttl_ms", "cancel_requested", "model", "error", "inference_ms", "retry_of",
    "restaurant", "reviewed_at", "metadata", "queue_mark", "queue_place", "webhook",
)  # fmt: skip
#: What `stored_from` reads, in its order.
READ_STORED = (*READ, "gone")


def encode_options(options: Options) -> bytes:
    """The options as the worker reads them."""
    return orjson.dumps({"language": options.language, "include_none": options.include_none, "form": options.form})


def decode_options(data: bytes) -> Options:
    """The opposite of `encode_options`."""
    raw = orjson.loads(data)
    return Options(language=raw["language"], include_none=raw["include_none"], form=Form(raw["form"]))


def fields(job: Job, text: str) -> list[str | bytes | int]:
    """The fields that a new record starts with, as name, value, name, value."""
    pairs: dict[str, str | bytes | int | None] = {
        "tenant": job.tenant,
        "priority": job.priority.value,
        "options": encode_options(job.options),
        "ttl_ms": job.ttl_ms,
        "text": text,
        "deadline_at": job.deadline_at,
        "retry_of": job.retry_of,
        "restaurant": job.restaurant,
        "reviewed_at": job.reviewed_at,
        "day": job.day,
        "metadata": orjson.dumps(job.metadata) if job.metadata is not None else None,
        "webhook": orjson.dumps(job.webhook) if job.webhook is not None else None,
    }
    return [item for name, value in pairs.items() if value is not None for item in (name, value)]


def job_from(tenant: str, job_id: str, values: Sequence[bytes | None]) -> Job:
    """The job whose fields `READ` are `values`."""
    raw = dict(zip(READ, values, strict=True))

    def number(name: str) -> int | None:
        value = raw[name]
        return int(value) if value is not None else None

    def text(name: str) -> str | None:
        value = raw[name]
        return value.decode() if value is not None else None

    def json(name: str) -> Any:
        value = raw[name]
        return orjson.loads(value) if value is not None else None

    error: Mapping[str, str] | None = json("error")
    return Job(
        id=job_id,
        tenant=tenant,
        status=Status(text("status") or ""),
        version=number("version") or 1,
        attempt=number("attempt") or 1,
        priority=Priority(text("priority") or Priority.NORMAL),
        options=decode_options(raw["options"]) if raw["options"] else Options(),
        weight=number("weight") or 1,
        created_at=number("created_at") or 0,
        started_at=number("started_at"),
        finished_at=number("finished_at"),
        expires_at=number("expires_at"),
        deadline_at=number("deadline_at"),
        ttl_ms=number("ttl_ms") or 0,
        cancel_requested=raw["cancel_requested"] == b"1",
        model=json("model"),
        error=JobError(**error) if error else None,
        inference_ms=number("inference_ms"),
        retry_of=text("retry_of"),
        restaurant=text("restaurant"),
        reviewed_at=text("reviewed_at"),
        metadata=json("metadata"),
        webhook=json("webhook"),
        queue_mark=number("queue_mark") or 0,
        queue_place=number("queue_place") or 0,
    )


_PREFIX = b',"status":"SUCCESS","traceback":null,"children":[],"result":'


def success_meta(task_id: str, result: bytes) -> bytes:
    """The result in the format of Celery's own result backend, so that it is written once for both kinds of client."""
    return b'{"task_id":' + orjson.dumps(task_id) + _PREFIX + result + b"}"


def result_of(meta: bytes) -> bytes:
    """The result's own bytes inside what `success_meta` wrote."""
    return meta[meta.index(_PREFIX) + len(_PREFIX) : -1]


def stored_from(tenant: str, job_id: str, values: Sequence[bytes | None], meta: bytes | None, now_ms: int) -> Stored:
    """The job whose fields `READ_STORED` are `values`, with the result in `meta`, when a client may see it at `now_ms`.

    Raises NotFound, Gone.
    """
    *fields, gone = values
    if gone:
        raise Gone
    if fields[0] is None:
        raise NotFound
    job = job_from(tenant, job_id, fields)
    if job.expires_at is not None and job.expires_at <= now_ms:
        raise Gone
    if job.status is not Status.SUCCEEDED:
        return Stored(job=job)
    if meta is None:
        raise Gone("The result was taken away.")
    return Stored(job=job, result=result_of(meta))
