"""The lanes that work is claimed in, most urgent first: what waits in one does not wait for what is in a later one."""

from enum import StrEnum


class Lane(StrEnum):
    """Which work. Each lane gives way to those before it."""

    #: Single reviews of priority `high`.
    HIGH = "high"
    #: Other single reviews.
    URGENT = "urgent"
    #: Chunks of batches, long reviews and whatever else nobody waits for.
    BULK = "bulk"

    @property
    def before(self) -> tuple["Lane", ...]:
        """The lanes that it gives way to."""
        every = tuple(Lane)
        return every[: every.index(self)]
