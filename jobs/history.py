"""What is known beyond the job store's memory: the archive, as far as the API reads it."""

from collections.abc import Iterable
from typing import Protocol

from jobs.judgements import Counts, Days


class History(Protocol):
    """Every call raises Unavailable when it cannot be read. Where there is no archive yet it knows of nothing."""

    def judgements(self, tenant: str, restaurant: str, *, first: str, last: str) -> Days:
        """As `jobs.store.Queries.judgements`, of all that is kept."""

    def restaurants(self, tenant: str, *, size: int, after: str = "") -> list[str]:
        """As `jobs.store.Queries.restaurants`, of all that is kept."""


class NoHistory:
    """There is no archive."""

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
