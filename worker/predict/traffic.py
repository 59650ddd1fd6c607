"""What the model of this process was asked and answered, counted until it is told."""

import threading
from collections import Counter
from pathlib import Path
from typing import Protocol

import orjson

from model.artifact.manifest import REFERENCE
from model.errors import ArtifactError
from model.predictions import ReviewPrediction
from watch.traffic import Seen, Traffic, traffic_of


class TrafficSink(Protocol):
    """Where it is told: `store.traffic.TrafficStore`."""

    def add(self, tenant: str | None, model: str, counts: Counter[str]) -> None:
        """Add to an organisation's traffic, or to that of all."""


class TrafficCounter:
    """Counts by organisation; may be shared by threads. With `on` false it counts nothing."""

    def __init__(self, *, on: bool = True) -> None:
        self._on = on
        self._lock = threading.Lock()
        self._seen: dict[str, Seen] = {}

    def saw(self, tenant: str, review: ReviewPrediction) -> None:
        """A review of this organisation was judged."""
        if self._on:
            with self._lock:
                seen = self._seen.get(tenant)
                if seen is None:
                    seen = self._seen[tenant] = Seen()
                seen.add(review.language, review.sentences)

    def tell(self, sink: TrafficSink, model: str) -> None:
        """Tell what was counted since the last call. Raises Unavailable; what was not told then is lost."""
        with self._lock:
            found, self._seen = self._seen, {}
        total: Counter[str] = Counter()
        for tenant, seen in found.items():
            of = seen.counts()
            sink.add(tenant, model, of)
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
