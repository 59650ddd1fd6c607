"""Batches as far as the archive has their lines, these lines, and those that are about a restaurant."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from datetime import date

import orjson
from sqlalchemy import ColumnElement, Connection, RowMapping, String, cast, func, or_, select

from archive.past_job import job_of, result_of
from archive.reading import whole
from archive.review import Review
from archive.tables import ENDS, LINES, batches, reviews
from archive.times import in_utc, ms_of, time_of
from jobs.batch import Batch, BatchFilter
from jobs.batch_status import BatchStatus
from jobs.history import Deletions, Found, PastLine
from jobs.job import Status
from jobs.judgements import DayRange
from jobs.line import ERASED, PLACES, Line, LineFilter, LinePage, erased_line, error_line, place_of_line, success_line
from jobs.request import JobRequest, Priority
from store.sealing import Sealing

_Place = tuple[int, str]
#: As `jobs.line.place_of_line` has it.
_PLACE: ColumnElement[str] = reviews.c.batch_id + "." + func.substr(cast(2 * PLACES - reviews.c.line, String), 2)


def batch_of(
    connection: Connection, tenant: str, batch_id: str, *, restaurants: Set[str], without: Deletions
) -> Batch | None:
    """The batch, if it is about these restaurants alone; none: whatever it is about."""
    asked = select(batches).where(batches.c.tenant == tenant, batches.c.batch_id == batch_id)
    row = connection.execute(asked).mappings().first()
    if row is None or without.all or batch_id in without.ids or _foreign(connection, tenant, [batch_id], restaurants):
        return None
    return _batch(row, without)


def batches_page(
    connection: Connection, tenant: str, wanted: BatchFilter, *, collation: str, size: int, before: _Place | None,
    authors: Sequence[str], without: Deletions,
) -> Found[Batch]:  # fmt: skip
    """Up to `size` batches, newest first. `collation`: that in which Redis sorts. `authors`: the digests of the one
    that is wanted, if any is."""
    place, at = batches.c.batch_id.collate(collation), batches.c.created_at
    own = [batches.c.tenant == tenant, *_wanted(tenant, wanted, authors)]
    if before is not None:
        own += [at < time_of(before[0] + 1), or_(at < time_of(before[0]), place < before[1])]
    asked = select(batches).where(*own).order_by(at.desc(), place.desc()).limit(size)
    found = [_batch(row, without) for row in connection.execute(asked).mappings()]
    hidden = _foreign(connection, tenant, [each.id for each in found], wanted.restaurants) | without.ids
    # One that was erased meanwhile is no batch's any more.
    shown = [each for each in found if each.id not in hidden and wanted.restaurant in (None, each.request.restaurant)]
    return Found(
        items=[] if without.all else shown,
        next=(found[-1].created_at, found[-1].id) if len(found) == size else None,
    )


def _wanted(tenant: str, wanted: BatchFilter, authors: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    if wanted.restaurant is not None:
        yield batches.c.restaurant == wanted.restaurant
    if wanted.status is not None:
        canceled = batches.c.canceled > 0
        yield canceled if wanted.status is BatchStatus.CANCELED else ~canceled
    if authors:
        theirs = (reviews.c.tenant == tenant, reviews.c.author_digest.in_(authors))
        yield batches.c.batch_id.in_(select(reviews.c.batch_id).where(*theirs, reviews.c.batch_id.is_not(None)))
    if wanted.since_ms is not None:
        yield batches.c.created_at >= time_of(wanted.since_ms)
    if wanted.until_ms is not None:
        yield batches.c.created_at < time_of(wanted.until_ms + 1)


def _batch(row: RowMapping, without: Deletions) -> Batch:
    """Of what was asked of it as a whole no more is known than its restaurant."""
    restaurant = row["restaurant"]
    return Batch(
        id=row["batch_id"],
        tenant=row["tenant"],
        status=BatchStatus.CANCELED if row["canceled"] else BatchStatus.COMPLETED,
        request=JobRequest(
            priority=Priority.BULK, restaurant=None if restaurant in without.restaurants else restaurant
        ),
        cancel_requested=row["canceled"] > 0,
        created_at=ms_of(in_utc(row["created_at"])),
        finished_at=ms_of(in_utc(row["finished_at"])),
        **{name: row[name] for name in ("total", *ENDS)},
    )


def lines_of(
    connection: Connection, tenant: str, batch_id: str, wanted: LineFilter, *which: ColumnElement[bool],
    size: int, after: int, authors: Sequence[str], without: Deletions, sealing: Sealing,
) -> LinePage:  # fmt: skip
    """Up to `size` of a batch's lines behind line `after`, in order. `authors`: as of `batches_page`."""
    own = [reviews.c.batch_id == batch_id, reviews.c.line > after, *which]
    if wanted.status is not None:
        own.append(reviews.c.status == wanted.status.value)
    if authors:
        own.append(reviews.c.author_digest.in_(authors))
    found = whole(connection, tenant, *own, sealing=sealing, order=(reviews.c.line,), most=size)
    return LinePage(
        rows=[_row(each) for each in found if not _deleted(without, each)],
        next=found[-1].line if len(found) == size else None,
    )


