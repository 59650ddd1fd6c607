"""What models were asked and answered, by organisation and for all, in windows of some hundred reviews."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import orjson

from store import keys
from store.scripts import RedisBase, translated
from watch.drift import WINDOW
from watch.traffic import Traffic, summed, traffic_of


class TrafficStore(RedisBase):
    """Traffic in Redis. `model` is a model's name and version, as `model_key` joins them."""

    @translated
    def add(self, tenant: str | None, model: str, counts: Mapping[str, int]) -> None:
        """Add counts of `watch.traffic.count` to an organisation's traffic, or to that of all (None)."""
        fields = [each for pair in counts.items() for each in pair]
        self._run("watch/add", args=[tenant or "", model, WINDOW, counts.get("total|reviews", 0), *fields])

    @translated
    def windows(self, tenant: str | None, model: str) -> list[Traffic]:
        """The windows that are kept, oldest first."""
        rows: Any = self._redis.hgetall(keys.TRAFFIC(model) if tenant is None else keys.TRAFFIC_OF(tenant, model))
        found: dict[int, dict[str, int]] = defaultdict(dict)
        for name, count in rows.items():
            window, bar, field = name.decode().partition("|")
            if bar:
                found[int(window)][field] = int(count)
        return [summed(found[window]) for window in sorted(found)]

    @translated
    def set_reference(self, model: str, reference: Traffic) -> None:
        """What the model's traffic is compared with."""
        self._redis.hset(keys.TRAFFIC_REFERENCES, model, orjson.dumps(reference.to_dict()))

    @translated
    def reference(self, model: str) -> Traffic | None:
        """The same, if the model has one."""
        found: Any = self._redis.hget(keys.TRAFFIC_REFERENCES, model)
        return None if found is None else traffic_of(orjson.loads(found))


def model_key(name: str, version: str) -> str:
    """A model's name and version as one."""
    return f"{name}@{version}"
