"""What the operator says of an organisation: what it may have, how long it is kept, and of which class it is."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from jobs.allowance import Allowance
from jobs.errors import Conflict, NotFound
from jobs.job import DEFAULT_TENANT
from jobs.request import Priority
from store import keys
from store.organisations import is_known
from store.priorities import decode_priorities, encode_priorities
from store.scripts import RedisBase, translated
from telemetry.metric import STANDARD

#: What may be said of one in numbers.
LIMITS = tuple(field.name for field in fields(Allowance) if field.name != "priorities")
#: What a class may be called, and how many there may be: each is a label of metrics.
CLASS, MOST_CLASSES = re.compile(r"[a-z][a-z0-9_-]{0,19}"), 8


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
    def unknown(self, names: Iterable[str]) -> list[str]:
        """Those of them that are no organisations; `default` always is one."""
        return [name for name in names if name != DEFAULT_TENANT and not is_known(self._redis, name)]

    @translated
    def demand(self, names: Iterable[str]) -> None:
        """Raises NotFound unless all of them are organisations."""
        for name in self.unknown(names):
            raise NotFound(
                f"There is no organisation {name!r}. One exists once it has an API key (`kritiq keys create`) or has"
                " sent something; `kritiq tenants list` names all."
            )

    @translated
    def allowance(self, tenant: str, default: Allowance) -> Allowance:
        """What it may have: what was said of it, or of all."""
        raw: Any = self._redis.hgetall(keys.TENANT_LIMITS(tenant))
        # What a newer version knows beside is passed over.
        limits: dict[str, Any] = {name: int(raw[name.encode()]) for name in LIMITS if name.encode() in raw}
        if b"priorities" in raw:
            limits["priorities"] = decode_priorities(raw[b"priorities"].decode())
        return replace(default, **limits)

    @translated
    def stored(self, tenant: str) -> int:
        """The bytes of reviews and results that its records hold."""
        found: Any = self._redis.hget(keys.TENANT_FLOW(tenant), "stored")
        return int(found or 0)

    @translated
    def limit(self, tenant: str, changes: Mapping[str, int | Sequence[Priority] | None]) -> None:
        """Say what it may have of what `Allowance` names; None: as all."""
        pipe = self._redis.pipeline()
        for name, value in changes.items():
            if value is None:
                pipe.hdel(keys.TENANT_LIMITS(tenant), name)
            else:
                pipe.hset(
                    keys.TENANT_LIMITS(tenant), name, value if isinstance(value, int) else encode_priorities(value)
                )
        pipe.execute()

    @translated
    def archive_days(self) -> dict[str, int]:
        """For how long the archive keeps whose reviews, in days (0: for ever), where that was said."""
        periods: Any = self._redis.hgetall(keys.TENANT_ARCHIVE_DAYS)
        return {tenant.decode(): int(days) for tenant, days in periods.items()}

    @translated
    def keep_archive(self, tenant: str, days: int | None) -> None:
        """Say it of one; None: as the settings say."""
        if days is None:
            self._redis.hdel(keys.TENANT_ARCHIVE_DAYS, tenant)
        else:
            self._redis.hset(keys.TENANT_ARCHIVE_DAYS, tenant, days)

    @translated
    def class_of(self, tenant: str) -> str:
        """Its class: a label of metrics, and nothing else."""
        found: Any = self._redis.hget(keys.TENANT_CLASSES, tenant)
        return found.decode() if found else STANDARD

    @translated
    def classify(self, tenant: str, class_: str) -> None:
        """Give it a class (`CLASS`); what has ended stays counted as it was. Raises Conflict."""
        if class_ == STANDARD:
            self._redis.hdel(keys.TENANT_CLASSES, tenant)
            return
        given: Any = self._redis.hgetall(keys.TENANT_CLASSES)
        others = {name.decode() for of, name in given.items() if of.decode() != tenant} | {STANDARD}
        if class_ not in others and len(others) >= MOST_CLASSES:
            raise Conflict(f"There are {len(others)} classes already: {', '.join(sorted(others))}.")
        self._redis.hset(keys.TENANT_CLASSES, tenant, class_)
