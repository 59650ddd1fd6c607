"""What people said of judgements, beside the reviews that the archive has, and for as long as it has them."""

from collections.abc import Collection, Iterator

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from archive.changes import Say, TakeBack
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
    asked = select(reviews.c.job_id, reviews.c.line, reviews.c.created_at)
    row = connection.execute(asked.where(_review(change.tenant, change.feedback.id))).first()
    if row is not None and in_utc(row.created_at) == time_of(change.made_at):
        rows = list(_rows((change.tenant, row.job_id, row.line), change.feedback, sealing))
        put_rows(connection, feedback, rows, _REPLACED)


def take_back(connection: Connection, change: TakeBack) -> None:
    """Delete it. Raises sqlalchemy.exc.SQLAlchemyError."""
    of = select(reviews.c.job_id).where(_review(change.tenant, change.id))
    which = [feedback.c.tenant == change.tenant, feedback.c.job_id.in_(of), feedback.c.line == _line(change.id)]
    if change.part is not None:
        sentence, aspect = change.part
        which += [feedback.c.sentence == sentence, feedback.c.aspect == aspect]
    connection.execute(delete(feedback).where(*which))


def forget_people(connection: Connection, tenant: str, digests: Collection[str]) -> None:
    """Delete what these people said, of whatever reviews. Raises sqlalchemy.exc.SQLAlchemyError."""
    connection.execute(delete(feedback).where(feedback.c.tenant == tenant, feedback.c.said_by_digest.in_(digests)))


def hide_people(connection: Connection, tenant: str, sealing: Sealing) -> None:
    """What stands in plain for people who said something is encrypted. Raises sqlalchemy.exc.SQLAlchemyError."""
    plain = (feedback.c.tenant == tenant, feedback.c.said_by.is_not(None))
    for person in connection.execute(select(feedback.c.said_by).distinct().where(*plain)).scalars().all():
        theirs = update(feedback).where(*plain, feedback.c.said_by == person)
        connection.execute(theirs.values(said_by=None, said_by_digest=sealing.author(tenant, person)))


def _rows(review: tuple[str, str, int], found: Feedback, sealing: Sealing) -> Iterator[Row]:
    """Its rows of `feedback`. Where texts are encrypted, who said it has a digest and no name."""
    model = found.model or {}
    for said in found.corrections:
        judged = found.sentence(said.sentence)
        name = None if sealing.on else said.by
        digest = None if said.by is None else sealing.author(review[0], said.by)
        sure = judged.aspects[said.aspect][1] if said.aspect in judged.aspects else None
        yield (
            *review, said.sentence, said.aspect, said.polarity, judged.polarity(said.aspect), sure,
            model.get("name"), model.get("version"), name, digest, time_of(said.at),
        )  # fmt: skip


def _review(tenant: str, id: str) -> ColumnElement[bool]:
    """The review that feedback with this id is on: a job, or a line of a batch."""
    name, line = id.partition("/")[0], _line(id)
    own = reviews.c.batch_id == name if line else reviews.c.job_id == name
    return and_(reviews.c.tenant == tenant, own, reviews.c.line == line)


def _line(id: str) -> int:
    return int(id.partition("/")[2] or 0)
