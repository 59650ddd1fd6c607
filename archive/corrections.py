"""What people said of judgements, beside the reviews that the archive has, and for as long as it has them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, delete, select, tuple_, update

from archive.changes import Say, TakeBack
from archive.days import days_of, mark
from archive.review import CorrectionRow
from archive.rows import Row
from archive.tables import feedback, reviews
from archive.times import in_utc, time_of
from archive.writing import put_rows
from jobs.feedback import Feedback
from store.sealing import Sealing

#: What becomes of what was said of the same aspect before.
_REPLACED = ", ".join(f"{column.name} = excluded.{column.name}" for column in feedback.c if not column.primary_key)


def say(connection: Connection, change: Say, sealing: Sealing) -> None:
    """Keep it, if the archive has the review. Raises sqlalchemy.exc.SQLAlchemyError, TextKeyMissing."""
    asked = select(reviews.c.job_id, reviews.c.line, reviews.c.day, reviews.c.created_at)
    row = connection.execute(asked.where(_review(change.tenant, change.feedback.id))).first()
    if row is not None and in_utc(row.created_at) == time_of(change.made_at):
        mark(connection, [(change.tenant, row.day)])
        put_corrections(connection, list(_rows((change.tenant, row.job_id, row.line), change.feedback, sealing)))


def put_corrections(connection: Connection, rows: Collection[Row]) -> None:
    """Rows of `feedback`, in place of what was said of the same aspects. Raises sqlalchemy.exc.SQLAlchemyError."""
    put_rows(connection, feedback, rows, _REPLACED)


def take_back(connection: Connection, change: TakeBack) -> None:
    """Delete it. Raises sqlalchemy.exc.SQLAlchemyError."""
    of = select(reviews.c.job_id).where(_review(change.tenant, change.id))
    which = [feedback.c.tenant == change.tenant, feedback.c.job_id.in_(of), feedback.c.line == _line(change.id)]
    if change.part is not None:
        sentence, aspect = change.part
        which += [feedback.c.sentence == sentence, feedback.c.aspect == aspect]
    _take(connection, and_(*which))


def forget_people(connection: Connection, tenant: str, digests: Collection[str]) -> None:
    """Delete what these people said, of whatever reviews. Raises sqlalchemy.exc.SQLAlchemyError."""
    _take(connection, and_(feedback.c.tenant == tenant, feedback.c.said_by_digest.in_(digests)))


def hide_people(connection: Connection, tenant: str, sealing: Sealing) -> None:
    """What stands in plain for people who said something is encrypted. Raises sqlalchemy.exc.SQLAlchemyError."""
    plain = (feedback.c.tenant == tenant, feedback.c.said_by.is_not(None))
    mark(connection, _days(connection, and_(*plain)))
    for person in connection.execute(select(feedback.c.said_by).distinct().where(*plain)).scalars().all():
        theirs = update(feedback).where(*plain, feedback.c.said_by == person)
        connection.execute(theirs.values(said_by=None, said_by_digest=sealing.author(tenant, person)))


def corrections_of(
    connection: Connection, tenant: str, ids: Collection[str]
) -> Mapping[tuple[str, int], tuple[CorrectionRow, ...]]:
    """What was said of these jobs and chunks, by job and line. Raises sqlalchemy.exc.SQLAlchemyError."""
    found: dict[tuple[str, int], tuple[CorrectionRow, ...]] = defaultdict(tuple)
    mine = (feedback.c.tenant == tenant, feedback.c.job_id.in_(ids))
    for _, job_id, line, *values in connection.execute(select(feedback).where(*mine).order_by(*feedback.primary_key)):
        read = CorrectionRow(*values)
        found[job_id, line] += (read._replace(at=in_utc(read.at)),)
    return found


def _take(connection: Connection, which: ColumnElement[bool]) -> None:
    """Delete what was said; the reviews that it is about have changed."""
    mark(connection, _days(connection, which))
    connection.execute(delete(feedback).where(which))


def _days(connection: Connection, which: ColumnElement[bool]) -> list[tuple[str, date]]:
    """The days of the reviews that this was said of."""
    about = (feedback.c.tenant, feedback.c.job_id, feedback.c.line)
    own = (reviews.c.tenant, reviews.c.job_id, reviews.c.line)
    return days_of(connection, tuple_(*own).in_(select(*about).where(which)))


def _rows(review: tuple[str, str, int], found: Feedback, sealing: Sealing) -> Iterator[Row]:
    """Its rows of `feedback`. Where texts are encrypted, who said it has a digest and no name."""
    model = found.model or {}
    for correction in found.corrections:
        judged = found.sentence(correction.sentence)
        name = None if sealing.on else correction.by
        digest = None if correction.by is None else sealing.author(review[0], correction.by)
        sure = judged.aspects[correction.aspect][1] if correction.aspect in judged.aspects else None
        yield (
            *review, correction.sentence, correction.aspect, correction.polarity,
            judged.polarity(correction.aspect), sure,
            model.get("name"), model.get("version"), name, digest, time_of(correction.at),
        )  # fmt: skip


def _review(tenant: str, id: str) -> ColumnElement[bool]:
    """The review that feedback with this id is on: a job, or a line of a batch."""
    name, line = id.partition("/")[0], _line(id)
    own = reviews.c.batch_id == name if line else reviews.c.job_id == name
    return and_(reviews.c.tenant == tenant, own, reviews.c.line == line)


def _line(id: str) -> int:
    return int(id.partition("/")[2] or 0)
