"""The judged reviews of a restaurant, those sent last first: single ones, and lines of batches, in one list."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson

from api.http.context import Context, caller, context, tenant
from api.jobs.past import past
from jobs.batch import Batch, BatchFilter
from jobs.errors import Gone, NotFound
from jobs.job import Job, Status
from jobs.judgements import DayRange
from jobs.line import PLACES, LineFilter, LineStatus, place_of_line
from jobs.request import Form
from jobs.seam import page as job_page
from jobs.seam import seam_of
from jobs.stored import JobFilter
from jobs.timestamp import rfc3339

_Place = tuple[int, str]
#: Batches that one page looks at: each is some chunks to read.
MOST_BATCHES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Some reviews, and the place after which the next ones begin; None at the end."""

    reviews: list[Mapping[str, Any]]
    next: _Place | None


def reviews_of(restaurant: str, days: DayRange, *, size: int, before: _Place | None) -> Found:
    """Up to `size` of them that count for these days; fewer when many were looked at.

    They are all that is kept, in the archive too. Raises Unavailable.
    """
    ctx = context()
    recent_ms = ctx.recent_ms
    wanted = JobFilter(
        status=Status.SUCCEEDED, restaurant=restaurant, restaurants=caller().restaurants, days=days
    )  # fmt: skip
    jobs = job_page(
        ctx.store, ctx.history, lambda: ctx.outbox.deletions(tenant()), tenant(), wanted, size=size, before=before,
        recent_ms=recent_ms,
    )  # fmt: skip
    lines, lines_end = _lines(ctx, restaurant, days, size=size, before=before)
    single = {(job.created_at, job.id): job for job in jobs.jobs}
    # Where one of them ends for now, another may be far behind.
    end = _last(jobs.next, lines_end)
    seam = seam_of(recent_ms)
    if ctx.history.on and (end is None or end < seam):
        reached = min(before or seam, seam)
        past, past_end = _past_lines(ctx, restaurant, days, size=size, before=reached)
        # What Redis has is for it to tell.
        lines, end = past | lines, _last(end, past_end)
    places = [place for place in sorted({*single, *lines}, reverse=True) if end is None or place >= end]
    if len(places) > size:
        places = places[:size]
        end = places[-1]
    found = (_single(ctx, single[place]) if place in single else lines[place] for place in places)
    return Found(reviews=[review for review in found if review is not None], next=end)


def _last(*ends: _Place | None) -> _Place | None:
    return max((each for each in ends if each is not None), default=None)


def _single(ctx: Context, job: Job) -> Mapping[str, Any] | None:
    """None for one that is gone meanwhile, or that was judged for the old call."""
    stored = None
    with suppress(Gone, NotFound):
        stored = ctx.store.get(tenant(), job.id)
    stored = stored or past(job.id)
    if stored is None or stored.result is None or stored.job.request.form is not Form.V1:
        return None
    return {
        "job_id": job.id,
        "batch_id": None,
        "line": None,
        "custom_id": None,
        "created_at": rfc3339(job.created_at),
        **job.request.described(),
        "model": stored.job.model,
        "result": orjson.Fragment(stored.result),
    }


def _lines(
    ctx: Context, restaurant: str, days: DayRange, *, size: int, before: _Place | None
) -> tuple[dict[_Place, Mapping[str, Any]], _Place | None]:
    """Lines of batches by their places, and where to go on; None when there are no more."""
    found: dict[_Place, Mapping[str, Any]] = {}
    about = BatchFilter(about=restaurant, restaurants=caller().restaurants)
    batches = ctx.batches.page(tenant(), about, size=MOST_BATCHES, before=before)
    for batch in batches.found:
        after = _after(batch, before)
        wanted = LineFilter(
            status=LineStatus.SUCCEEDED, restaurant=restaurant, days=days, undated=str(rfc3339(batch.created_at))
        )
        with suppress(Gone):
            page = ctx.batches.line_page(batch, wanted, size=size - len(found), after=after)
            found |= {
                _place(batch, row["line"]): _of_batch(batch.id, batch.created_at, row)
                for row in map(orjson.loads, page.rows)
            }
            if page.next is not None:
                return found, _place(batch, page.next)
        if len(found) >= size:
            return found, (batch.created_at, batch.id)
    return found, batches.next


def _past_lines(
    ctx: Context, restaurant: str, days: DayRange, *, size: int, before: _Place
) -> tuple[dict[_Place, Mapping[str, Any]], _Place | None]:
    """The same of what the archive has."""
    # Asked behind the store: what the archive has been told of meanwhile is not there any more.
    found = ctx.history.lines_about(
        tenant(), restaurant, days, size=size, before=before, restaurants=caller().restaurants,
        without=ctx.outbox.deletions(tenant()),
    )  # fmt: skip
    lines = {
        (each.created_at, place_of_line(each.batch_id, each.line)): _of_batch(
            each.batch_id, each.created_at, orjson.loads(each.row)
        )
        for each in found.items
    }
    return lines, found.next


def _of_batch(batch_id: str, created_at: int, row: Mapping[str, Any]) -> Mapping[str, Any]:
    shown = ("line", "custom_id", "restaurant", "reviewed_at", "external_author", "metadata", "model", "result")
    head = {"job_id": None, "batch_id": batch_id, "created_at": rfc3339(created_at)}
    return {**head, **{name: row.get(name) for name in shown}}


def _place(batch: Batch, line: int) -> _Place:
    """Where a line stands among all that was sent: lines of a batch follow each other in their order."""
    return (batch.created_at, place_of_line(batch.id, line))


def _after(batch: Batch, before: _Place | None) -> int:
    """The line of `batch` behind which a page begins that begins behind `before`."""
    if before is None or before[0] != batch.created_at or not before[1].startswith(f"{batch.id}."):
        return 0
    left = before[1].removeprefix(f"{batch.id}.")
    return max(0, PLACES - int(left)) if left.isdigit() and len(left) < 9 else 0
