"""Jobs and lines that people say something of, and what the archive has of that."""

from typing import Any

import orjson
import redis

from archive.tables import feedback
from jobs.feedback import Correction, JudgedLine, judged_sentences
from jobs.job import Job, task_id
from store import feedback_keys
from store.batches import BatchStore
from store.feedback import FeedbackStore
from store.jobs import RedisStore
from tests.support.factories import create
from tests.unit.archive.conftest import Archive
from tests.unit.archive.endings import RESULT, work

SENTENCES = {each.index: each for each in judged_sentences(orjson.dumps(RESULT))}


def say(
    client: redis.Redis, about: Job | JudgedLine, polarity: str, *, sentence: int = 0, aspect: str = "food",
    by: str | None = None,
) -> None:  # fmt: skip
    correction = Correction(sentence=sentence, aspect=aspect, polarity=polarity, by=by)
    store = FeedbackStore(client)
    assert store.put(about, "de", SENTENCES[sentence], correction, most=99, ttl_ms=60_000)


def judged(client: redis.Redis, **changes: Any) -> Job:
    """A job that has ended with `RESULT`."""
    store = RedisStore(client)
    job = create(store, **changes)
    work(store)
    return store.get(job.tenant, job.id).job


def judged_line(client: redis.Redis, number: int) -> JudgedLine:
    batches = BatchStore(client)
    return batches.judged_line(batches.get("default", "batch_1"), number)


def forget(client: redis.Redis, tenant: str, id: str) -> None:
    """The time of what was said of it in Redis is over."""
    client.hset(feedback_keys.FEEDBACK(tenant, id), "expires_at", 1)
    client.zadd(feedback_keys.FEEDBACK_EXPIRING, {task_id(tenant, id): 1}, xx=True)
    RedisStore(client).reconcile()
    assert not client.exists(feedback_keys.FEEDBACK(tenant, id))


def kept_feedback(archive: Archive) -> list[tuple[str, int, int, str, str]]:
    return [
        (row["job_id"], row["line"], row["sentence"], row["aspect"], row["polarity"]) for row in archive.rows(feedback)
    ]
