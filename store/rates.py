"""How many requests callers have made within the last second, counted by all API processes together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import redis

from store.scripts import RedisBase, translated


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """What a limit has left for now."""

    requests: int
    #: In how many milliseconds the oldest request counts no more; 0 where none does.
    next_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """Requests that a process may let in, and what is left of each limit."""

    requests: int
    left: Mapping[str, Left]


class RateStore(RedisBase):
    """Counts requests. `offset_ms` puts the clock ahead of Redis' own; tests give it, nothing else does."""

    def __init__(self, client: redis.Redis, *, offset_ms: Callable[[], int] = lambda: 0) -> None:
        super().__init__(client)
        self._offset_ms = offset_ms

    @translated
    def take(self, tenant: str, limits: Mapping[str, int], *, most: int) -> Taken:
        """Take up to `most` requests out of each of a caller's `limits`: `all` or a key's id -> requests a second.

        As many as every limit has room for; none at all is no error.
        """
        pairs = [part for pair in limits.items() for part in pair]
        answer = self._run("access/take_requests", args=[self._offset_ms(), tenant, most, *pairs])
        left = {of: Left(requests=answer[2 * n + 1], next_ms=answer[2 * n + 2]) for n, of in enumerate(limits)}
        return Taken(requests=answer[0], left=left)
