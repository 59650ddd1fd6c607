"""The judged reviews of a restaurant, those sent last first: single ones, and lines of batches, in one list."""

import time
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
from jobs.line import LineFilter, LineStatus
from jobs.request import Form
from jobs.seam import page as job_page
from jobs.stored import JobFilter
from jobs.timestamp import rfc3339

_Place = tuple[int, str]
#: Batches that one page looks at: each is some chunks to read.
MOST_BATCHES = 20
#: More lines than any batch has.
_LINES = 10**7


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Some reviews, and the place after which the next ones begin; None at the end."""

    reviews: list[Mapping[str, Any]]
    next: _Place | None


def reviews_of(restaurant: str, days: DayRange, *, size: int, before: _Place | None) -> Found:
    """Up to `size` of them that count for these days; fewer when many were looked at.

    Single ones are all that is kept, in the archive too; lines of batches are there as long as their batch. Raises
    Unavailable.
    """
    ctx = context()
    wanted = JobFilter(
        status=Status.SUCCEEDED, restaurant=restaurant, restaurants=caller().restaurants, days=days
    )  # fmt: skip
    jobs = job_page(
        ctx.store, ctx.history, lambda: ctx.outbox.deletions(tenant()), tenant(), wanted, size=size, before=before,
        recent_ms=int((time.time() - ctx.settings.result_ttl_s) * 1000),
    )  # fmt: skip
    lines, lines_end = _lines(ctx, restaurant, days, size=size, before=before)
    single = {(job.created_at, job.id): job for job in jobs.jobs}
    # Where one of the two ends for now, the other may be far behind.
    end = max((each for each in (jobs.next, lines_end) if each is not None), default=None)
    places = [place for place in sorted({*single, *lines}, reverse=True) if end is None or place >= end]
    if len(places) > size:
        places = places[:size]
        end = places[-1]
    found = (_single(ctx, single[place]) if place in single else lines[place] for place in places)
    return Found(reviews=[review for review in found if review is not None], next=end)


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
            found |= {_place(batch, row["line"]): _of_batch(batch, row) for row in map(orjson.loads, page.rows)}
            if page.next is not None:
                return found, _place(batch, page.next)
        if len(found) >= size:
            return found, (batch.created_at, batch.id)
    return found, batches.next


def _of_batch(batch: Batch, row: Mapping[str, Any]) -> Mapping[str, Any]:
    shown = ("line", "custom_id", "restaurant", "reviewed_at", "external_author", "metadata", "model", "result")
    head = {"job_id": None, "batch_id": batch.id, "created_at": rfc3339(batch.created_at)}
    return {**head, **{name: row.get(name) for name in shown}}


def _place(batch: Batch, line: int) -> _Place:
    """Where a line stands among all that was sent: lines of a batch follow each other in their order."""
    return (batch.created_at, f"{batch.id}.{_LINES - line:07}")


def _after(batch: Batch, before: _Place | None) -> int:
    """The line of `batch` behind which a page begins that begins behind `before`."""
    if before is None or before[0] != batch.created_at or not before[1].startswith(f"{batch.id}."):
        return 0
    left = before[1].removeprefix(f"{batch.id}.")
    return max(0, _LINES - int(left)) if left.isdigit() and len(left) < 9 else 0
