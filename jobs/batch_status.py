"""Where a batch is, and what may follow."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class BatchStatus(StrEnum):
    """Where a batch is."""

    #: It waits for its time, and with it every line.
    SCHEDULED = "scheduled"
    #: Some lines have not ended.
    RUNNING = "running"
    #: Every line has ended, well or not.
    COMPLETED = "completed"
    #: Its owner called it off, and every line has ended.
    CANCELED = "canceled"

    @property
    def terminal(self) -> bool:
        """Whether nothing follows."""
        return not TRANSITIONS[self]


#: What a new batch may be.
FIRST = frozenset({BatchStatus.SCHEDULED, BatchStatus.RUNNING})
#: Which state may follow which.
TRANSITIONS: Mapping[BatchStatus, frozenset[BatchStatus]] = MappingProxyType(
    {
        BatchStatus.SCHEDULED: frozenset({BatchStatus.RUNNING, BatchStatus.CANCELED}),
        BatchStatus.RUNNING: frozenset({BatchStatus.COMPLETED, BatchStatus.CANCELED}),
        BatchStatus.COMPLETED: frozenset(),
        BatchStatus.CANCELED: frozenset(),
    }
)
