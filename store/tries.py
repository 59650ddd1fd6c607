"""What was tried again, and what was made under which idempotency key, in Redis (`jobs.tries.Tries`)."""

from typing import Any

from jobs.errors import IdempotencyMismatch
from store import keys
from store.scripts import RedisBase, translated

#: Before an id, what tries it again is remembered under this key (`lib/idempotency.lua`). No client can send such a
#: one.
TRIED = "tried → "


class RedisTries(RedisBase):
    """See `jobs.tries.Tries`."""

    @translated
    def tried_again(self, tenant: str, old_id: str) -> str | None:
        found: Any = self._redis.get(keys.IDEMPOTENCY(tenant, TRIED + old_id))
        return None if found is None else found.decode()

    @translated
    def made_under(self, tenant: str, key: str, digest: str) -> str | None:
        found: Any = self._redis.get(keys.IDEMPOTENCY(tenant, key))
        if found is None:
            return None
        bound, _, made_id = found.decode().partition(" ")
        if not self._sealing.matches(tenant, bound, digest):
            raise IdempotencyMismatch
        return str(made_id)

    @translated
    def bind(self, tenant: str, key: str, digest: str, made_id: str) -> None:
        value = f"{self._sealing.digest(tenant, digest)} {made_id}"
        self._redis.set(keys.IDEMPOTENCY(tenant, key), value, nx=True, px=self._retention.idempotency_ms)
