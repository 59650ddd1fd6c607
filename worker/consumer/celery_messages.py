"""Messages that Celery clients sent by themselves: `send_task("kritiq.analyze", [text])` becomes a job as any other."""

import base64
import logging
from datetime import datetime
from typing import Any

import orjson

from jobs.job import DEFAULT_TENANT, Claim, Job, JobError, Outcome, Status, estimate_sentences
from jobs.request import JobRequest
from jobs.store import CeleryMessage, CeleryTask, JobStore
from store import keys
from store.job_record import job_reference
from worker.consumer.celery_headers import shown_headers

log = logging.getLogger(__name__)

#: The longest text taken from a Celery client, in code points; HTTP clients have their own limit.
MAX_CHARS = 1_000_000


def adopt(store: JobStore, message: CeleryMessage, *, lease_ms: int, ttl_ms: int) -> Claim | None:
    """A claim for the message's text, or None when there is nothing to do for it (it is acknowledged then)."""
    try:
        envelope = orjson.loads(message.message)
        task, task_id = envelope["headers"]["task"], envelope["headers"]["id"]
        args, kwargs = _arguments(envelope)
        expires = _milliseconds(envelope["headers"].get("expires"))
    except (KeyError, TypeError, ValueError) as error:
        log.warning("dropped a message that is not a Celery task in JSON: %s", error)
        store.drop(message)
        return None
    if task == keys.PREDICT and len(args) == 1 and isinstance(args[0], str):
        store.drop(message)
        return store.take(*job_reference(args[0], DEFAULT_TENANT), message.tag, lease_ms=lease_ms)
    if task != keys.ANALYZE:
        log.warning("dropped a message for the unknown task %r", task)
        store.drop(message)
        return None
    said = args[0] if args else kwargs.get("text")
    text = said if isinstance(said, str) and said.strip() and len(said) <= MAX_CHARS else None
    tenant, job_id = job_reference(task_id, DEFAULT_TENANT)
    job = Job(
        id=job_id,
        tenant=tenant,
        request=JobRequest(include_none=bool(kwargs.get("include_none"))),
        weight=estimate_sentences(text or ""),
        ttl_ms=ttl_ms,
        deadline_at=expires,
    )
    kept = CeleryTask(headers=shown_headers(envelope["headers"]))
    claim = store.adopt(message, job, text or "", lease_ms=lease_ms, task=kept)
    if claim is not None and text is None:
        words = f"kritiq.analyze takes one text of 1 to {MAX_CHARS} characters."
        store.complete([Outcome(claim=claim, status=Status.FAILED, error=JobError(code="bad_text", message=words))])
        return None
    return claim


def _milliseconds(moment: str | None) -> int | None:
    """Celery's `expires`, an ISO 8601 time, as milliseconds since the epoch."""
    return round(datetime.fromisoformat(moment).timestamp() * 1000) if moment else None


def _arguments(envelope: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    if envelope["content-type"] != "application/json":
        raise ValueError(f"content type {envelope['content-type']!r}")
    body = envelope["body"]
    if envelope["properties"].get("body_encoding") == "base64":
        body = base64.b64decode(body)
    args, kwargs, _ = orjson.loads(body)
    return list(args), dict(kwargs)
