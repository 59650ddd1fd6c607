"""How much room Redis has left, and what gives way when it has little."""

from typing import Any

from store import keys
from store.scripts import RedisBase, translated

#: From this share of `maxmemory` on, judgements that were remembered give way: only time is lost with them.
NEARLY_FULL = 0.9
#: How many judgements one call forgets.
FORGOTTEN = 1_000


class RedisMemory(RedisBase):
    """The part of a `JobStore` that looks after Redis' memory."""

    @translated
    def check_writable(self) -> None:
        """Raises Unavailable when Redis cannot be reached, or takes nothing new: no memory, no disk, no primary."""
        pipe = self._redis.pipeline()
        pipe.zadd(keys.NOTHING, {"": 0})
        pipe.zrem(keys.NOTHING, "")
        pipe.execute()

    @translated
    def relieve(self) -> int:
        """Forget some of the remembered judgements if Redis is nearly full; how many.

        Of no use, and 0, where no `maxmemory` is set.
        """
        memory: dict[str, Any] = self._redis.info("memory")
        most = int(memory.get("maxmemory", 0))
        if not most or memory["used_memory"] < NEARLY_FULL * most:
            return 0
        return int(self._run("cache/forget", args=[FORGOTTEN]))
