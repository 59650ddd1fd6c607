"""What processes counted, as Prometheus' counters and histograms."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TypeVar

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.samples import Exemplar as PrometheusExemplar
from prometheus_client.utils import floatToGoString

from telemetry.meter import MILLION, SUM, Exemplar, field, parts
from telemetry.metric import METRICS

Labels = TypeVar("Labels", bound=tuple[str, ...])


def gauge(name: str, help_: str, values: Mapping[Labels, float], labels: tuple[str, ...] = ()) -> Metric:
    """A gauge with a value for each combination of labels."""
    family = GaugeMetricFamily(name, help_, labels=labels)
    for found, value in values.items():
        family.add_metric(found, value)
    return family


def counter(name: str, help_: str, values: Mapping[Labels, float], labels: tuple[str, ...] = ()) -> Metric:
    """A counter, whose samples end in `_total`."""
    family = CounterMetricFamily(name, help_, labels=labels)
    for found, value in values.items():
        family.add_metric(found, value)
    return family


def counted(totals: Mapping[str, int], exemplars: Mapping[str, Exemplar]) -> Iterator[Metric]:
    """All of `telemetry.metric`, also what has not been counted yet. What is not in there is left out: a process of
    another version counted it."""
    by_name: dict[str, dict[tuple[str, ...], dict[int | None, int]]] = defaultdict(lambda: defaultdict(dict))
    for text, count in totals.items():
        name, labels, part = parts(text)
        if name in METRICS and len(labels) == len(METRICS[name].labels):
            by_name[name][labels][part] = count
    for name, metric in METRICS.items():
        # Without labels there is one series, from the beginning.
        found = dict(by_name[name])
        for labels in metric.known or (() if metric.labels else ((),)):
            found.setdefault(labels, {})
        if not metric.buckets:
            yield counter(name, metric.help, {labels: of.get(None, 0) for labels, of in found.items()}, metric.labels)
            continue
        family = HistogramMetricFamily(name, metric.help, labels=metric.labels)
        bounds = (*map(floatToGoString, metric.buckets), "+Inf")
        for labels, of in found.items():
            below = 0
            buckets: list[tuple[str, float] | tuple[str, float, PrometheusExemplar]] = []
            for number, bound in enumerate(bounds):
                below += of.get(number, 0)
                exemplar = exemplars.get(field(name, labels, number))
                buckets.append((bound, below) if exemplar is None else (bound, below, _exemplar(exemplar)))
            family.add_metric(labels, buckets, of.get(SUM, 0) / MILLION)
        yield family


def _exemplar(exemplar: Exemplar) -> PrometheusExemplar:
    trace, value, at = exemplar
    return PrometheusExemplar({"trace_id": trace}, value, at)
