"""Clients that wait for a job: how long they wish to, and what they get."""

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack

from flask import Response
from werkzeug.http import parse_options_header

from api.http.hub import Ending, Hub
from api.http.measures import waited
from api.http.pauses import Deferred, Signal
from jobs.job import reference, task_id
from jobs.store import JobStore
from jobs.stored import Stored

#: A stream looks by itself after this many seconds, should an announcement have been lost with a connection.
STREAM_LOOKS_S = 5.0
#: Longest wait, in seconds. Longer wishes are cut to this.
MAX_WAIT_S = 30


def when_ended(
    store: JobStore, hub: Hub, tenant: str, job_id: str, seconds: float, answer: Callable[[Stored], Response]
) -> Deferred:
    """What `answer` makes of the job when it has ended, or as it is after `seconds`. Raises as `Hub.watch`."""
    held = ExitStack()
    signal = held.enter_context(watch_end(hub, tenant, job_id))
    return _ended(signal, held, lambda: store.get(tenant, job_id), seconds, answer)


def told(
    store: JobStore, ending: Ending, held: ExitStack, tenant: str, job_id: str, seconds: float,
    answer: Callable[[Stored], Response],
) -> Deferred:  # fmt: skip
    """The same of a job that was made for the waiter of `ending`; `held` lets go of that."""

    def read() -> Stored:
        return store.told(tenant, job_id, ending.news) if ending.news else store.get(tenant, job_id)

    return _ended(ending, held, read, seconds, answer)


def _ended(
    signal: Signal, held: ExitStack, read: Callable[[], Stored], seconds: float, answer: Callable[[Stored], Response]
) -> Deferred:
    began = time.monotonic()

    def look(last: bool) -> Response | None:
        stored = read()
        if not (stored.job.status.terminal or last):
            return None
        waited(time.monotonic() - began)
        return answer(stored)

    return Deferred(signal, seconds, look, held)


def expect_end(hub: Hub, tenant: str, job_id: str) -> AbstractContextManager[Ending]:
    """`hub.expect` for the id of a job that is about to be made."""
    return hub.expect(reference(tenant, job_id), tenant)


def watch_job(hub: Hub, tenant: str, job_id: str) -> AbstractContextManager[Signal]:
    """`hub.watch` for a job's id."""
    return hub.watch(task_id(tenant, job_id), tenant)


def watch_end(hub: Hub, tenant: str, job_id: str) -> AbstractContextManager[Signal]:
    """The same of its end alone."""
    return hub.watch(task_id(tenant, job_id), tenant, end=True)


def wait_seconds(headers: Iterable[str]) -> int | None:
    """The `wait` preference of `Prefer` headers (RFC 7240) in seconds, or None.

    The first one of a list counts; what cannot be read is ignored.
    """
    for header in headers:
        for item in header.split(","):
            name, _ = parse_options_header(item.strip())
            key, equals, value = name.partition("=")
            if key.strip().lower() == "wait" and equals:
                digits = value.strip().strip('"')
                if not (digits.isascii() and digits.isdigit()):
                    return None
                # Python reads no number of thousands of digits.
                return min(int(digits.lstrip("0")[:4] or "0"), MAX_WAIT_S)
    return None
