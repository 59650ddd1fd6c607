"""Endpoints and deliveries as clients see them."""

from typing import Any

import orjson
from flask import Response

from jobs.timestamp import rfc3339
from webhooks.delivery import Attempt, Delivery
from webhooks.endpoint import Endpoint, Health
from webhooks.secret import SecretKind, active


def json_response(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer that no cache keeps: some hold secrets."""
    answer = Response(orjson.dumps(body), status, content_type="application/json")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers.extend(headers or {})
    return answer


def endpoint_dict(endpoint: Endpoint, now_ms: int, health: Health | None = None) -> dict[str, Any]:
    """The endpoint as `api.webhooks.schemas.EndpointAnswer` describes it."""
    keys = [secret.public_key for secret in active(endpoint.secrets, now_ms) if secret.public_key]
    return {
        "id": endpoint.id,
        **endpoint.options.described(),
        "enabled": endpoint.enabled,
        "disabled_reason": endpoint.disabled_reason,
        "disabled_at": rfc3339(endpoint.disabled_at),
        "signature": "hmac" if endpoint.kind is SecretKind.HMAC else "ed25519",
        "public_keys": keys,
        "created_at": rfc3339(endpoint.created_at),
        "updated_at": rfc3339(endpoint.updated_at),
        "version": endpoint.version,
        "health": None if health is None else _health(health),
    }


def _health(health: Health) -> dict[str, Any]:
    return {
        "consecutive_failures": health.consecutive_failures,
        "failing_since": rfc3339(health.failing_since),
        "last_success_at": rfc3339(health.last_success_at),
        "last_failure_at": rfc3339(health.last_failure_at),
        "held_until": rfc3339(health.held_until),
        "pending": health.pending,
    }


def delivery_dict(delivery: Delivery, *, with_log: bool) -> dict[str, Any]:
    """The delivery as `api.webhooks.schemas.DeliveryAnswer` describes it."""
    return {
        "id": delivery.id,
        "type": delivery.type,
        "subject": delivery.subject,
        "endpoint": delivery.endpoint,
        "status": delivery.status,
        "reason": delivery.reason,
        "attempts": delivery.attempts,
        "event_at": rfc3339(delivery.event_at),
        "created_at": rfc3339(delivery.created_at),
        "next_attempt_at": rfc3339(delivery.next_at),
        "ended_at": rfc3339(delivery.ended_at),
        "log": [_attempt(attempt) for attempt in delivery.log] if with_log else None,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "trigger": attempt.trigger,
        "started_at": rfc3339(attempt.started_at),
        "duration_ms": attempt.duration_ms,
        "status": attempt.status,
        "error": attempt.error,
        "next_attempt_at": rfc3339(attempt.next_attempt_at),
        "answer": attempt.answer,
    }
