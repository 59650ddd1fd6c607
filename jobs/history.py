"""What is known beyond the job store's memory: the archive, as far as the API reads it."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from jobs.batch import Batch, BatchFilter
from jobs.judgements import Counts, DayRange, Days
from jobs.line import LineFilter, LinePage
from jobs.stored import JobFilter, Page, Stored

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found(Generic[T]):
    """Some of a list, newest first, and time and id after which the next ones begin; None at the end."""

    items: Sequence[T]
    next: tuple[int, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PastLine:
    """A line of a batch that was sent at `created_at`, in milliseconds since the epoch."""

    batch_id: str
    line: int
    created_at: int
    #: As `jobs.line` makes it.
    row: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Deletions:
    """What of an organisation was deleted and may still be in the archive, which has not been told yet."""

    #: Of jobs and batches.
    ids: frozenset[str] = frozenset()
    #: Of erasures: authors, by `store.key.author_digest`, and restaurants.
    authors: frozenset[str] = frozenset()
    restaurants: frozenset[str] = frozenset()
    #: All of the organisation's was erased.
    all: bool = False

    def cover(self, job_id: str, *, author_digest: str | None, restaurant: str | None) -> bool:
        """Whether this job is one of them."""
        return self.all or job_id in self.ids or author_digest in self.authors or restaurant in self.restaurants


class History(Protocol):
    """Every call raises Unavailable when it cannot be read. Where there is no archive yet it knows of nothing."""

    @property
    def on(self) -> bool:
        """Whether there may be an archive at all."""

    def page(
        self, tenant: str, wanted: JobFilter, *, size: int, before: tuple[int, str] | None, without: Deletions
    ) -> Page:
        """As `jobs.store.Queries.page`, of all single jobs that ended and are kept, but for those `without`.

        They tell what the store told of them, but for `expires_at`. What was imported tells less.
        """

    def get(self, tenant: str, job_id: str, *, without: Deletions) -> Stored | None:
        """A single job that ended and is kept, unless it is one of `without`; None where there is none.

        It tells what the store told of it, but for `expires_at`; where texts are not kept, its result has none.
        """

    def batch(self, tenant: str, batch_id: str, *, restaurants: Set[str], without: Deletions) -> Batch | None:
        """A batch of which a line is kept, if it is about these restaurants alone (none: whatever it is about).

        It tells how its lines ended, without those that were deleted; of what was asked of it as a whole only its
        restaurant.
        """

    def batches(
        self, tenant: str, wanted: BatchFilter, *, size: int, before: tuple[int, str] | None, without: Deletions
    ) -> Found[Batch]:
        """Up to `size` such batches, newest first. What is `about` a restaurant is not asked."""

    def batch_lines(
        self, tenant: str, batch_id: str, wanted: LineFilter, *, size: int, after: int, without: Deletions
    ) -> LinePage:
        """As `store.batch_lines.BatchLines.line_page`, by status and author alone, of the lines that are kept."""

    def lines_about(
        self, tenant: str, restaurant: str, days: DayRange, *, size: int, before: tuple[int, str],
        restaurants: Set[str], without: Deletions,
    ) -> Found[PastLine]:  # fmt: skip
        """Up to `size` judged lines of batches about a restaurant, those sent last first (`jobs.line.place_of_line`).

        `restaurants`: only those of batches that are about these alone; none: any.
        """

    def judgements(self, tenant: str, restaurant: str, *, first: str, last: str) -> Days:
        """As `jobs.store.Queries.judgements`, of all that is kept."""

    def restaurants(self, tenant: str, *, size: int, after: str = "") -> list[str]:
        """As `jobs.store.Queries.restaurants`, of all that is kept."""


class NoHistory:
    """There is no archive."""

    on = False

    def page(
        self, tenant: str, wanted: JobFilter, *, size: int, before: tuple[int, str] | None, without: Deletions
    ) -> Page:
        """An empty one."""
        return Page(jobs=())

    def get(self, tenant: str, job_id: str, *, without: Deletions) -> Stored | None:
        """None."""

    def batch(self, tenant: str, batch_id: str, *, restaurants: Set[str], without: Deletions) -> Batch | None:
        """None."""

    def batches(
        self, tenant: str, wanted: BatchFilter, *, size: int, before: tuple[int, str] | None, without: Deletions
    ) -> Found[Batch]:
        """None."""
        return Found(items=())

    def batch_lines(
        self, tenant: str, batch_id: str, wanted: LineFilter, *, size: int, after: int, without: Deletions
    ) -> LinePage:
        """None."""
        return LinePage(rows=())

    def lines_about(
        self, tenant: str, restaurant: str, days: DayRange, *, size: int, before: tuple[int, str],
        restaurants: Set[str], without: Deletions,
    ) -> Found[PastLine]:  # fmt: skip
        """None."""
        return Found(items=())

    def judgements(self, tenant: str, restaurant: str, *, first: str, last: str) -> Days:
        """Of nothing."""
        return {}

    def restaurants(self, tenant: str, *, size: int, after: str = "") -> list[str]:
        """None."""
        return []


def joined(one: Days, other: Days) -> Days:
    """What two tell of the same reviews, of which each may miss some: of each count the greater one."""
    return {day: _greater(one.get(day, {}), other.get(day, {})) for day in one.keys() | other.keys()}


def _greater(one: Counts, other: Counts) -> Counts:
    def count(aspect: str, polarity: str) -> int:
        return max(counts.get(aspect, {}).get(polarity, 0) for counts in (one, other))

    return {
        aspect: {polarity: count(aspect, polarity) for polarity in _keys(one.get(aspect, {}), other.get(aspect, {}))}
        for aspect in _keys(one, other)
    }


def _keys(*of: Iterable[str]) -> set[str]:
    return {name for each in of for name in each}
