"""Jobs and batches that end, for the archive to hear of."""

from dataclasses import replace

import orjson
import redis

from jobs.batch import Batch
from jobs.job import Claim
from jobs.line import Line, encode_results, error_line, success_line
from jobs.request import JobRequest
from store.batches import BatchStore
from store.jobs import RedisStore
from tests.support.factories import claim, succeeded, work_off
from tests.support.worlds import RedisWorld

RESULT = {
    "language": "de",
    "sentences": [
        {"index": 0, "start": 0, "end": 18, "text": "Das Essen war gut.", "truncated": False, "aspects": {
            "food": {"polarity": "positive", "confidence": 0.9}, "service": {"polarity": "none", "confidence": 0.8}}},
        {"index": 1, "start": 19, "end": 45, "text": "Der Service war schlecht.", "truncated": False, "aspects": {
            "service": {"polarity": "negative", "confidence": 0.7}}},
    ],
}  # fmt: skip


def work(store: RedisStore) -> None:
    work_off(store, orjson.dumps(RESULT))


def end_batch(
    client: redis.Redis, batch_id: str, lines: list[Line], *, tenant: str = "default", ago_ms: int = 0
) -> None:
    """Lines without a problem are judged; the batch was sent so long ago."""
    batch = Batch(id=batch_id, tenant=tenant, request=JobRequest(restaurant="adler"))
    BatchStore(client).create(batch, lines, target=1)
    if ago_ms:
        RedisWorld(client).advance(ago_ms)
    store = RedisStore(client)

    def judged(each: Claim) -> bytes:
        number = int(each.id.rpartition(".")[2]) + 1
        (line,) = [line for line in lines if line.number == number]
        if line.problem:
            return encode_results([error_line(line, each.request, "invalid_line", line.problem)])
        return encode_results([success_line(line, each.request, orjson.dumps(RESULT))])

    while held := claim(store):
        store.complete([replace(succeeded(each, judged(each)), good=1) for each in held])
