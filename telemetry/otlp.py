"""Traces by OpenTelemetry's SDK, sent to a collector as OTLP over HTTP. The only module that knows it, and not loaded
unless traces are wanted (`telemetry.collector`).

Whatever else can be said of traces, the standard `OTEL_*` variables say to the SDK itself: sampling, headers, limits.
"""

import logging
import threading
from collections.abc import Sequence

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode, get_current_span, set_span_in_context
from opentelemetry.trace import Span as OpenTelemetrySpan
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from telemetry.traces import Attributes, Kind, Span, Tracer, carried, headers_of

#: Where a collector takes traces, below its address.
PATH = "/v1/traces"
#: How long `close` waits for a collector that does not answer, in seconds: the SDK's own way takes half a minute.
CLOSE_S = 5.0

_propagator = TraceContextTextMapPropagator()


def open_otlp(endpoint: str, *, process: str, name: str) -> Tracer:
    """A tracer that sends to the collector at `endpoint`, such as http://127.0.0.1:4318, from a thread of its own."""
    # Each try that fails is a line, and what comes of them all one more: that is enough.
    logging.getLogger("opentelemetry.exporter").setLevel(logging.ERROR)
    ours = {"service.name": f"kritiq-{process}", "service.namespace": "kritiq", "service.instance.id": name}
    # What the operator says by OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES goes before.
    resource = Resource.create(ours).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint.rstrip("/") + PATH)))
    return OtlpTracer(provider)


class OtlpTracer(Tracer):
    """Makes spans of a provider."""

    on = True

    def __init__(self, provider: TracerProvider) -> None:
        self._provider, self._tracer = provider, provider.get_tracer("kritiq")

    def begin(
        self,
        name: str,
        *,
        kind: Kind = "internal",
        parent: str = "",
        links: Sequence[str] = (),
        at: float | None = None,
        attributes: Attributes | None = None,
    ) -> Span:
        return OtlpSpan(
            self._tracer.start_span(
                # Not the thread's own context: the parent is what is given, or none.
                name, _context(parent), SpanKind[kind.upper()], _told(attributes or {}),
                [Link(get_current_span(_context(place)).get_span_context()) for place in links],
                start_time=_nanoseconds(at),
            )
        )  # fmt: skip

    def close(self) -> None:
        closing = threading.Thread(target=self._provider.shutdown, name="close-traces", daemon=True)
        closing.start()
        closing.join(CLOSE_S)


class OtlpSpan(Span):
    """One of OpenTelemetry's spans."""

    def __init__(self, span: OpenTelemetrySpan) -> None:
        self._span = span
        headers: dict[str, str] = {}
        _propagator.inject(headers, set_span_in_context(span, Context()))
        self.place = carried(headers)

    def name(self, name: str) -> None:
        self._span.update_name(name)

    def tell(self, attributes: Attributes) -> None:
        self._span.set_attributes(_told(attributes))

    def link(self, place: str) -> None:
        if place:
            self._span.add_link(get_current_span(_context(place)).get_span_context())

    def fail(self, why: str) -> None:
        self._span.set_attribute("error.type", why)
        self._span.set_status(Status(StatusCode.ERROR, why))

    def end(self, at: float | None = None) -> None:
        if self._span.is_recording():
            self._span.end(_nanoseconds(at))


def _context(place: str) -> Context:
    return _propagator.extract(headers_of(place), Context())


def _told(attributes: Attributes) -> dict[str, str | int | float | bool]:
    return {name: value for name, value in attributes.items() if value is not None}


def _nanoseconds(at: float | None) -> int | None:
    return None if at is None else int(at * 1e9)
