"""A batch as the bytes that a client gets."""

from typing import Any

import orjson
from flask import Response

from api.http.context import context
from api.http.eta import until_due_s
from jobs.address import batch_path
from jobs.batch import Batch
from jobs.timestamp import rfc3339


def batch_dict(batch: Batch, public_url: str) -> dict[str, Any]:
    """The batch as `api.http.answer_schemas.BatchAnswer` describes it, with links below `public_url`."""
    here = public_url + batch_path(batch.id)
    return {
        "id": batch.id,
        "status": batch.status,
        "version": batch.version,
        "counts": {
            "total": batch.total,
            "waiting": batch.waiting,
            "succeeded": batch.succeeded,
            "failed": batch.failed,
            "canceled": batch.canceled,
            "expired": batch.expired,
        },
        "cancel_requested": batch.cancel_requested,
        "created_at": rfc3339(batch.created_at),
        "finished_at": rfc3339(batch.finished_at),
        "expires_at": rfc3339(batch.expires_at),
        "not_before": batch.request.not_before,
        "restaurant": batch.request.restaurant,
        "metadata": batch.request.metadata,
        "links": {"self": here, "events": f"{here}/events", "results": f"{here}/results", "cancel": f"{here}/cancel"},
    }


def batch_response(batch: Batch, status: int = 200) -> Response:
    """The batch with its entity tag, where it is, and when to ask again while it has not ended."""
    body = batch_dict(batch, context().settings.public_url)
    response = Response(orjson.dumps(body), status, content_type="application/json")
    response.headers["ETag"] = f'"{batch.version}"'
    if status == 202:
        response.headers["Location"] = body["links"]["self"]
    if not batch.status.terminal:
        response.headers["Retry-After"] = str(until_due_s(batch.due_at))
    return response
