"""A webhook's message: rendered from a snapshot, then signed. Pure functions; nothing is read and nothing is sent.

Standard Webhooks. What is signed is `id.timestamp.body`, exactly the bytes that are sent; one signature per active
secret, separated by spaces, so that a secret rotates without a gap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from jobs.address import batch_path, job_path
from jobs.batch import Batch
from jobs.stored import Stored
from jobs.timestamp import rfc3339
from webhooks.delivery import Lease
from webhooks.lines import LinesNotice, shortened
from webhooks.secret import Secret
from webhooks.snapshot import DeliverySnapshot, EndpointNotice, ErasureNotice

#: Largest body, in bytes (Standard Webhooks, "Payload size"); beyond it the result is left out.
MAX_PAYLOAD = 20_000


#: Lines of a batch by what became of them.
COUNTS = ("total", "waiting", "succeeded", "failed", "canceled", "expired", "skipped")


#: The headers of every message, by name.
HEADERS = ("Content-Type", "webhook-id", "webhook-timestamp", "webhook-signature")


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedRequest:
    """What is about to be sent."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def render(snapshot: DeliverySnapshot, public_url: str = "") -> bytes:
    """The body: `type`, `timestamp` and `data` as JSON, at most MAX_PAYLOAD bytes as far as results make them. Links
    begin with `public_url`."""
    match snapshot.subject:
        case Stored() as stored:
            data = _job_data(stored, public_url, include_text=snapshot.options.include_text)
            body = _body(snapshot.lease, data)
            if len(body) > MAX_PAYLOAD:
                body = _body(snapshot.lease, data | {"result": None, "truncated": True})
            return body
        case Batch() as batch:
            return _body(snapshot.lease, _batch_data(batch, public_url))
        case LinesNotice() as notice:
            data = _lines_data(notice, public_url, include_text=snapshot.options.include_text)
            over = len(_body(snapshot.lease, data)) - MAX_PAYLOAD
            return _body(snapshot.lease, data | {"lines": shortened(data["lines"], over)})
        case ErasureNotice(kind=kind, id=subject_id, restaurant=restaurant, lines=lines):
            some = {"lines": lines} if lines else {}
            return _body(snapshot.lease, {f"{kind}_id": subject_id, "restaurant": restaurant, **some})
        case EndpointNotice(endpoint_id=endpoint_id, reason=None):
            return _body(snapshot.lease, {"endpoint_id": endpoint_id})
        case EndpointNotice(endpoint_id=endpoint_id, reason=reason):
            return _body(snapshot.lease, {"endpoint_id": endpoint_id, "reason": reason})


def sign(snapshot: DeliverySnapshot, body: bytes, now_s: int) -> SignedRequest:
    """The request that delivers `body`, signed at `now_s`, Unix seconds of this attempt. Raises ValueError."""
    signature = signature_of(snapshot.secrets, snapshot.lease.id, now_s, body)
    values = ("application/json", snapshot.lease.id, str(now_s), signature)
    return SignedRequest(url=snapshot.options.url, headers=dict(zip(HEADERS, values, strict=True)), body=body)


def signature_of(secrets: Sequence[Secret], msg_id: str, timestamp_s: int, body: bytes) -> str:
    """The value of `webhook-signature`: one signature per active secret, newest first as given.

    `timestamp_s` is whole Unix seconds of this attempt, the same number as in `webhook-timestamp`. Raises ValueError
    for no secret at all, and for an id that would make `id.timestamp.body` ambiguous.
    """
    if not secrets:
        raise ValueError("a webhook needs at least one secret")
    if not msg_id or not msg_id.isascii() or not msg_id.isprintable() or set(msg_id) & {".", " "}:
        raise ValueError("a message id is printable ASCII without dots and spaces")
    if timestamp_s < 0:
        raise ValueError("a timestamp is not negative")
    content = b"%s.%d.%s" % (msg_id.encode("ascii"), timestamp_s, body)
    return " ".join(secret.sign(content) for secret in secrets)


def _body(lease: Lease, data: Mapping[str, Any]) -> bytes:
    return orjson.dumps({"type": lease.type, "timestamp": rfc3339(lease.event_at), "data": data})


def _job_data(stored: Stored, public_url: str, *, include_text: bool) -> dict[str, Any]:
    """A job that has ended. Without `include_text` no word of the review is in it."""
    job = stored.job
    return {
        "job_id": job.id,
        "status": job.status,
        "version": job.version,
        **job.request.described(),
        "model": job.model,
        "finished_at": rfc3339(job.finished_at),
        "truncated": False,
        "result_url": public_url + job_path(job.id),
        "error": job.error.to_dict() if job.error else None,
        "result": _result(stored.result, include_text=include_text),
    }


def _batch_data(batch: Batch, public_url: str) -> dict[str, Any]:
    """A batch, as far as it is."""
    return {
        "batch_id": batch.id,
        "status": batch.status,
        "version": batch.version,
        **batch.request.described(),
        "restaurant": batch.restaurant,
        "finished_at": rfc3339(batch.finished_at),
        "counts": {name: getattr(batch, name) for name in COUNTS},
        "results_url": f"{public_url}{batch_path(batch.id)}/results",
    }


def _lines_data(notice: LinesNotice, public_url: str, *, include_text: bool) -> dict[str, Any]:
    """Some lines of a batch, and where they are read."""
    lines = notice.told(include_text=include_text)
    return {
        "batch_id": notice.batch.id,
        "restaurant": notice.batch.restaurant,
        "lines": lines,
        "results_url": f"{public_url}{batch_path(notice.batch.id)}/results?after={lines[0]['line'] - 1}",
    }


def _result(stored: bytes | None, *, include_text: bool) -> dict[str, Any] | None:
    """The v1 result; None for jobs of the legacy endpoint, whose result has a different shape, and for bundles."""
    result = orjson.loads(stored) if stored is not None else {}
    if "sentences" not in result:
        return None
    if not include_text:
        for sentence in result["sentences"]:
            sentence.pop("text", None)
    return dict(result)
