"""Has what there is of organisations forgotten sooner: in portions, each noted in the transaction that does it."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from archive.tables import reviews, shortened
from archive.writing import by_index, put_rows

#: Reviews of one portion; a job's are not parted.
PORTION = 5_000


def shorten(connection: Connection, days: Mapping[str, int], anew: Collection[str] = ()) -> int | None:
    """The next portion of reviews that are kept for longer than `days` says of whose; how many. None: there is none.

    What was gone through is not again, unless `days` says something else or it is one of `anew`.
    """
    noted = {row.tenant: (row.days, row.upto) for row in connection.execute(select(shortened))}
    for tenant in [tenant for tenant in noted if not days.get(tenant) or tenant in anew]:
        connection.execute(delete(shortened).where(shortened.c.tenant == tenant))
        del noted[tenant]
    for tenant, most in days.items():
        at, upto = noted.get(tenant, (0, ""))
        if most and (at != most or upto is not None):
            return _portion(connection, tenant, most, upto if at == most else "")
    return None


def _portion(connection: Connection, tenant: str, days: int, after: str) -> int:
    by_index(connection)
    job_id = reviews.c.job_id
    which = and_(reviews.c.tenant == tenant, job_id > after)
    last = select(job_id).where(which).order_by(job_id).offset(PORTION - 1).limit(1)
    upto = connection.execute(last).scalar()
    if upto is not None:
        which = and_(which, job_id <= upto)
    end = _end(connection, days)
    later = or_(reviews.c.forget_at.is_(None), reviews.c.forget_at > end)
    changed = connection.execute(update(reviews).where(which, later).values(forget_at=end)).rowcount
    put_rows(connection, shortened, [(tenant, days, upto)], "days = excluded.days, upto = excluded.upto")
    return changed


def _end(connection: Connection, days: int) -> ColumnElement[Any]:
    """So many times 24 hours after a review's end."""
    if connection.dialect.name == "sqlite":
        # Times are texts there, which SQLAlchemy reads with all six digits.
        return func.strftime("%Y-%m-%d %H:%M:%f", reviews.c.finished_at, f"+{days} days").concat("000")
    # Days would be those of the session's time zone, of 23 and 25 hours, too.
    return reviews.c.finished_at + func.make_interval(0, 0, 0, 0, 24 * days)
