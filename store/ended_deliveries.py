"""Deliveries that ended under a release that had no index of them: they are the oldest, and to be forgotten first."""

import redis

from store import keys
from store.scripts import RedisBase, translated

#: How many deliveries one call looks at, and how many calls there are each time.
AT_ONCE, MOST_CALLS = 500, 10
#: The field of `kritiq:kept` which says that all were looked at.
DONE = "deliveries_indexed"


class EndedDeliveries(RedisBase):
    """Looks at all deliveries that there are, until that is noted in Redis as done. One to a process.

    Until it is through, what ended under this release may be forgotten before what is older and not found yet. What a
    process of the older release ends after that goes by itself, when its time is over.
    """

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client)
        #: Organisations that are not done, and what was looked at of the last of them; None before the first look.
        self._left: list[str] | None = None
        self._since = 0

    @translated
    def find(self) -> None:
        """Look at some more, and put those that have ended into the index. Raises Unavailable."""
        if self._left is None:
            pipe = self._redis.pipeline(transaction=False)
            pipe.hexists(keys.KEPT, DONE)
            pipe.zrange(keys.TENANT_FLOWS, 0, -1)
            done, tenants = pipe.execute()
            self._left = [] if done else [tenant.decode() for tenant in tenants]
        for _ in range(MOST_CALLS):
            if not self._left:
                return
            last = int(len(self._left) == 1)
            self._since = int(self._run("delivery/index_ended", args=[self._left[-1], self._since, AT_ONCE, last]))
            if self._since < 0:
                self._left.pop()
                self._since = 0
