"""Jobs, and batches, newest first, in one list: what the store has, and what only the archive has any more.

Of what was made within the time that results are kept for, and of what has not ended, the store tells alone: nobody who
asks for what is new waits for an archive. Of what is older both are asked, and what both have is told once.
"""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from jobs.history import Deletions, Found, History
from jobs.job import Job
from jobs.store import Queries
from jobs.stored import JobFilter, Page

_Place = tuple[int, str]
#: In front of all ids of one moment: they have letters, digits and `._-%`.
_FIRST = "%"


class Listed(Protocol):
    """What such a list has."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def created_at(self) -> int:
        """When it was made, in milliseconds since the epoch."""


T = TypeVar("T", bound=Listed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked(Generic[T]):
    """Who tells the two parts of a list. Times are milliseconds since the epoch."""

    #: A page of the store's: created at or after a time, and in front of a place.
    here: Callable[[int | None, _Place | None], Found[T]]
    #: A page of the archive's, in front of a place.
    there: Callable[[_Place | None], Found[T]]
    #: Which of these ids the store has.
    present: Callable[[Sequence[str]], AbstractSet[str]]
    since_ms: int | None
    until_ms: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined(Generic[T]):
    """A page of such a list."""

    items: Sequence[T]
    next: _Place | None = None
    #: Ids of those that only the archive has any more.
    archived: frozenset[str] = frozenset()


def seam_of(recent_ms: int) -> _Place:
    """The place behind all that was created at or after a time: of what is in front of it the store tells alone."""
    return (recent_ms, _FIRST)


def joined_page(asked: Asked[T], *, size: int, before: _Place | None, recent_ms: int) -> Joined[T]:
    """A page; what was created at or after `recent_ms` is the store's alone."""
    seam, since = seam_of(recent_ms), asked.since_ms
    if (before is None or before > seam) and (asked.until_ms is None or asked.until_ms >= recent_ms):
        found = asked.here(max(since or recent_ms, recent_ms), before)
        if found.next is not None or (since is not None and since >= recent_ms):
            return Joined(items=found.items, next=found.next)
        if found.items:
            # What is older comes with the next page.
            return Joined(items=found.items, next=seam)
        before = seam
    return _older(asked, size=size, before=before)


def _older(asked: Asked[T], *, size: int, before: _Place | None) -> Joined[T]:
    here, there = asked.here(asked.since_ms, before), asked.there(before)
    # What the store has is for it to tell: the archive may have an earlier one of the same id.
    told = asked.present([each.id for each in there.items]) | {each.id for each in here.items}
    archived = [each for each in there.items if each.id not in told]
    # Where one of the two ends for now, the other may be far behind.
    end = max((each.next for each in (here, there) if each.next is not None), default=None)
    both = sorted([*here.items, *archived], key=_place, reverse=True)
    found = [each for each in both if end is None or _place(each) >= end]
    if len(found) > size:
        found = found[:size]
        end = _place(found[-1])
    return Joined(items=found, next=end, archived=frozenset(each.id for each in archived))


def _place(listed: Listed) -> _Place:
    return (listed.created_at, listed.id)


def page(
    store: Queries,
    history: History,
    deletions: Callable[[], Deletions],
    tenant: str,
    wanted: JobFilter,
    *,
    size: int,
    before: _Place | None = None,
    recent_ms: int,
) -> Page:
    """As `jobs.store.Queries.page`, of all that is kept. Raises Unavailable.

    What was created at or after `recent_ms` (milliseconds since the epoch) is the store's alone. `deletions` are those
    that the archive has not been told of.
    """
    if not history.on or (wanted.status is not None and not wanted.status.terminal):
        return store.page(tenant, wanted, size=size, before=before)

    def here(since_ms: int | None, place: _Place | None) -> Found[Job]:
        found = store.page(tenant, replace(wanted, since_ms=since_ms), size=size, before=place)
        return Found(items=found.jobs, next=found.next)

    def there(place: _Place | None) -> Found[Job]:
        # Asked behind the store: what the archive has been told of meanwhile is not there any more.
        found = history.page(tenant, wanted, size=size, before=place, without=deletions())
        return Found(items=found.jobs, next=found.next)

    asked = Asked(
        here=here, there=there, present=lambda ids: store.present(tenant, ids), since_ms=wanted.since_ms,
        until_ms=wanted.until_ms,
    )  # fmt: skip
    found = joined_page(asked, size=size, before=before, recent_ms=recent_ms)
    return Page(jobs=found.items, next=found.next, archived=found.archived)
