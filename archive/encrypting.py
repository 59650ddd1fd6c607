"""Encrypts what was archived in plain before encryption was turned on, when the operator asks for it."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Engine, Table, and_, literal, not_, or_, select, tuple_, update

from archive.corrections import hide_people
from archive.days import mark
from archive.reading import FIELDS, PAGE, with_sentences
from archive.review import Review
from archive.sealing import HIDDEN, sealed
from archive.sums import Sums
from archive.tables import reviews, sentences
from archive.transaction import writing
from store.sealing import Sealing


def encrypt(engine: Engine, sealing: Sealing, tenant: str) -> Iterator[int]:
    """Encrypt an organisation's reviews, and who said what of them; how many reviews were in plain, after each
    transaction.

    They are changed where they lie: sums, times and what is deleted meanwhile stay as they are. Raises
    sqlalchemy.exc.SQLAlchemyError, TextKeyMissing.
    """
    order, kept_in = (reviews.c.job_id, reviews.c.line), reviews.c.metadata
    asked = select(*FIELDS).where(reviews.c.tenant == tenant, or_(kept_in.is_(None), not_(kept_in.like('"%'))))
    asked = asked.order_by(*order).limit(PAGE)
    after = ("", -1)
    with writing(engine) as (connection, _):
        hide_people(connection, tenant, sealing)
    while True:
        behind = tuple_(*order) > tuple_(*map(literal, after))
        with writing(engine) as (connection, _):
            rows = connection.execute(asked.where(behind)).mappings().all()
            found = [(review, sealed(review, sealing)) for review in with_sentences(connection, tenant, rows, None)]
            changed = [(review, kept) for review, kept in found if kept is not review]
            mark(connection, ((tenant, review.day) for review, _ in changed))
            sums = Sums()
            for review, kept in changed:
                if review.author_digest is not None and kept.author_digest is not None:
                    sums.rename(tenant, review.author_digest, kept.author_digest)
                values = {name: getattr(kept, name) for name in (*HIDDEN, "author_digest")}
                connection.execute(update(reviews).where(_of(review, reviews)).values(values))
                connection.execute(update(sentences).where(_of(review, sentences)).values(text=None))
            sums.write(connection)
        yield len(changed)
        if len(rows) < PAGE:
            return
        after = (rows[-1]["job_id"], rows[-1]["line"])


def _of(review: Review, table: Table) -> ColumnElement[bool]:
    """The review's rows of a table."""
    return and_(*(table.c[name] == getattr(review, name) for name in ("tenant", "job_id", "line")))
