"""From a checked request to a stored job: what every way in (HTTP, command line, retry) has in common."""

import hashlib
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from jobs.job import DEFAULT_TENANT, Job, Options, Priority, estimate_sentences, new_id
from jobs.settings import Settings
from jobs.store import Created, JobStore


def submit(
    store: JobStore,
    settings: Settings,
    text: str,
    *,
    tenant: str = DEFAULT_TENANT,
    job_id: str | None = None,
    priority: Priority = Priority.NORMAL,
    options: Options | None = None,
    deadline_s: float | None = None,
    ttl_s: int | None = None,
    restaurant: str | None = None,
    reviewed_at: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    webhook: Mapping[str, str] | None = None,
    retry_of: str | None = None,
    idempotency: str | None = None,
    bind: bool = False,
) -> Created:
    """Store a job for `text` and put it in its queue, in one step.

    `deadline_s` counts from now; `ttl_s` is how long the finished job is kept (default: the settings').
    The same `idempotency` key with the same request gives the first job again; with `bind` so does the same `job_id`.

    Raises Unavailable, QueueFull, IdempotencyMismatch.
    """
    options = options or Options()
    job = Job(
        id=job_id or new_id(),
        tenant=tenant,
        priority=priority,
        options=options,
        weight=estimate_sentences(text),
        deadline_at=round((time.time() + deadline_s) * 1000) if deadline_s is not None else None,
        ttl_ms=(ttl_s or settings.result_ttl_s) * 1000,
        restaurant=restaurant,
        reviewed_at=reviewed_at,
        day=(reviewed_at or datetime.now(UTC).isoformat())[:10] if restaurant else None,
        metadata=metadata,
        webhook=webhook,
        retry_of=retry_of,
    )
    digest = ""
    if idempotency is not None or bind:
        said = [text, priority, options, deadline_s, ttl_s, restaurant, reviewed_at, metadata, webhook, retry_of]
        digest = hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()

    return store.create(job, text, idempotency=idempotency, digest=digest, limit=settings.max_backlog)


def submit_again(store: JobStore, settings: Settings, old: Job, *, idempotency: str | None = None) -> Created:
    """Submit the review of a job that ended without a result once more, as a new job with `retry_of`.

    Raises NotFound when its text is gone, Unavailable, QueueFull.
    """
    return submit(
        store,
        settings,
        store.text(old.tenant, old.id),
        tenant=old.tenant,
        priority=old.priority,
        options=old.options,
        ttl_s=old.ttl_ms // 1000,
        restaurant=old.restaurant,
        reviewed_at=old.reviewed_at,
        metadata=old.metadata,
        webhook=old.webhook,
        retry_of=old.id,
        idempotency=idempotency,
    )
