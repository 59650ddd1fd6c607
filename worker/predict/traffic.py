"""What the model of this process was asked and answered, counted until it is told."""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import orjson

from model.artifact.manifest import REFERENCE
from model.errors import ArtifactError
from model.predictions import ReviewPrediction
from watch.restaurants import Counted, SeenByRestaurant
from watch.traffic import Traffic, traffic_of


class TrafficSink(Protocol):
    """Where it is told: `store.traffic.TrafficStore`."""

    def add(
        self,
        tenant: str | None,
        model: str,
        counts: Mapping[str, int],
        restaurants: Mapping[str, Counted] | None = None,
        *,
        age_ms: int = 0,
    ) -> None:
        """Add to an organisation's traffic, or to that of all."""


class TrafficCounter:
    """Counts by organisation; may be shared by threads. With `on` false it counts nothing."""

    def __init__(self, *, on: bool = True, clock: Callable[[], float] = time.monotonic) -> None:
        self._on, self._clock = on, clock
        self._lock = threading.Lock()
        self._seen: dict[str, SeenByRestaurant] = {}
        #: When the first of them was seen.
        self._since = 0.0

    def saw(self, tenant: str, review: ReviewPrediction, restaurant: str | None = None) -> None:
        """A review of this organisation, and of this restaurant if of any, was judged."""
        if self._on:
            with self._lock:
                if not self._seen:
                    self._since = self._clock()
                seen = self._seen.get(tenant)
                if seen is None:
                    seen = self._seen[tenant] = SeenByRestaurant()
                seen.add(restaurant, review.language, review.sentences)

    def tell(self, sink: TrafficSink, model: str) -> None:
        """Tell what was counted since the last call. Raises Unavailable; what was not told then is lost."""
        with self._lock:
            found, self._seen = self._seen, {}
            since = self._since
        total: Counter[str] = Counter()
        for tenant, seen in found.items():
            of = seen.counts()
            # As old as it is now: what is erased while others' are told is erased.
            sink.add(tenant, model, of, seen.restaurants(), age_ms=math.ceil((self._clock() - since) * 1000))
            total.update(of)
        if total:
            sink.add(None, model, total)


def read_reference(directory: Path) -> Traffic | None:
    """What the model in `directory` is compared with; None when it has no such file. Raises ArtifactError."""
    path = directory / REFERENCE
    if not path.is_file():
        return None
    try:
        return traffic_of(orjson.loads(path.read_bytes()))
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactError(f"{path} cannot be used: {error!r}") from error
