"""A stored job as the bytes that a client gets. The result's bytes go in as the worker wrote them."""

import time
from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response

from api.http.context import context
from api.http.eta import Eta, until_due_s
from api.http.whole import Whole, etag
from jobs.address import job_path
from jobs.job import Job
from jobs.request import Form
from jobs.stored import Stored
from jobs.timestamp import rfc3339


def job_dict(
    job: Job, result: bytes | None, public_url: str, eta: Eta | None = None, *, archived: bool = False
) -> dict[str, Any]:
    """The job as `api.jobs.answer_schemas.JobAnswer` describes it; its links begin with `public_url`."""
    here = public_url + job_path(job.id)
    return {
        "id": job.id,
        "status": job.status,
        "version": job.version,
        "attempt": job.attempt,
        "priority": job.request.priority,
        "model": job.model,
        "cancel_requested": job.cancel_requested,
        "created_at": rfc3339(job.created_at),
        "started_at": rfc3339(job.started_at),
        "finished_at": rfc3339(job.finished_at),
        "expires_at": rfc3339(job.expires_at),
        "deadline_at": rfc3339(job.deadline_at),
        "not_before": rfc3339(job.due_at) or job.request.not_before,
        **job.request.described(),
        "retry_of": job.request.retry_of,
        # The old call's result has the old form: it was answered there.
        "result": orjson.Fragment(result) if result is not None and job.request.form is Form.V1 else None,
        "error": job.error.to_dict() if job.error else None,
        **({"archived": True} if archived else {}),
        "timings": timings_dict(job),
        "queue": queue_dict(eta) if eta is not None else None,
        "progress": {"done": job.progress.done, "total": job.progress.total} if job.progress else None,
        "links": {
            "self": here,
            "events": f"{here}/events",
            "cancel": f"{here}/cancel",
        },
    }


def timings_dict(job: Job) -> dict[str, int | None]:
    """Where the time went; all but the first add up to the time from start to end."""
    spent = job.timings
    return {
        "queue_ms": job.queue_ms,
        "tokenize_ms": spent.tokenize_ms if spent else None,
        "wait_ms": spent.wait_ms if spent else None,
        "inference_ms": spent.inference_ms if spent else None,
        "store_ms": job.store_ms,
    }


def queue_dict(eta: Eta) -> dict[str, Any]:
    """Where a waiting job stands, marked as the estimate that it is."""
    as_of = rfc3339(int(time.time() * 1000))
    place = {"position": eta.position, "eta_s": eta.eta_s, "waits_for": eta.waits_for}
    return {**place, "estimated": True, "as_of": as_of}


def job_response(
    stored: Stored, status: int = 200, headers: Mapping[str, str] | None = None, eta: Eta | None = None
) -> Response:
    """The job with its entity tag; a job that has not ended tells when to ask again."""
    whole = job_dict(stored.job, stored.result, context().settings.public_url, eta, archived=stored.archived)
    told = {"ETag": etag(stored.job.version), "Cache-Control": "private, no-cache", **(headers or {})}
    if not stored.job.status.terminal:
        told["Retry-After"] = str(eta.retry_after_s if eta else until_due_s(stored.job.due_at))
    return Whole(orjson.dumps(whole), status, told)
