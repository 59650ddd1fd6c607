"""Jobs that ended without a result under a release that had no index of them: they are to be found, too."""

from collections.abc import Callable
from typing import Any

import redis

from store import keys
from store.scripts import RedisBase, translated

#: How many jobs one call looks at, and how many calls there are each time.
AT_ONCE, MOST_CALLS = 1000, 10
#: The field of `kritiq:kept` which says that all were looked at: from then on lists go by the index.
DONE = "ends_indexed"
#: What `store.schema.KNOWS` has to be at least: what an older process ends is in no index.
KNOWN_WITH_INDEX = 3


class EndsWithoutResult(RedisBase):
    """Looks at all jobs that there are, once every process keeps the index, until that is noted in Redis as done.
    One to a process.
    """

    def __init__(self, client: redis.Redis, known: Callable[[], bool]) -> None:
        """`known`: whether all processes keep it (`store.forms.KnownForm`)."""
        super().__init__(client)
        self._known = known
        #: Organisations that are not done, and what was looked at of the last of them; None before the first look.
        self._left: list[str] | None = None
        self._since = 0

    @translated
    def find(self) -> None:
        """Look at some more, and put those that ended without a result into the index. Raises Unavailable."""
        if not self._known():
            # What an older process ends is in no index: all are looked at again when the last of them is gone.
            self._redis.hdel(keys.KEPT, DONE)
            self._left = None
            return
        if self._left is None:
            self._begin()
        for _ in range(MOST_CALLS):
            if not self._left:
                return
            last = int(len(self._left) == 1)
            since = int(self._run("job/index_ends", args=[self._left[-1], self._since, AT_ONCE, last]))
            # However many are of one moment, it goes on.
            self._since = max(since, self._since + 1)
            if since < 0:
                self._left.pop()
                self._since = 0

    def _begin(self) -> None:
        """Find out what is left."""
        if self._redis.hexists(keys.KEPT, DONE):
            self._left = []
            return
        tenants: Any = self._redis.zrange(keys.TENANT_FLOWS, 0, -1)
        self._left = [tenant.decode() for tenant in tenants]
        if not self._left:
            self._redis.hset(keys.KEPT, DONE, 1)
