"""Reviews in Celery messages that no worker has taken yet: no record knows of them, so every message is read."""

from collections.abc import Callable, Iterator

import redis

from store.celery_reviews import SentReview, UnreadableError, sent_reviews
from store.rejects import RejectStore
from store.scripts import RedisBase, translated
from store.sent_messages import SentMessages
from store.whose import Whose


def is_of(sent: SentMessages, whose: Whose, review: SentReview) -> bool:
    """Whether a review is one of theirs. Raises what Redis does."""
    if sent.job_of(review)[0] != whose.tenant:
        return False
    if whose.external_author is not None:
        return bool(review.arguments.get("external_author") == whose.external_author)
    return whose.restaurant is None or bool(review.arguments.get("restaurant") == whose.restaurant)


class Untaken(RedisBase):
    """Finds them in the queues, among what workers hold, and among rejected messages."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client)
        self._rejects, self._sent = RejectStore(client), SentMessages(client)

    @translated
    def erase(self, whose: Whose, told: Callable[[], object] = lambda: None) -> int:
        """Take their reviews out of messages; of how many. Their tasks end as REVOKED when a worker takes them."""
        count = self._sent.take_out(lambda review: is_of(self._sent, whose, review), told)
        rejects = [each.number for each in self._rejects.all() if each.message and self._has(each.message, whose)]
        return count + len(self._rejects.drop(rejects) if rejects else [])

    @translated
    def places(self, whose: Whose) -> list[str]:
        """The keys with messages that have reviews of theirs."""
        return sorted({held.key for held in self._sent.all() if self._has(held.message, whose)})

    @translated
    def reviews(self, whose: Whose) -> Iterator[tuple[str, SentReview]]:
        """Job id that it would have, and the review, of all that wait in queues or are held by stock workers."""
        for held in self._sent.all(claimed=False):
            for review in _reviews(held.message):
                if is_of(self._sent, whose, review):
                    yield self._sent.job_of(review)[1], review

    def _has(self, message: bytes, whose: Whose) -> bool:
        return any(is_of(self._sent, whose, review) for review in _reviews(message))


def _reviews(message: bytes) -> list[SentReview]:
    try:
        return sent_reviews(message)
    except UnreadableError:
        return []
