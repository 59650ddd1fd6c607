"""All that is kept of a guest's, a restaurant's or an organisation's reviews, to be handed to whom it is about."""

from collections.abc import Iterator
from dataclasses import asdict

import orjson
import redis

from jobs.batch import Batch
from jobs.errors import NotFound, TextErased
from jobs.line import LineFilter
from jobs.timestamp import rfc3339
from store.batches import BatchStore
from store.jobs import RedisStore
from store.whose import STEP, OwnReviews, Whose


class Extractor:
    """Reads; changes nothing."""

    def __init__(self, client: redis.Redis) -> None:
        self._jobs, self._batches, self._own = RedisStore(client), BatchStore(client), OwnReviews(client)

    def reviews(self, whose: Whose) -> Iterator[bytes]:
        """A JSON object for each single review, then for each line of a batch: text, what was sent with it, result.

        Then what people said of judgements of theirs, job by job, with the sentences.
        """
        for job_id in self._own.job_ids(whose):
            try:
                yield self._job(whose.tenant, job_id)
            except TextErased as erased:
                yield _erased(erased, job_id=job_id)
            except NotFound:
                continue  # past its time, or deleted meanwhile
        for batch in self._own.batches(whose):
            try:
                yield from self._lines(batch, whose)
            except TextErased as erased:
                yield _erased(erased, batch_id=batch.id)
            except NotFound:
                continue
        for feedback in self._own.feedback(whose):
            yield orjson.dumps({"feedback": asdict(feedback)})

    def _job(self, tenant: str, job_id: str) -> bytes:
        stored = self._jobs.get(tenant, job_id)
        job = stored.job
        return orjson.dumps(
            {
                "job_id": job.id,
                "status": job.status,
                "created_at": rfc3339(job.created_at),
                **job.request.described(),
                "text": self._jobs.text(tenant, job_id),
                "result": None if stored.result is None else orjson.loads(stored.result),
            }
        )

    def _lines(self, batch: Batch, whose: Whose) -> Iterator[bytes]:
        texts = {
            line.number: line.text
            for number in range(batch.chunks)
            for line in self._batches.lines(batch.tenant, batch.chunk_id(number)) or ()
        }
        after: int | None = 0
        while after is not None:
            page = self._batches.line_page(
                batch, LineFilter(external_author=whose.external_author), size=STEP, after=after
            )
            for row in page.rows:
                line = orjson.loads(row)
                if whose.restaurant in (None, line["restaurant"]):
                    about = {"batch_id": batch.id, "created_at": rfc3339(batch.created_at)}
                    yield orjson.dumps({**about, **line, "text": texts.get(line["line"])})
            after = page.next


def _erased(why: TextErased, **of: str) -> bytes:
    """What is told of a review, or of a batch, whose key was deleted."""
    return orjson.dumps({**of, "text": None, "result": None, "error": {"code": "text_erased", "message": str(why)}})
