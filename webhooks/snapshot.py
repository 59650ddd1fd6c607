"""Everything that one attempt at a delivery needs, as it was at one moment."""

from dataclasses import dataclass
from enum import StrEnum

from jobs.batch import Batch
from jobs.errors import KritiqError
from jobs.stored import Stored
from webhooks.delivery import Lease
from webhooks.lines import LinesNotice
from webhooks.options import EndpointOptions
from webhooks.secret import Secret


class DropReason(StrEnum):
    """Why a delivery is not sent. The delivery's `reason`."""

    #: Its job or batch was deleted, or is past its time.
    JOB_GONE = "job_gone"
    ENDPOINT_DELETED = "endpoint_deleted"
    ENDPOINT_DISABLED = "endpoint_disabled"
    #: The endpoint was limited to other restaurants meanwhile.
    NOT_GRANTED = "not_granted"
    #: The endpoint asks for other events meanwhile.
    NOT_WANTED = "not_wanted"
    #: The URL came with a job, and the tenant has no secret for such webhooks.
    NO_SECRET = "no_secret"  # noqa: S105


class Dropped(KritiqError):
    """The delivery is not sent."""

    def __init__(self, reason: DropReason) -> None:
        super().__init__(f"The delivery is not sent: {reason}")
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointNotice:
    """What an event about an endpoint tells."""

    endpoint_id: str
    #: Why it was disabled; None in a ping.
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasureNotice:
    """What an event tells of a job or batch that was deleted, or of lines of a batch."""

    #: `job` or `batch`.
    kind: str
    id: str
    restaurant: str | None = None
    #: Numbers of the lines, where others stay.
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliverySnapshot:
    """What is told to whom, signed with what, under which lease. Enough to render, sign and send without the store."""

    lease: Lease
    #: What the message is rendered from.
    subject: Stored | Batch | LinesNotice | EndpointNotice | ErasureNotice
    #: Those of the endpoint; of a one-off webhook only the URL that came with its job.
    options: EndpointOptions
    #: Those that sign, newest first.
    secrets: tuple[Secret, ...]
    #: When all this was read, in milliseconds since the epoch, by Redis' clock.
    read_at: int

    @property
    def trace(self) -> str:
        """Where what made the job or batch is in its trace (`jobs.job.Job.trace`); empty: nowhere."""
        match self.subject:
            case Stored(job=job):
                return job.trace
            case Batch(trace=trace) | LinesNotice(batch=Batch(trace=trace)):
                return trace
            case _:
                return ""
