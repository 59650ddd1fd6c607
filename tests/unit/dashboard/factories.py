"""Webhooks as Kritiq sends them, made for tests: payloads, bodies and signed headers."""

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from standardwebhooks.webhooks import Webhook

SECRET = "whsec_" + base64.b64encode(b"kritiq dashboard test secret 32b").decode()

_numbers = count(1)


def sentence(text: str | None = "Das Essen war super.", /, **aspects: str | tuple[str, float]) -> Any:
    """One sentence: `sentence("…", food="positive", service=("negative", 0.41))`."""
    judged = {
        aspect: dict(zip(("polarity", "confidence"), (each, 0.97) if isinstance(each, str) else each, strict=True))
        for aspect, each in aspects.items()
    }
    made = {"index": 0, "start": 0, "end": 41, "truncated": False, "aspects": judged}
    return made if text is None else made | {"text": text}


def numbered(sentences: Iterable[Any]) -> list[Any]:
    """The sentences of one review; each has its place as its index, unless it was given one."""
    return [each | {"index": each["index"] or place} for place, each in enumerate(sentences)]


def job_event(*sentences: Any, status: str = "succeeded", **data: Any) -> dict[str, Any]:
    """A job's event; further keywords replace fields of its data."""
    job_id = data.pop("job_id", f"job_{next(_numbers):026}")
    result = {"language": "de", "sentences": numbered(sentences)}
    full = {
        "job_id": job_id,
        "status": status,
        "version": 3,
        "restaurant": "adler",
        "reviewed_at": "2026-11-01T18:00:00Z",
        "metadata": None,
        "model": {"name": "kritiq-mini", "version": "1"},
        "finished_at": "2026-11-14T09:30:00.100Z",
        "truncated": False,
        "result_url": f"/v1/jobs/{job_id}",
    }
    if status == "succeeded":
        full["result"] = result
    return {"type": f"job.{status}", "timestamp": "2026-11-14T09:30:00.123Z", "data": full | data}


def other_event(kind: str, at: str = "2026-11-14T09:30:00.123Z") -> dict[str, Any]:
    """An event that is not about one job."""
    return {"type": kind, "timestamp": at, "data": {}}


def signed(
    event: dict[str, Any] | bytes, webhook_id: str | None = None, age_s: float = 0, secret: str = SECRET
) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of a delivery."""
    body = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
    webhook_id = webhook_id or f"msg_{next(_numbers):026}"
    moment = datetime.now(UTC) - timedelta(seconds=age_s)
    return body, {
        "Content-Type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(webhook_id, moment, body.decode()),
    }
