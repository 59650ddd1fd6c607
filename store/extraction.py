"""All that is kept of a guest's, a restaurant's or an organisation's reviews, to be handed to whom it is about."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, field

import orjson
import redis

from jobs.batch import Batch, BatchFilter
from jobs.errors import NotFound, TextErased
from jobs.history import Deletions, History, NoHistory
from jobs.line import LineFilter
from jobs.request import JobRequest
from jobs.stored import JobFilter, Stored
from jobs.timestamp import rfc3339
from store.batches import BatchStore
from store.celery_reviews import SentReview
from store.jobs import RedisStore
from store.outbox import Outbox
from store.untaken import Untaken
from store.whose import STEP, OwnReviews, Whose


@dataclass(kw_only=True, slots=True)
class _Told:
    """What Redis had: it may forget that before the archive is asked what it alone has."""

    jobs: set[str] = field(default_factory=set)
    #: Batches of which it had everything, and lines of others.
    batches: set[str] = field(default_factory=set)
    lines: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


class Extractor:
    """Reads; changes nothing."""

    def __init__(self, client: redis.Redis, history: History | None = None) -> None:
        self._jobs, self._batches, self._own = RedisStore(client), BatchStore(client), OwnReviews(client)
        self._history, self._outbox, self._untaken = history or NoHistory(), Outbox(client), Untaken(client)

    def reviews(self, whose: Whose) -> Iterator[bytes]:
        """A JSON object for each single review, for each that no worker has taken yet (`untaken`), then for each line
        of a batch: text, what was sent with it, result.

        Then what people said of judgements of theirs, job by job, with the sentences; and what only the archive has any
        more (`archived`), whose text is in the sentences of its result. Each review once, also one that Redis forgets
        meanwhile.
        """
        told, untaken = _Told(), set[str]()
        yield from self._own_jobs(whose, told, untaken)
        for job_id, sent in self._untaken.reviews(whose):
            untaken.add(job_id)
            yield _sent(job_id, sent)
        # What a worker took between the two was a message no more, and no job yet.
        yield from self._own_jobs(whose, told, untaken)
        for batch in self._own.batches(whose):
            try:
                yield from self._lines(batch, whose, told.lines[batch.id])
            except TextErased as erased:
                yield _erased(erased, batch_id=batch.id)
            except NotFound:
                continue
            # Of one that was forgotten meanwhile, pages had only what was left.
            if _is_here(self._batches.get, whose.tenant, batch.id):
                del told.lines[batch.id]
                told.batches.add(batch.id)
        for feedback in self._own.feedback(whose):
            yield orjson.dumps({"feedback": asdict(feedback)})
        if self._history.on:
            without = self._outbox.deletions(whose.tenant)
            yield from self._past_jobs(whose, without, told)
            yield from self._past_lines(whose, without, told)

    def _own_jobs(self, whose: Whose, told: _Told, without: Collection[str]) -> Iterator[bytes]:
        for job_id in self._own.job_ids(whose):
            if job_id in told.jobs or job_id in without:
                continue
            try:
                row = self._job(whose.tenant, job_id)
            except TextErased as erased:
                row = _erased(erased, job_id=job_id)
            except NotFound:
                continue  # past its time, or deleted meanwhile
            told.jobs.add(job_id)
            yield row

    def _job(self, tenant: str, job_id: str) -> bytes:
        return _told(self._jobs.get(tenant, job_id), self._jobs.text(tenant, job_id))

    def _past_jobs(self, whose: Whose, without: Deletions, told: _Told) -> Iterator[bytes]:
        wanted, place = JobFilter(external_author=whose.external_author, restaurant=whose.restaurant), None
        while True:
            page = self._history.page(whose.tenant, wanted, size=STEP, before=place, without=without)
            for job in page.jobs:
                if job.id not in told.jobs and not _is_here(self._jobs.get, whose.tenant, job.id):
                    found = self._history.get(whose.tenant, job.id, without=without)
                    if found is not None:
                        yield _told(found, None, archived=True)
            if (place := page.next) is None:
                return

    def _past_lines(self, whose: Whose, without: Deletions, told: _Told) -> Iterator[bytes]:
        wanted, place = BatchFilter(external_author=whose.external_author), None
        while True:
            found = self._history.batches(whose.tenant, wanted, size=STEP, before=place, without=without)
            for batch in found.items:
                if batch.id not in told.batches and not _is_here(self._batches.get, whose.tenant, batch.id):
                    yield from self._lines_of_past(batch, whose, without, told.lines.get(batch.id, ()))
            if (place := found.next) is None:
                return

    def _lines_of_past(self, batch: Batch, whose: Whose, without: Deletions, told: Collection[int]) -> Iterator[bytes]:
        wanted, after = LineFilter(external_author=whose.external_author), 0
        while True:
            page = self._history.batch_lines(whose.tenant, batch.id, wanted, size=STEP, after=after, without=without)
            about = {"batch_id": batch.id, "created_at": rfc3339(batch.created_at)}
            for row in page.rows:
                line = orjson.loads(row)
                if whose.restaurant in (None, line["restaurant"]) and line["line"] not in told:
                    yield orjson.dumps({**about, **line, "text": None, "archived": True})
            if page.next is None:
                return
            after = page.next

    def _lines(self, batch: Batch, whose: Whose, told: set[int]) -> Iterator[bytes]:
        """Notes in `told` which lines they are."""
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
                    told.add(line["line"])
                    about = {"batch_id": batch.id, "created_at": rfc3339(batch.created_at)}
                    yield orjson.dumps({**about, **line, "text": texts.get(line["line"])})
            after = page.next


def _told(stored: Stored, text: str | None, **more: object) -> bytes:
    """A single review, and what was sent with it."""
    return orjson.dumps(
        {
            "job_id": stored.job.id,
            "status": stored.job.status,
            "created_at": rfc3339(stored.job.created_at),
            **stored.job.request.described(),
            "text": text,
            "result": None if stored.result is None else orjson.loads(stored.result),
            **more,
        }
    )


def _sent(job_id: str, sent: SentReview) -> bytes:
    """A review in a Celery client's message: as it was sent, since nobody has checked it yet."""
    about = {name: sent.arguments.get(name) for name in (*JobRequest().described(), "text")}
    return orjson.dumps({"job_id": job_id, "status": None, **about, "result": None, "untaken": True}, default=str)


def _is_here(get: Callable[[str, str], object], tenant: str, name: str) -> bool:
    """Whether Redis has told of it, be it that its key was deleted."""
    try:
        get(tenant, name)
    except TextErased:
        return True
    except NotFound:
        return False
    return True


def _erased(why: TextErased, **of: str) -> bytes:
    """What is told of a review, or of a batch, whose key was deleted."""
    return orjson.dumps({**of, "text": None, "result": None, "error": {"code": "text_erased", "message": str(why)}})
