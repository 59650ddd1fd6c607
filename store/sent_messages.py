"""Messages of Celery clients, wherever these may lie before a worker has made jobs of them."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
import redis

from jobs.job import DEFAULT_TENANT, job_id_of
from store import keys, queues
from store.celery_reviews import SentReview, UnreadableError, without
from store.organisations import is_known
from store.scripts import RedisBase, translated

#: Where kombu keeps what a stock worker has taken and not acknowledged: by delivery tag a list of message, exchange and
#: routing key.
UNACKED = "unacked"
#: Messages that may have come into a list since it was looked at.
_LATER = 1_000
#: How often all is looked through again, because messages have moved.
_MOST_ROUNDS = 3
#: Messages that are looked at in one go.
_STEP = 200
_OURS = b'{"headers":{"lang":"py","task":"kritiq.predict"'


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldMessage:
    """A message, where it was seen."""

    key: str
    #: Its index in a list, or its field in a hash.
    at: int | bytes
    #: What is there, and the message in it.
    value: bytes
    message: bytes
    #: What is there when the message is another one.
    around: Callable[[bytes], bytes]


class SentMessages(RedisBase):
    """Reads them, and takes reviews out of them."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client)
        self._known = dict[str, bool]()

    @translated
    def job_of(self, review: SentReview) -> tuple[str, str]:
        """Organisation and id of the job that it would be; no id where it has none. No signature is checked: what is
        forged no worker takes.
        """
        tenant, colon, own = review.task.partition(":")
        if not (colon and tenant != DEFAULT_TENANT and (review.signed or self._is_known(tenant))):
            tenant, own = DEFAULT_TENANT, review.task
        try:
            return tenant, job_id_of(own)
        except UnicodeEncodeError:
            return tenant, ""

    def _is_known(self, tenant: str) -> bool:
        if tenant not in self._known:
            self._known[tenant] = is_known(self._redis, tenant)
        return self._known[tenant]

    @translated
    def take_out(
        self, theirs: Callable[[SentReview], bool], told: Callable[[], object] = lambda: None, *, claimed: bool = True
    ) -> int:
        """Take their reviews out of messages; of how many. Their tasks end as REVOKED when a worker takes them.

        `told` is called with each message that is looked at. `claimed`: see `all`.
        """
        count = 0
        for _ in range(_MOST_ROUNDS):
            moved = False
            for held in self.all(claimed=claimed):
                told()
                try:
                    left = without(held.message, theirs)
                except UnreadableError:
                    continue
                if left is not None:
                    done = self._put(held, left)
                    count, moved = count + done, moved or not done
            if not moved:
                break
        return count

    def _put(self, held: HeldMessage, message: bytes) -> bool:
        was = hashlib.sha1(held.value, usedforsecurity=False).hexdigest()
        later = _LATER if isinstance(held.at, int) else ""
        return bool(self._run("job/blank", [held.key], [held.at, was, held.around(message), later]))

    @translated
    def all(self, *, claimed: bool = True) -> Iterator[HeldMessage]:
        """What Celery clients sent, first from queues, then from what is held: the way that messages go.

        `claimed`: also what a batch consumer holds, which the API may not see: it is a job in a moment.
        """
        for name in self._lists():
            yield from self._listed(name)
        held = self._redis.hscan_iter(UNACKED, count=_STEP) if self._redis.type(UNACKED) == b"hash" else ()
        for field, value in held:
            try:
                message, *where = orjson.loads(value)
            except (ValueError, TypeError):
                continue  # no message of kombu's
            yield HeldMessage(
                key=UNACKED, at=field, value=value, message=orjson.dumps(message),
                around=partial(_unacked, where=where),
            )  # fmt: skip
        if claimed:
            for field, value in self._redis.hscan_iter(keys.CLAIMS, count=_STEP):
                queue, _, raw = value.partition(b"\n")
                yield HeldMessage(
                    key=keys.CLAIMS, at=field, value=value, message=raw,
                    around=partial(_claimed, queue=queue),
                )  # fmt: skip

    def _lists(self) -> list[str]:
        plain = [queues.with_priority(queues.PLAIN_QUEUE, step) for step in (0, 3, 6, 9)]
        names = [*queues.ALL_QUEUES, *queues.GATHERED, *plain]
        pipe = self._redis.pipeline(transaction=False)
        for name in names:
            pipe.type(name)
        return [name for name, kind in zip(names, pipe.execute(), strict=True) if kind == b"list"]

    def _listed(self, name: str) -> Iterator[HeldMessage]:
        """From the newest on: what comes meanwhile moves messages on, and they are seen again; none is passed over."""
        at = 0
        while values := self._page(name, at):
            for index, value in enumerate(values, at):
                if not value.startswith(_OURS):
                    yield HeldMessage(key=name, at=index, value=value, message=value, around=bytes)
            at += len(values)

    def _page(self, name: str, at: int) -> list[bytes]:
        found: Any = self._redis.lrange(name, at, at + _STEP - 1)
        return list(found)


def _unacked(message: bytes, where: Sequence[Any]) -> bytes:
    return orjson.dumps([orjson.loads(message), *where])


def _claimed(message: bytes, queue: bytes) -> bytes:
    return queue + b"\n" + message
