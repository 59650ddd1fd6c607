"""What the operator says of an organisation: how much it may have."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from jobs.allowance import Allowance
from store import keys
from store.scripts import RedisBase, translated

#: What may be said of one.
LIMITS = tuple(field.name for field in fields(Allowance))


class TenantStore(RedisBase):
    """Organisations that have keys or ever sent anything, and their limits."""

    @translated
    def all(self) -> list[str]:
        """Their names."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.zrange(keys.TENANTS, 0, -1)
        pipe.zrange(keys.TENANT_FLOWS, 0, -1)
        named: Any = pipe.execute()
        return sorted({tenant.decode() for found in named for tenant in found})

    @translated
    def allowance(self, tenant: str, default: Allowance) -> Allowance:
        """What it may have: what was said of it, or of all."""
        raw: Any = self._redis.hgetall(keys.TENANT_LIMITS(tenant))
        # What a newer version knows beside is passed over.
        said = {name: int(raw[name.encode()]) for name in LIMITS if name.encode() in raw}
        return replace(default, **said)

    @translated
    def limit(self, tenant: str, changes: Mapping[str, int | None]) -> None:
        """Say what it may have of what `Allowance` names; None: as all."""
        pipe = self._redis.pipeline()
        for name, value in changes.items():
            if value is None:
                pipe.hdel(keys.TENANT_LIMITS(tenant), name)
            else:
                pipe.hset(keys.TENANT_LIMITS(tenant), name, value)
        pipe.execute()
