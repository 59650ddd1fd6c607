"""Jobs, newest first, in one list: what the store has, and what only the archive has any more.

Of what was made within the time that results are kept for, and of what has not ended, the store tells alone: nobody who
asks for what is new waits for an archive. Of what is older both are asked, and what both have is told once.
"""

from collections.abc import Callable
from dataclasses import replace

from jobs.history import Deletions, History
from jobs.job import Job
from jobs.store import Queries
from jobs.stored import JobFilter, Page

_Place = tuple[int, str]
#: In front of all ids of one moment: they have letters, digits and `._-%`.
_FIRST = "%"


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
    seam = (recent_ms, _FIRST)
    if (before is None or before > seam) and (wanted.until_ms is None or wanted.until_ms >= recent_ms):
        recent = replace(wanted, since_ms=max(wanted.since_ms or recent_ms, recent_ms))
        found = store.page(tenant, recent, size=size, before=before)
        if found.next is not None or (wanted.since_ms is not None and wanted.since_ms >= recent_ms):
            return found
        if found.jobs:
            # What is older comes with the next page.
            return replace(found, next=seam)
        before = seam
    return _older(store, history, deletions, tenant, wanted, size=size, before=before)


def _older(
    store: Queries,
    history: History,
    deletions: Callable[[], Deletions],
    tenant: str,
    wanted: JobFilter,
    *,
    size: int,
    before: _Place | None,
) -> Page:
    here = store.page(tenant, wanted, size=size, before=before)
    # Asked in this order: what the archive has been told of meanwhile is not there any more.
    there = history.page(tenant, wanted, size=size, before=before, without=deletions())
    # What the store has is for it to tell: the archive may have an earlier job of the same id.
    told = store.present(tenant, [job.id for job in there.jobs]) | {job.id for job in here.jobs}
    archived = [job for job in there.jobs if job.id not in told]
    # Where one of the two ends for now, the other may be far behind.
    end = max((each.next for each in (here, there) if each.next is not None), default=None)
    both = sorted([*here.jobs, *archived], key=_place, reverse=True)
    found = [job for job in both if end is None or _place(job) >= end]
    if len(found) > size:
        found = found[:size]
        end = _place(found[-1])
    return Page(jobs=found, next=end, archived=frozenset(job.id for job in archived))


def _place(job: Job) -> _Place:
    return (job.created_at, job.id)
