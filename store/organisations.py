"""Which organisations Redis knows: those that were ever given a key, and those that ever sent anything."""

from typing import Any

import redis

from store import keys

#: Where they stand.
_REGISTERS = (keys.TENANTS, keys.TENANT_FLOWS)


def organisations(client: redis.Redis) -> list[str]:
    """The names of all, in order. Raises what Redis does."""
    pipe = client.pipeline(transaction=False)
    for register in _REGISTERS:
        pipe.zrange(register, 0, -1)
    found: list[list[bytes]] = pipe.execute()
    return sorted({name.decode() for names in found for name in names})


def is_known(client: redis.Redis, name: str) -> bool:
    """Whether there is an organisation of this name. Raises what Redis does."""
    pipe = client.pipeline(transaction=False)
    for register in _REGISTERS:
        pipe.zscore(register, name)
    found: list[Any] = pipe.execute()
    return any(score is not None for score in found)
