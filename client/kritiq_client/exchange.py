"""A request and its retries; a stream and its reconnections."""

import contextlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any, TypeVar

from kritiq_client.errors import BY_STATUS, ApiError, FieldError, KritiqError, TransportError, UnexpectedAnswer
from kritiq_client.reading import read
from kritiq_client.retrying import Core, worth_repeating
from kritiq_client.steps import Answer, Close, Flow, Open, Read, Request, Send, Sleep

T = TypeVar("T")

#: A stream that lived this many seconds was a good one, whatever it said.
HEALTHY_S = 30.0


def perform(
    core: Core, request: Request, *, until: float | None = None, hand_back: frozenset[str] = frozenset()
) -> Flow[Answer]:
    """The answer to `request`, which is sent again as the core's `Retries` allow.

    `until` is a deadline on the core's clock; problems with a code in `hand_back` are raised at once.
    Raises ApiError and TransportError.
    """
    end = core.clock() + core.retries.total_s
    end = end if until is None else min(end, until)
    for attempt in count(1):
        try:
            answer: Answer = yield Send(request)
            if answer.status < 400:
                return answer
            failure: KritiqError = error_of(answer)
        except TransportError as error:
            failure = error
        failure.attempts = attempt
        delay = core.retries.delay(attempt, getattr(failure, "retry_after", None), core.chance())
        code = failure.code if isinstance(failure, ApiError) else ""
        if delay is None or code in hand_back or not worth_repeating(failure, request) or core.clock() + delay >= end:
            raise failure
        core.told(failure)
        yield Sleep(delay)
    raise AssertionError("unreachable")


def ask(core: Core, request: Request, cls: type[T]) -> Flow[T]:
    """`perform`, and the answer as a `cls`."""
    answer = yield from perform(core, request)
    return read(cls, body_of(answer))


def body_of(answer: Answer) -> Any:
    """The answer's JSON. Raises UnexpectedAnswer."""
    try:
        return json.loads(answer.body)
    except ValueError:
        raise UnexpectedAnswer(f"The answer ({answer.status}) is not JSON: {answer.body[:80]!r}") from None


def row_of(cls: type[T], row: bytes, of: str) -> T:
    """A line of JSON as a `cls`, of the results, say. Raises UnexpectedAnswer."""
    try:
        found = json.loads(row)
    except ValueError:
        raise UnexpectedAnswer(f"A line of the {of} is not JSON: {row[:80]!r}") from None
    return read(cls, found)


def error_of(answer: Answer) -> ApiError:
    """The error that an answer of 400 and more is. What is not a problem document is quoted."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        found = None
    problem: Mapping[str, Any] = found if isinstance(found, dict) else {}
    items = problem.get("errors")
    return BY_STATUS.get(answer.status, ApiError)(
        status=answer.status,
        code=str(problem.get("code", "")) or f"http-{answer.status}",
        detail=str(problem.get("detail", "")) or answer.body[:200].decode("utf-8", "replace"),
        errors=[
            FieldError(pointer=str(item.get("pointer", "")), detail=str(item.get("detail", "")))
            for item in (items if isinstance(items, list) else [])
            if isinstance(item, dict)
        ],
        retry_after=_retry_after(answer.headers),
    )


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    now = datetime.now(UTC)
    with contextlib.suppress(ValueError):
        # The service's own clock, if it shows it: ours may be wrong.
        now = parsedate_to_datetime(headers.get("date", ""))
    return max(0.0, (_aware(when) - _aware(now)).total_seconds())


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Link:
    """A streamed answer that is opened again whenever it breaks off, until nothing comes of it any more."""

    def __init__(self, core: Core, request: Callable[[], Request]) -> None:
        self._core, self._request = core, request
        self._open = False
        self._failures = 0
        self._opened_at = 0.0
        #: Seconds before a stream that ended in order is opened again.
        self.pause_s = 1.0

    def advanced(self) -> None:
        """The stream told something new: earlier failures are forgiven."""
        self._failures = 0

    def read(self) -> Flow[bytes | None]:
        """The next bytes; None when the stream has to be begun anew, as `request()` then says.

        Raises ApiError and TransportError when trying again makes no sense or was tried often enough.
        """
        core = self._core
        failure: KritiqError
        try:
            if not self._open:
                request = self._request()
                answer: Answer = yield Open(request)
                if answer.status >= 400:
                    raise error_of(answer)
                self._open, self._opened_at = True, core.clock()
            data: bytes | None = yield Read()
            if data is not None:
                return data
            broken, failure = False, TransportError("The stream ended again and again without news.", sent=True)
            soonest: float | None = self.pause_s
        except (TransportError, ApiError) as error:
            if not worth_repeating(error, self._request()):
                raise
            broken, failure, soonest = True, error, getattr(error, "retry_after", None)
        if self._open and core.clock() - self._opened_at >= HEALTHY_S:
            self._failures = 0
        self._failures += 1
        self._open = False
        yield Close()
        delay = core.retries.delay(self._failures, soonest, core.chance())
        if delay is None:
            failure.attempts = self._failures
            raise failure
        if broken:
            core.told(failure)
        yield Sleep(delay)
        return None
