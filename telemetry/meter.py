"""What one process counts until it tells: whole numbers by field, which others add up.

A field is `name|label|label` of a counter, and of a histogram that with `#n` for the n-th bucket, or `#sum` for the sum
of what was measured, in millionths.
"""

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence

from telemetry.metric import Metric
from telemetry.traces import is_kept, trace_id

#: A histogram's sum is kept in whole millionths.
MILLION = 1_000_000
SUM = -1
#: A trace's id, what was measured in it, and when, in Unix seconds.
Exemplar = tuple[str, float, float]
#: Most that are kept between two calls.
MOST_EXEMPLARS = 100


class Meter:
    """Counters and histograms of one process; may be shared by threads. With `on` false it keeps nothing."""

    def __init__(self, *, on: bool = True, now: Callable[[], float] = time.time) -> None:
        """`now` gives Unix seconds."""
        self.on, self._now = on, now
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, tuple[str, ...], int | None]] = Counter()
        self._exemplars: dict[str, Exemplar] = {}

    def count(self, metric: Metric, *labels: str, by: int = 1) -> None:
        """Add to a counter."""
        if self.on:
            with self._lock:
                self._counts[metric.name, labels, None] += by

    def observe(self, metric: Metric, value: float, *labels: str, times: int = 1, place: str = "") -> None:
        """Measured `times` times: seconds, or a size. `place` says where in a trace, if it was (`telemetry.traces`)."""
        if self.on:
            bucket = bisect_left(metric.buckets, value)
            with self._lock:
                self._counts[metric.name, labels, bucket] += times
                self._counts[metric.name, labels, SUM] += round(value * MILLION) * times
                if place:
                    self._keep(metric, value, labels, place)

    def observe_all(self, metric: Metric, values: Sequence[float], *labels: str, places: Sequence[str] = ()) -> None:
        """Measured once each, with the place in a trace of each, if any is in one. Cheaper than one by one."""
        if self.on and values:
            buckets = Counter([bisect_left(metric.buckets, value) for value in values])
            with self._lock:
                for bucket, times in buckets.items():
                    self._counts[metric.name, labels, bucket] += times
                self._counts[metric.name, labels, SUM] += round(sum(values) * MILLION)
                for value, place in zip(values, places, strict=False):
                    if place:
                        self._keep(metric, value, labels, place)

    def _keep(self, metric: Metric, value: float, labels: tuple[str, ...], place: str) -> None:
        """The example of its bucket; there is room for only so many."""
        if is_kept(place) and len(self._exemplars) < MOST_EXEMPLARS:
            bucket = field(metric.name, labels, bisect_left(metric.buckets, value))
            self._exemplars[bucket] = (trace_id(place) or "", value, self._now())

    def take_exemplars(self) -> "dict[str, Exemplar]":
        """Traces in which something was measured since the last call: by field of a bucket, the last one."""
        with self._lock:
            exemplars, self._exemplars = self._exemplars, {}
        return exemplars

    def take(self) -> dict[str, int]:
        """What was counted since the last call, by field."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return {field(name, labels, part): count for (name, labels, part), count in counts.items()}


def field(name: str, labels: tuple[str, ...], part: int | None) -> str:
    """How a number is named in the store."""
    ending = "" if part is None else "#sum" if part == SUM else f"#{part}"
    return "|".join((name, *(label.replace("|", "_").replace("#", "_") for label in labels))) + ending


def parts(text: str) -> tuple[str, tuple[str, ...], int | None]:
    """The name, labels and bucket of a field; the bucket is -1 for a sum. Raises ValueError."""
    head, mark, part = text.partition("#")
    name, *labels = head.split("|")
    return name, tuple(labels), None if not mark else SUM if part == "sum" else int(part)
