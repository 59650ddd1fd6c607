"""What would outlive its time where nobody asks for it: rejected messages, and Redis' own files."""

import logging
from typing import Any

import redis

from store import keys
from store.scripts import RedisBase, translated

log = logging.getLogger(__name__)

#: Rejects that one call forgets.
MOST = 100


class Leftovers(RedisBase):
    """The part of the reconciler's upkeep that makes deletion true on the disk, too. One to a process."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client)
        #: Of the rewrite that was asked for: since when there was something to leave out.
        self._under_way: int | None = None
        self._refused = False

    @translated
    def forget_rejects(self, *, after_s: int) -> int:
        """Forget messages that were rejected longer ago; how many."""
        # Each round asks, and mostly there are none.
        if not self._redis.exists(keys.REJECTED):
            return 0
        return int(self._run("job/forget_rejects", args=[after_s * 1000, MOST]))

    @translated
    def rewrite_files(self, *, after_s: int) -> bool:
        """Have Redis write its append-only file anew, without what was deleted, when something was `after_s` ago.

        Whether that was asked for now. 0: never. A Redis that forbids it, as managed ones do, is asked once.
        """
        if not after_s or self._refused:
            return False
        since: Any = self._redis.get(keys.ERASED)
        if self._under_way is None and (since is None or self._now_ms() - int(since) < after_s * 1000):
            return False
        about: dict[str, Any] = self._redis.info("persistence")
        if about.get("aof_rewrite_in_progress") or about.get("aof_rewrite_scheduled"):
            return False
        if self._under_way is not None:
            if about.get("aof_last_bgrewrite_status") != "ok":
                log.warning("Redis could not write its append-only file anew; it still has what was deleted")
                self._redis.set(keys.ERASED, self._under_way, nx=True)
            self._under_way = None
            return False
        return self._rewrite() if about.get("aof_enabled") else self._nothing_to_rewrite()

    def _nothing_to_rewrite(self) -> bool:
        self._redis.delete(keys.ERASED)
        return False

    def _rewrite(self) -> bool:
        # What is deleted from now on is noted anew.
        since: Any = self._redis.getdel(keys.ERASED)
        if since is None:
            return False
        try:
            self._redis.bgrewriteaof()
        except redis.ResponseError as error:
            self._redis.set(keys.ERASED, since, nx=True)
            if isinstance(error, redis.exceptions.NoPermissionError) or "unknown command" in str(error):
                log.warning("Redis does not let its append-only file be written anew: see to it yourself (%s)", error)
                self._refused = True
            return False
        self._under_way = int(since)
        return True
