"""What organisations used, by day."""

from calendar import monthrange
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from jobs.usage import UsageRow
from store import keys
from store.scripts import RedisBase, translated

#: What a row counts.
_COUNTS = ("requests", "reviews", "sentences", "characters")


class UsageStore(RedisBase):
    """Reads what the scripts count (`store/lua/lib/usage.lua`)."""

    @translated
    def tenants(self) -> list[str]:
        """The organisations that ever sent anything."""
        found: Any = self._redis.zrange(keys.TENANT_FLOWS, 0, -1)
        return [tenant.decode() for tenant in found]

    @translated
    def this_month(self) -> str:
        """The month (`YYYY-MM`, UTC) in which what is used now is counted: by Redis' clock."""
        return f"{datetime.fromtimestamp(self._now_ms() / 1000, UTC):%Y-%m}"

    @translated
    def month(self, tenant: str, month: str) -> list[UsageRow]:
        """What an organisation used in a month (`YYYY-MM`), by day, restaurant and model."""
        days = [f"{month}-{day:02}" for day in range(1, monthrange(int(month[:4]), int(month[5:]))[1] + 1)]
        pipe = self._redis.pipeline(transaction=False)
        for day in days:
            pipe.hgetall(keys.USAGE(tenant, day))
        return [row for day, raw in zip(days, pipe.execute(), strict=True) for row in _rows(tenant, day, raw)]


def _rows(tenant: str, day: str, raw: dict[bytes, bytes]) -> list[UsageRow]:
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for name, count in raw.items():
        restaurant, _, rest = name.decode().partition("|")
        model, _, what = rest.rpartition("|")
        if what in _COUNTS:
            counts[restaurant, model][what] = int(count)
    return [
        UsageRow(tenant=tenant, day=day, restaurant=restaurant or None, model=model or None, **found)
        for (restaurant, model), found in sorted(counts.items())
    ]
