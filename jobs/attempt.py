"""The course of a job: its attempts, and what became of each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class AttemptEnd(StrEnum):
    """How an attempt ended."""

    #: Its worker did not renew its lease; the job waited again, or had been lost too often.
    LOST = "lost"
    #: Its worker handed it back, as when it was stopped.
    RELEASED = "released"
    #: Lines were erased while it had them: they are judged anew without.
    REDONE = "redone"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One of them. Times are milliseconds since the epoch."""

    #: From 1.
    number: int
    started_at: int
    #: None while it goes on.
    ended_at: int | None = None
    end: AttemptEnd | None = None
    #: The worker's own name; None where it is not known: of a plain worker, of one of an older release, and of an
    #: attempt that succeeded at once, of which nothing more is kept.
    worker: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """A job's attempts, the oldest first; of very many the last ones."""

    attempts: Sequence[Attempt]
    #: See `jobs.job.Job.trace`.
    trace: str = ""


def holder_of(worker: str, process: str, lane: str) -> str:
    """Under which name a worker claims: its own, then letters and digits that no other process and lane has."""
    return f"{worker.replace('/', '_').replace('#', '_')}#{process}{lane}"


#: A claim's tag ends with the attempt's number and the holder's name.
_HELD_BY = re.compile(r"/\d+/([^/#]*)#[^/#]*$")


def worker_of(tag: str) -> str | None:
    """The worker that holds what is claimed under a tag; None where the tag does not say."""
    found = _HELD_BY.search(tag)
    return found[1] or None if found else None
