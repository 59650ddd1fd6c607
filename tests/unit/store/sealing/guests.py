"""What a guest wrote, in every way that it gets into Redis."""

from dataclasses import replace
from typing import Any

import orjson
import redis

from jobs.batch import Batch
from jobs.feedback import Correction, JudgedSentence
from jobs.file import File
from jobs.job import Job
from jobs.line import Line
from jobs.request import JobRequest
from store.batches import BatchStore
from store.feedback import FeedbackStore
from store.files import FileStore
from store.jobs import RedisStore
from tests.support.factories import claim, create, succeeded
from tests.unit.store.worker_rules import judged

TENANT, WORD = "default", "Zeisigkanari"
TEXT = f"Das Essen war gut, sagt {WORD}. Der Service war schlecht."
GUEST = f"gast-{WORD}"
FOUND = orjson.dumps({"language": "de", "sentences": [{"index": 0, "text": TEXT, "aspects": {}}]})
SENTENCE = JudgedSentence(index=0, text=TEXT, aspects={"food": ("positive", 0.5)})
CORRECTION = Correction(sentence=0, aspect="food", polarity="negative", by=GUEST)


def everything(client: redis.Redis) -> bytes:
    """All that is in Redis."""
    return b"\n".join(name + (client.dump(name) or b"") for name in client.scan_iter())


def judged_job(client: redis.Redis, **changes: Any) -> Job:
    """A job that has ended with a result that repeats its text."""
    store = RedisStore(client)
    job = create(store, TEXT, external_author=GUEST, metadata={"tisch": WORD}, restaurant="adler", **changes)
    store.complete([replace(succeeded(each), result=FOUND) for each in claim(store)])
    return job


def judged_batch(client: redis.Redis) -> Batch:
    """A batch whose lines have ended, one of them the guest's."""
    lines = [Line(number=1, custom_id=f"r-{WORD}", text=TEXT, external_author=GUEST), Line(number=2, text="Na ja.")]
    made = BatchStore(client).create(Batch(id="batch_1", request=JobRequest(restaurant="adler")), lines, target=99)
    RedisStore(client).complete([judged(each, poor=0) for each in claim(RedisStore(client))])
    return made


def uploaded(client: redis.Redis) -> File:
    parts = [orjson.dumps({"text": TEXT, "external_author": GUEST}) + b"\n"]
    file = File(id="file_1", tenant=TENANT)
    return FileStore(client).create(file, parts, told=lambda: (f"{WORD}.ndjson", 60_000), budget=10_000)


def commented(client: redis.Redis, job: Job) -> bool | None:
    return FeedbackStore(client).put(job, "de", SENTENCE, CORRECTION, most=9, ttl_ms=60_000)
