"""What models were asked and answered, by organisation and for all, in windows of some hundred reviews."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from store import keys
from store.scripts import RedisBase, translated
from watch.drift import WINDOW
from watch.restaurants import KEPT, Counted
from watch.traffic import Traffic, summed, traffic_of


class TrafficStore(RedisBase):
    """Traffic in Redis. `model` is a model's name and version, as `model_key` joins them."""

    @translated
    def add(
        self,
        tenant: str | None,
        model: str,
        counts: Mapping[str, int],
        restaurants: Mapping[str, Counted] | None = None,
        *,
        age_ms: int = 0,
    ) -> None:
        """Add counts of `watch.traffic.Seen` to an organisation's traffic, or to that of all (None).

        Those of its `restaurants` are kept as far as there is room. The first review was judged `age_ms` milliseconds
        ago: what has been erased since is not added.
        """
        fields = [each for pair in counts.items() for each in pair]
        apart = [
            part
            for name, counted in (restaurants or {}).items()
            for part in (name, counted.weight, orjson.dumps(counted.counts))
        ]
        reviews = counts.get("total|reviews", 0)
        head = (tenant or "", model, WINDOW, reviews, age_ms, KEPT, len(counts))
        self._run("watch/add", args=[*head, *fields, *apart])

    @translated
    def windows(self, tenant: str | None, model: str) -> list[Traffic]:
        """The windows that are kept, oldest first; those of an organisation with their restaurants."""
        if tenant is None:
            found, apart = _by_window(self._redis.hgetall(keys.TRAFFIC(model))), {}
        else:
            pipe = self._redis.pipeline(transaction=False)
            pipe.hgetall(keys.TRAFFIC_OF(tenant, model))
            pipe.hgetall(keys.TRAFFIC_RESTAURANTS(tenant, model))
            found, apart = map(_by_window, pipe.execute())
        return [
            replace(
                summed({field: int(count) for field, count in found[window].items()}),
                restaurants={
                    name: summed(orjson.loads(row)["counts"]) for name, row in sorted(apart.get(window, {}).items())
                },
            )
            for window in sorted(found)
        ]

    @translated
    def forget(self, tenant: str, restaurant: str | None = None) -> None:
        """An organisation was erased, or one of its restaurants: nothing tells of it any more, of whatever model."""
        for model in self.models():
            self._run("watch/forget", args=[tenant, model, restaurant or ""])

    @translated
    def models(self) -> list[str]:
        """Those that workers have ever told of, which is before they tell of traffic."""
        found: Any = self._redis.hkeys(keys.MODEL_CARDS)
        return sorted(model.decode() for model in found)

    @translated
    def set_reference(self, model: str, reference: Traffic) -> None:
        """What the model's traffic is compared with."""
        self._redis.hset(keys.TRAFFIC_REFERENCES, model, orjson.dumps(reference.to_dict()))

    @translated
    def reference(self, model: str) -> Traffic | None:
        """The same, if the model has one."""
        found: Any = self._redis.hget(keys.TRAFFIC_REFERENCES, model)
        return None if found is None else traffic_of(orjson.loads(found))


def _by_window(rows: Any) -> dict[int, dict[str, bytes]]:
    """The fields of a hash, by the number of the window that they begin with; others are left out."""
    found: dict[int, dict[str, bytes]] = defaultdict(dict)
    for name, value in rows.items():
        window, bar, field = name.decode().partition("|")
        if bar:
            found[int(window)][field] = value
    return found


def model_key(name: str, version: str) -> str:
    """A model's name and version as one."""
    return f"{name}@{version}"
