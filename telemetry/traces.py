"""Traces: what one review passes through, as spans in several processes. This tracer makes none; `telemetry.otlp`
has the one that does.

Where a span is in its trace (W3C Trace Context) is carried as one text: its `traceparent`, and behind a space its
`tracestate`, if it has one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal

Kind = Literal["server", "client", "producer", "consumer", "internal"]
#: What is told of a span; what is None is left out.
Attributes = Mapping[str, str | int | float | bool | None]

#: The headers that name a place in a trace.
HEADERS = ("traceparent", "tracestate")

_PARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
#: As much as every system has to pass on.
_STATE = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,510}[\x21-\x7e])?")


def carried(headers: Mapping[str, object]) -> str:
    """The place in a trace that a request's or a message's headers name; empty when they name none."""
    parent, state = map(headers.get, HEADERS)
    if not isinstance(parent, str) or not _PARENT.fullmatch(parent.strip()):
        return ""
    if not isinstance(state, str) or not _STATE.fullmatch(state.strip()):
        return parent.strip()
    return f"{parent.strip()} {state.strip()}"


def headers_of(place: str) -> dict[str, str]:
    """The headers that name a place in a trace to whoever is called; empty for none."""
    parent, _, state = place.partition(" ")
    return ({"traceparent": parent} if parent else {}) | ({"tracestate": state} if state else {})


def trace_id(place: str) -> str | None:
    """The trace's id, as logs and collectors write it; None without a place."""
    return place[3:35] or None


def is_kept(place: str) -> bool:
    """Whether whoever began the trace wants it to be kept: it was sampled."""
    return bool(place) and int(place[53:55], 16) & 1 == 1


class Span:
    """One step of a trace; this one is none."""

    #: Where it is in its trace; empty for none.
    place = ""

    def name(self, name: str) -> None:
        """It is better called so."""

    def tell(self, attributes: Attributes) -> None:
        """Something more about it."""

    def link(self, place: str) -> None:
        """It has to do with a span of another trace, if `place` names one."""

    def fail(self, why: str) -> None:
        """It came to nothing; `why` is a fixed word."""

    def end(self, at: float | None = None) -> None:
        """It is over: now, or at this Unix time in seconds. It does not matter to whom it happens twice."""


NO_SPAN = Span()


class Tracer:
    """Makes spans; this one makes none. May be shared by threads."""

    #: Whether it makes any.
    on = False

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
        """A span that begins now, or at this Unix time in seconds: in `parent`'s trace, else in a new one. Whoever
        begins it ends it."""
        return NO_SPAN

    @contextmanager
    def span(
        self, name: str, *, kind: Kind = "internal", parent: str = "",
        attributes: Attributes | None = None,
    ) -> Iterator[Span]:  # fmt: skip
        """A span for as long as the context lasts; what it raises is told by its name."""
        span = self.begin(name, kind=kind, parent=parent, attributes=attributes)
        try:
            yield span
        except Exception as error:
            span.fail(type(error).__name__)
            raise
        finally:
            span.end()

    def close(self) -> None:
        """Send what was not sent yet; as long as that takes, up to some seconds."""
