"""What is known beyond the job store's memory: the archive, as far as the API reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from jobs.judgements import Counts, Days
from jobs.stored import JobFilter, Page, Stored


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
