"""What the service tells of all that changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kritiq_client.batch_answers import Counts
from kritiq_client.job_answers import Queue


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedJob:
    """A job as it is now; its status may be `deleted`, too."""

    id: str
    status: str
    #: Grows with every change; 0 when it was deleted.
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedBatch:
    """A batch as it is now; its status may be `deleted`, too, and then it has no counts."""

    id: str
    status: str
    version: int
    counts: Counts | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedDelivery:
    """A delivery as it is now."""

    id: str
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What has changed since they were told last."""

    #: False: more may have changed than is told here, as in the first of each stream; read again what you show.
    complete: bool
    jobs: tuple[ChangedJob, ...] = ()
    batches: tuple[ChangedBatch, ...] = ()
    #: For keys with `webhooks:manage`.
    deliveries: tuple[ChangedDelivery, ...] = ()
    #: Restaurants whose summaries have changed.
    restaurants: tuple[str, ...] = ()
    #: Lists in which something has changed, such as `endpoints`, of those that the key may read.
    lists: tuple[str, ...] = ()
    #: None when it has not changed.
    queue: Queue | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def ended(self) -> bool:
        """Whether nothing follows: never."""
        return False
