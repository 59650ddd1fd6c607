"""Deliveries that ended under a release that had no index of them: they are the oldest, and to be forgotten first."""

from typing import Any

import redis

from store import keys
from store.scripts import RedisBase, translated

#: How many deliveries one call looks at, and how many calls there are each time.
AT_ONCE, MOST_CALLS = 500, 10


class EndedDeliveries(RedisBase):
    """Looks once in the life of a process at all deliveries that there are. One to a process."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client)
        #: Organisations that are not done, and what was looked at of the last of them; None before the first look.
        self._left: list[str] | None = None
        self._since = 0

    @translated
    def find(self) -> None:
        """Look at some more, and put those that have ended into the index. Raises Unavailable."""
        if self._left is None:
            tenants: list[Any] = self._redis.zrange(keys.TENANT_FLOWS, 0, -1)
            self._left = [tenant.decode() for tenant in tenants]
        for _ in range(MOST_CALLS):
            if not self._left:
                return
            self._since = int(self._run("delivery/index_ended", args=[self._left[-1], self._since, AT_ONCE]))
            if self._since < 0:
                self._left.pop()
                self._since = 0
