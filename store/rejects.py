"""What was in a queue and could not be answered: kept for the operator, who may put it back.

Whose it is nobody knows. Where texts are encrypted it is with the key of the operator's own organisation.
"""

import hashlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson

from jobs.celery_task import CeleryMessage
from jobs.errors import TextErased, TextKeyMissing
from jobs.job import DEFAULT_TENANT
from store import keys
from store.scripts import RedisBase, translated
from store.sealing import Sealing

log = logging.getLogger(__name__)

#: Rejects that one call puts back: each may be megabytes.
AT_ONCE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Reject:
    """A message that nobody can be answered for. Its time is in milliseconds since the epoch, by Redis' clock."""

    #: Counts up; it names the reject for as long as it is kept.
    number: int
    at_ms: int
    #: Where it was; empty when that is not known, and then it cannot be put back.
    queue: str
    reason: str
    #: None: it is encrypted, and its key is missing here or was deleted.
    message: bytes | None


class RedisRejects(RedisBase):
    """A part of `jobs.store.JobStore`."""

    @translated
    def reject(self, message: CeleryMessage, reason: str = "Nobody can be answered for it.") -> None:
        # Of the message itself only what is kept: arguments are in the slow log.
        digest, sealing = hashlib.sha1(message.message, usedforsecurity=False).hexdigest(), self._sealing
        kept, what = b"", ""
        # Nobody is to read what comes when the key that it would be encrypted with was deleted.
        if sealing.keeps(DEFAULT_TENANT):
            kept = sealing.seal(DEFAULT_TENANT, message.message)
            what = sealing.digest(DEFAULT_TENANT, f"{message.tag} {digest}")
        queue = self._run("job/reject", args=[message.tag, digest, kept, reason, what, int(sealing.on)])
        # Once for each reject, and never what is in it.
        words = "rejected %d bytes from the queue %r; `kritiq jobs rejected` lists them"
        log.warning(words, len(message.message), queue.decode(errors="replace"), extra={"reason": reason})

    def _put_aside(self, garbage: CeleryMessage) -> None:
        try:
            self.reject(garbage, "It is no Celery message.")
        except TextKeyMissing as error:
            # What was claimed beside it is to be judged. It comes back when its lease is over.
            log.error("what is no message cannot be put aside yet: %s", error)


class RejectStore(RedisBase):
    """The last rejects."""

    @translated
    def all(self) -> list[Reject]:
        """All that are kept, the newest first."""
        return [_reject(entry, self._sealing) for entry in self._entries()]

    @translated
    def put_back(self, numbers: Sequence[int]) -> list[int]:
        """Put rejects to the end of their queues, for workers to look at again; the numbers of those that were kept."""
        wanted = set(numbers)
        # The oldest first, in the order in which they came.
        kept = [each for each in reversed(self.all()) if each.number in wanted and each.message is not None]
        back = list[int]()
        for at in range(0, len(kept), AT_ONCE):
            args = [part for each in kept[at : at + AT_ONCE] for part in (each.number, each.message)]
            back += map(int, self._run("job/put_back", args=args))
        return back

    @translated
    def drop(self, numbers: Sequence[int]) -> list[int]:
        """Forget rejects; the numbers of those that were kept."""
        wanted: dict[int, Any] = {_about(entry)["number"]: entry for entry in self._entries()}
        dropped = [number for number in numbers if number in wanted]
        pipe = self._redis.pipeline()
        for number in dropped:
            pipe.lrem(keys.REJECTED, -1, wanted[number])
        # Redis' file has them until it is written anew.
        pipe.set(keys.ERASED, self._now_ms(), nx=True)
        pipe.execute()
        return dropped

    def _entries(self) -> list[bytes]:
        found: Any = self._redis.lrange(keys.REJECTED, 0, -1)
        return list(found)


def _about(entry: bytes) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(entry.partition(b"\n")[0])
    return found


def _reject(entry: bytes, sealing: Sealing) -> Reject:
    about, message = _about(entry), None
    # One that cannot be read keeps nobody from the others.
    with suppress(TextErased, TextKeyMissing):
        message = sealing.open(DEFAULT_TENANT, entry.partition(b"\n")[2])
    return Reject(
        number=about["number"], at_ms=int(about["at"]), queue=about["queue"], reason=about["reason"], message=message
    )
