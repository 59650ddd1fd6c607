"""What a filter of jobs wants of the archive's rows."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement

from archive.tables import reviews
from archive.times import time_of
from jobs.stored import JobFilter


def by_index(wanted: JobFilter, created_at: ColumnElement[datetime]) -> Iterator[ColumnElement[bool]]:
    """What of a filter the database finds by an index."""
    if wanted.since_ms is not None:
        yield created_at >= time_of(wanted.since_ms)
    if wanted.until_ms is not None:
        yield created_at < time_of(wanted.until_ms + 1)


def by_author(digests: Sequence[str]) -> ColumnElement[bool]:
    """Reviews of somebody whom any of these stands for."""
    # Mostly there is one, whose index need not be looked into twice.
    return reviews.c.author_digest == digests[0] if len(digests) == 1 else reviews.c.author_digest.in_(digests)


def one_by_one(wanted: JobFilter) -> Iterator[ColumnElement[bool]]:
    """The rest of it, for which jobs are looked at one after the other."""
    if wanted.status is not None:
        yield reviews.c.status == wanted.status.value
    if wanted.restaurant is not None:
        yield reviews.c.restaurant == wanted.restaurant
    if wanted.model is not None:
        name, _, version = wanted.model.partition("/")
        yield reviews.c.model == name
        if version:
            yield reviews.c.model_version == version
    if wanted.error is not None:
        yield reviews.c.error_code == wanted.error
    if wanted.restaurants:
        yield reviews.c.restaurant.in_(sorted(wanted.restaurants))
    if wanted.days is not None:
        first, last = (date.fromisoformat(day) for day in (wanted.days.first, wanted.days.last))
        yield reviews.c.day.between(first, last)
