"""Whose reviews they are: those of an author, of a restaurant, or all of an organisation, wherever they lie."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
import redis

from jobs.batch import TOO_MANY, Batch, BatchFilter
from jobs.errors import NotFound
from jobs.feedback import Feedback, FeedbackFilter
from jobs.line import Line
from store import keys
from store.batches import BatchStore
from store.feedback import FeedbackStore, all_feedback
from store.listing import oldest
from store.scripts import RedisBase, translated

#: Records that are looked at in one go.
STEP = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Whose:
    """An author's reviews, a restaurant's, or with neither all of the organisation's."""

    tenant: str
    external_author: str | None = None
    restaurant: str | None = None

    @property
    def words(self) -> Sequence[bytes]:
        """What is in every record of theirs, as JSON has it; nothing for a whole organisation."""
        if self.external_author is not None:
            return [orjson.dumps(self.external_author)[1:-1]]
        return [b'"restaurant":' + orjson.dumps(self.restaurant)] if self.restaurant is not None else []

    def has(self, row: bytes) -> bool:
        """Whether a line of an uploaded file is one of theirs, as a batch of it would read it."""
        if self.external_author is None and self.restaurant is None:
            return True
        try:
            line = orjson.loads(row)
        except ValueError:
            # It would fail; what it was meant to be is in it all the same.
            return any(word in row for word in self.words)
        if not isinstance(line, dict):
            return False
        if self.external_author is not None:
            return bool(line.get("external_author") == self.external_author)
        return bool(line.get("restaurant") == self.restaurant)


class OwnReviews(RedisBase):
    """Finds them by the indexes that jobs and batches stand in."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client)
        self._batches, self._feedback = BatchStore(client), FeedbackStore(client)

    @translated
    def job_ids(self, whose: Whose) -> Iterator[str]:
        """Their single jobs, oldest first, and those of which only webhooks have still to tell. Each may be deleted as
        soon as it was named.
        """
        indexes = [keys.JOBS(whose.tenant)]
        if whose.external_author is not None:
            digests = self._sealing.authors(whose.tenant, whose.external_author)
            indexes = [keys.AUTHOR(whose.tenant, digest) for digest in digests]
        elif whose.restaurant is not None:
            indexes = [keys.RESTAURANT(whose.tenant, whose.restaurant)]
        for index in indexes:
            yield from oldest(self._redis, index)

    @translated
    def batches(self, whose: Whose) -> Iterator[Batch]:
        """Batches with a line of theirs, newest first."""
        wanted, place = BatchFilter(external_author=whose.external_author), None
        while True:
            page = self._batches.page(whose.tenant, wanted, size=STEP, before=place)
            yield from (batch for batch in page.found if whose.restaurant is None or self._has(batch, whose.restaurant))
            if page.next is None:
                return
            place = page.next

    @translated
    def feedback(self, whose: Whose) -> Iterator[Feedback]:
        """What was said of reviews of theirs, and what an author said of others', newest first."""
        for each in all_feedback(self._feedback, whose.tenant, FeedbackFilter(restaurant=whose.restaurant)):
            if whose.external_author is None or each.concerns(whose.external_author):
                yield each

    @translated
    def own(self, batch: Batch, whose: Whose) -> bool:
        """Whether a batch has no line of anybody else's."""
        if whose.external_author is not None:
            # Lines that name nobody are whose the batch is.
            return batch.request.external_author == whose.external_author and self._authors(batch) == 1
        return whose.restaurant is None or batch.within({whose.restaurant})

    @translated
    def _authors(self, batch: Batch) -> int:
        found: Any = self._redis.hlen(keys.BATCH_AUTHORS(batch.tenant, batch.id))
        return int(found)

    def _has(self, batch: Batch, restaurant: str) -> bool:
        if restaurant == batch.request.restaurant or restaurant in batch.others:
            return True
        # Of more restaurants than its record names its lines tell.
        return TOO_MANY in batch.others and any(line.restaurant == restaurant for line in self._lines(batch))

    def _lines(self, batch: Batch) -> Iterator[Line]:
        for number in range(batch.chunks):
            # Of a chunk that was deleted meanwhile, or whose key was, there is nothing left.
            with suppress(NotFound):
                yield from self._batches.lines(batch.tenant, batch.chunk_id(number)) or ()
