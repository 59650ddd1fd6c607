"""A retraining that was asked for, as who asked for it follows it: its task's state in Celery is its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from jobs.retraining import RetrainingRequest

#: The state in Celery of a retraining that is under way, beside Celery's own.
PROGRESS = "PROGRESS"


class RetrainingStatus(StrEnum):
    """Where it is."""

    #: It waits for a trainer.
    QUEUED = "queued"
    #: A trainer is at work, or was killed, and one goes on.
    RUNNING = "running"
    #: There is a version that may be served.
    SUCCEEDED = "succeeded"
    #: The gate let nothing pass, or what was learned from was erased.
    REFUSED = "refused"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def terminal(self) -> bool:
        """Whether nothing follows."""
        return self not in (RetrainingStatus.QUEUED, RetrainingStatus.RUNNING)


#: What Celery says -> what that is; whether the gate let it pass is in the result.
OF_CELERY: Mapping[str, RetrainingStatus] = MappingProxyType(
    {
        "PENDING": RetrainingStatus.QUEUED,
        PROGRESS: RetrainingStatus.RUNNING,
        # Another trainer had it, which may have been killed.
        "RETRY": RetrainingStatus.RUNNING,
        "SUCCESS": RetrainingStatus.SUCCEEDED,
        "FAILURE": RetrainingStatus.FAILED,
        "REVOKED": RetrainingStatus.CANCELED,
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedRetraining:
    """It, as of now. Times are milliseconds since the epoch."""

    #: Its task's in Celery.
    id: str
    request: RetrainingRequest
    #: The version that learns, or what it was called where it is a directory.
    base: str
    asked_at: int
    status: RetrainingStatus
    #: Share of the training that is done, from 0 to 1, the last that was said of it, and when; None before.
    share: float | None = None
    message: str | None = None
    told_at: int | None = None
    ended_at: int | None = None
    #: Whether a trainer is at work on it. One that was killed is taken to be for half a minute more.
    at_work: bool = False
    #: Whether it is to end: a trainer notices within a second or two.
    cancel_requested: bool = False
    #: What came of it, as `kritiq retrain` prints it.
    result: Mapping[str, Any] | None = None
    #: Why it failed.
    error: str | None = None
