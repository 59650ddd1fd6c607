"""What a Celery message's options come to: whatever their values are, there is a value of ours, or an exception."""

from datetime import UTC, datetime
from hashlib import blake2b
from typing import TypeGuard

from billiard.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded
from celery.exceptions import InvalidTaskError
from celery.utils.time import maybe_iso8601, maybe_make_aware
from kombu.utils import json as kombu_json

from jobs.request import Priority
from store import queues
from worker.consumer.celery_decode import FOLLOW_UPS, TaskRequest

#: The longest time limit, in seconds: ten years. What is longer, and what is infinite, limits nothing.
_LONGEST_S = 10 * 365 * 86_400


def ignored(request: TaskRequest) -> bool:
    """Whether its client wants no result."""
    return request.context.get("ignore_result") is True


def is_new(request: TaskRequest) -> bool:
    """Whether somebody has sent it: what follows a task Celery may send twice, and its broker any message."""
    return not request.context.get("parent_id") and request.context["delivery_info"].get("redelivered") is not True


def mark_of(request: TaskRequest) -> str:
    """The same text for the same follow-ups, whichever message asks for them."""
    asked = [request.context.get(name) for name in FOLLOW_UPS]
    return blake2b(kombu_json.dumps(asked, sort_keys=True, default=repr).encode(), digest_size=8).hexdigest()


def priority_of(request: TaskRequest) -> Priority:
    """Ours, of the queue that a client named, or of the least urgent of Celery's priorities."""
    delivery = request.context["delivery_info"]
    for priority, queue in queues.QUEUES.items():
        if delivery.get("routing_key") == queue:
            return priority
    number = delivery.get("priority")
    return Priority.BULK if _is_number(number) and number >= 9 else Priority.NORMAL


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def moment(request: TaskRequest, header: str) -> int | None:
    """`eta` or `expires` as milliseconds since the epoch, read as Celery reads them. Raises InvalidTaskError."""
    value = request.context.get(header)
    if value is None:
        return None
    try:
        at = maybe_make_aware(maybe_iso8601(value), UTC)
        if not isinstance(at, datetime):
            raise TypeError(f"{at!r} is no time")
        return round(at.timestamp() * 1000)
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InvalidTaskError(f"{header} is no time: {error}") from None


def limit_of(request: TaskRequest) -> tuple[float, Exception] | None:
    """How long an attempt may take, in seconds, and what it ends with. As in Celery, what is no pair is no limit."""
    limits = request.context.get("timelimit")
    if not isinstance(limits, list | tuple) or len(limits) < 2:
        return None
    hard, soft = (limit if _is_number(limit) and 0 < limit <= _LONGEST_S else None for limit in limits[:2])
    if soft is not None and (hard is None or soft <= hard):
        return soft, SoftTimeLimitExceeded()
    return None if hard is None else (hard, TimeLimitExceeded(hard))


def time_limit(request: TaskRequest) -> Exception | None:
    """What an attempt ends with that takes longer than its client allows."""
    limit = limit_of(request)
    return limit[1] if limit else None
