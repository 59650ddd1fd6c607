"""What was in a queue and could not be answered: kept for the operator, who may put it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from store import keys
from store.scripts import RedisBase, translated


@dataclass(frozen=True, kw_only=True, slots=True)
class Reject:
    """A message that nobody can be answered for. Its time is in milliseconds since the epoch, by Redis' clock."""

    #: Counts up; it names the reject for as long as it is kept.
    number: int
    at_ms: int
    #: Where it was; empty when that is not known, and then it cannot be put back.
    queue: str
    reason: str
    message: bytes


class RejectStore(RedisBase):
    """The last rejects."""

    @translated
    def all(self) -> list[Reject]:
        """All that are kept, the newest first."""
        entries: Any = self._redis.lrange(keys.REJECTED, 0, -1)
        return [_reject(entry) for entry in entries]

    @translated
    def put_back(self, numbers: Sequence[int]) -> list[int]:
        """Put rejects to the end of their queues, for workers to look at again; the numbers of those that were kept."""
        return [int(number) for number in self._run("job/put_back", args=numbers)]

    @translated
    def drop(self, numbers: Sequence[int]) -> list[int]:
        """Forget rejects; the numbers of those that were kept."""
        entries: Any = self._redis.lrange(keys.REJECTED, 0, -1)
        wanted = {_reject(entry).number: entry for entry in entries}
        dropped = [number for number in numbers if number in wanted]
        pipe = self._redis.pipeline()
        for number in dropped:
            pipe.lrem(keys.REJECTED, -1, wanted[number])
        # Redis' file has them until it is written anew.
        pipe.set(keys.ERASED, self._now_ms(), nx=True)
        pipe.execute()
        return dropped


def _reject(entry: bytes) -> Reject:
    head, _, message = entry.partition(b"\n")
    about = orjson.loads(head)
    return Reject(
        number=about["number"], at_ms=int(about["at"]), queue=about["queue"], reason=about["reason"], message=message
    )
