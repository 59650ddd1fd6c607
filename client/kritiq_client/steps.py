"""What a flow asks of the shell that runs it. Flows decide everything and do nothing; shells do and decide nothing.

A flow is a generator. It yields steps, gets each step's outcome sent (or a `TransportError` thrown) back, and returns
its answer; a stream yields `Emit` steps beside. So the synchronous and the asynchronous client share every decision.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One HTTP request, without a host."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Of a file what is in it, read as it is sent.
    body: bytes | Path | None = None
    #: Whether sending it twice does no more than sending it once.
    repeatable: bool = True
    #: Seconds that the service was asked to wait before it answers.
    wait_s: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """An HTTP answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Send:
    """Send the request; the outcome is the whole `Answer`."""

    request: Request


@dataclass(frozen=True, slots=True)
class Open:
    """Begin a streamed answer; the outcome is an `Answer`, with its body only when it is an error."""

    request: Request


@dataclass(frozen=True, slots=True)
class Read:
    """Bytes of the open stream, as they come; None at its end."""


@dataclass(frozen=True, slots=True)
class Close:
    """Let go of the open stream, if any."""


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Emit:
    """Hand an item to whoever iterates."""

    item: Any


@dataclass(frozen=True, slots=True)
class Done:
    """The flow has returned."""

    value: Any


Step: TypeAlias = Send | Open | Read | Close | Sleep | Emit
#: Returns a T in the end.
Flow: TypeAlias = Generator[Step, Any, T]
#: Emits items of type T; the parameter is for readers and for the shells' signatures.
Stream: TypeAlias = Generator[Step, Any, type[T]]


def advance(flow: Generator[Step, Any, Any], outcome: object = None) -> Step | Done:
    """The flow's next step after `outcome`; an exception as outcome is raised inside the flow."""
    try:
        return flow.throw(outcome) if isinstance(outcome, BaseException) else flow.send(outcome)
    except StopIteration as end:
        return Done(end.value)
