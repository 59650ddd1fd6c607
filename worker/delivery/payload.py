"""What a webhook says, rendered from the stored record at the moment of sending, so that nothing is kept twice."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from jobs.batch import Batch
from jobs.store import Stored
from webhooks.delivery import Lease

#: Largest body, in bytes (Standard Webhooks, "Payload size"); beyond it the result is left out.
MAX_PAYLOAD = 20_000


def rfc3339(ms: int | None) -> str | None:
    """Milliseconds since the epoch as `2026-11-14T09:30:00.123Z`."""
    if ms is None:
        return None
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def job_event(lease: Lease, stored: Stored, *, include_text: bool) -> bytes:
    """The event of a job that has ended. Without `include_text` no word of the review is in it."""
    job = stored.job
    data: dict[str, Any] = {
        "job_id": job.id,
        "status": job.status,
        "version": job.version,
        **job.request.described(),
        "model": job.model,
        "finished_at": rfc3339(job.finished_at),
        "truncated": False,
        "result_url": f"/v1/jobs/{job.id}",
        "error": job.error.to_dict() if job.error else None,
        "result": _result(stored.result, include_text=include_text),
    }
    body = _event(lease, data)
    if len(body) > MAX_PAYLOAD:
        body = _event(lease, data | {"result": None, "truncated": True})
    return body


def batch_event(lease: Lease, batch: Batch) -> bytes:
    """The event of a batch whose last line has ended."""
    counts = {name: getattr(batch, name) for name in ("total", "succeeded", "failed", "canceled", "expired")}
    data = {
        "batch_id": batch.id,
        "status": batch.status,
        "version": batch.version,
        "restaurant": batch.request.restaurant,
        "metadata": batch.request.metadata,
        "finished_at": rfc3339(batch.finished_at),
        "counts": counts,
        "results_url": f"/v1/batches/{batch.id}/results",
    }
    return _event(lease, data)


def endpoint_event(lease: Lease, detail: str) -> bytes:
    """The event of an endpoint: a ping, or that it was disabled; `detail` says why."""
    if lease.type == "endpoint.ping":
        return _event(lease, {"endpoint_id": lease.endpoint})
    return _event(lease, {"endpoint_id": lease.subject, "reason": detail})


def _event(lease: Lease, data: Mapping[str, Any]) -> bytes:
    return orjson.dumps({"type": lease.type, "timestamp": rfc3339(lease.event_at), "data": data})


def _result(stored: bytes | None, *, include_text: bool) -> dict[str, Any] | None:
    """The v1 result; None for jobs of the legacy endpoint, whose result has a different shape."""
    result = orjson.loads(stored) if stored is not None else {}
    if "sentences" not in result:
        return None
    if not include_text:
        for sentence in result["sentences"]:
            sentence.pop("text", None)
    return dict(result)
