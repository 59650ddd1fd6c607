"""Batches that the store has forgotten, in the archive."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from api.http.context import caller, context, tenant
from api.http.preconditions import demand
from jobs.batch import Batch, BatchFilter
from jobs.errors import Gone, NotFound, Unavailable
from jobs.history import Deletions, Found
from jobs.line import LineFilter, LinePage
from jobs.seam import Asked, Joined, joined_page


def batch_page(wanted: BatchFilter, *, size: int, before: tuple[int, str] | None) -> Joined[Batch]:
    """Batches, newest first: as `store.batches.BatchStore.page`, of all that is kept. Raises Unavailable."""
    ctx, owner = context(), tenant()

    def here(since_ms: int | None, place: tuple[int, str] | None) -> Found[Batch]:
        found = ctx.batches.page(owner, replace(wanted, since_ms=since_ms), size=size, before=place)
        return Found(items=found.found, next=found.next)

    def there(place: tuple[int, str] | None) -> Found[Batch]:
        # Asked behind the store: what the archive has been told of meanwhile is not there any more.
        return ctx.history.batches(owner, wanted, size=size, before=place, without=ctx.outbox.deletions(owner))

    if not ctx.history.on or (wanted.status is not None and not wanted.status.terminal):
        found = here(wanted.since_ms, before)
        return Joined(items=found.items, next=found.next)
    asked = Asked(here=here, there=there, present=_present, since_ms=wanted.since_ms, until_ms=wanted.until_ms)
    return joined_page(asked, size=size, before=before, recent_ms=ctx.recent_ms)


def past_batch(batch_id: str) -> Batch | None:
    """The batch, when the archive has lines of it and the caller may see them. Raises Unavailable."""
    history, mine = context().history, caller().restaurants
    # What it has never had costs nobody a look through the outbox.
    if not history.on or history.batch(tenant(), batch_id, restaurants=mine, without=Deletions()) is None:
        return None
    # Asked in this order: what the archive has been told of meanwhile is not there any more.
    without = context().outbox.deletions(tenant())
    return history.batch(tenant(), batch_id, restaurants=mine, without=without)


def past_lines(batch_id: str, wanted: LineFilter, *, size: int, after: int) -> LinePage | None:
    """Lines of such a batch; None where there is none. Raises Unavailable."""
    if past_batch(batch_id) is None:
        return None
    without = context().outbox.deletions(tenant())
    return context().history.batch_lines(tenant(), batch_id, wanted, size=size, after=after, without=without)


def delete_past_batch(batch_id: str) -> bool:
    """Have the archive forget a batch that the store has forgotten; whether it had it. Raises Unavailable when it
    cannot be told, PreconditionFailed."""
    try:
        if _present([batch_id]) or (found := past_batch(batch_id)) is None:
            return False
    except Unavailable:
        # Whatever the store is told to delete the archive hears of.
        return False
    demand(found.version)
    with suppress(Gone, NotFound):
        context().batches.delete(tenant(), batch_id)
    if past_batch(batch_id) is not None:
        raise Unavailable("The archive cannot be told of it: try again later.")
    return True


def _present(ids: Sequence[str]) -> frozenset[str]:
    """Which of these batches the store has."""
    found = set()
    for batch_id in ids:
        with suppress(Gone, NotFound):
            found.add(context().batches.get(tenant(), batch_id).id)
    return frozenset(found)