def lines_about(
    connection: Connection, tenant: str, restaurant: str, days: DayRange, *which: ColumnElement[bool],
    collation: str, size: int, before: _Place, restaurants: Set[str], without: Deletions, most: int,
    sealing: Sealing,
) -> Found[PastLine]:  # fmt: skip
    """Up to `size` judged lines about a restaurant, those sent last first; `most` are looked at.

    `restaurants`: only those of batches that are about these alone; none: any. `collation`: that in which Redis sorts.
    """
    place, at = _PLACE.collate(collation), reviews.c.created_at
    order = (at.desc(), place.desc())
    # `LINES` says which index has them.
    own = [LINES, reviews.c.tenant == tenant, reviews.c.restaurant == restaurant, *which]
    own += [at < time_of(before[0] + 1), or_(at < time_of(before[0]), place < before[1])]
    looked_at = select(at, place).where(*own).order_by(*order).offset(most - 1).limit(1)
    end = next(((in_utc(row[0]), row[1]) for row in connection.execute(looked_at)), None)
    if end is not None:
        own += [at >= end[0], or_(at > end[0], place >= end[1])]
    first, last = (date.fromisoformat(day) for day in (days.first, days.last))
    judged = (reviews.c.status == Status.SUCCEEDED.value, reviews.c.day.between(first, last))
    found = whole(connection, tenant, *own, *judged, sealing=sealing, order=order, most=size)
    hidden = _foreign(connection, tenant, sorted({str(each.batch_id) for each in found}), restaurants)
    shown = [each for each in found if not (each.erased or each.batch_id in hidden or _deleted(without, each))]
    if len(found) == size:
        end = (found[-1].created_at, place_of_line(str(found[-1].batch_id), found[-1].line))
    return Found(items=[_past_line(each) for each in shown], next=None if end is None else (ms_of(end[0]), end[1]))


def _foreign(connection: Connection, tenant: str, ids: Sequence[str], restaurants: Set[str]) -> Set[str]:
    """Which of these batches have lines about others than these restaurants; none where any may be seen."""
    if not ids or not restaurants:
        return frozenset()
    others = or_(reviews.c.restaurant.is_(None), reviews.c.restaurant.not_in(sorted(restaurants)))
    theirs = (reviews.c.tenant == tenant, reviews.c.batch_id.in_(ids), others)
    return set(connection.execute(select(reviews.c.batch_id).distinct().where(*theirs)).scalars())


def _deleted(without: Deletions, line: Review) -> bool:
    return without.cover(str(line.batch_id), author_digest=line.author_digest, restaurant=line.restaurant)


def _past_line(review: Review) -> PastLine:
    return PastLine(
        batch_id=str(review.batch_id), line=review.line, created_at=ms_of(review.created_at), row=_row(review)
    )


def _row(review: Review) -> bytes:
    """The line as its batch's results have it."""
    job, line = (
        job_of(review),
        Line(number=review.line, custom_id=review.custom_id, warnings=tuple(orjson.loads(review.warnings or "[]"))),
    )
    if review.erased:
        return erased_line(replace(line, problem=ERASED), job.request)
    if job.error is None:
        return success_line(line, job.request, result_of(review) or b"null", job.model)
    return error_line(line, job.request, job.error.code, job.error.message, job.model)
