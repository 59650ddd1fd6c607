"""Jobs that have ended, made ready for the database while it writes others: a database has a core to itself."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from sqlalchemy import Connection

from archive.changes import Change, Delete, Erase, Put, Say, TakeBack
from archive.copied import Blocks
from archive.corrections import put_corrections
from archive.review import Review
from archive.rows import Row, feedback_rows, opinion_rows, review_row, sentence_rows
from archive.sealing import sealed
from archive.sums import Sums
from archive.tables import opinions, reviews, sentences
from archive.writing import add_rows, copy_blocks
from store.sealing import Sealing


@dataclass(frozen=True, kw_only=True, slots=True)
class Added:
    """Some `Put`s in a row, of which each job is in one."""

    #: Organisation and id of those that are a review each: the database itself refuses them where they are there.
    single: Sequence[tuple[str, str]]
    #: Of others, whose lines may have been other ones before.
    others: Sequence[tuple[str, str]]
    #: What there is of them: as COPY reads it, or else as it is.
    rows: Blocks | Sequence[Review]
    #: What had been said of them; of what has just ended nothing has.
    feedback: Sequence[Row]
    sums: Sums
    days: Collection[tuple[str, date]]

    def write(self, connection: Connection) -> None:
        """Add the rows. Raises sqlalchemy.exc.IntegrityError where one is there, and others of its errors."""
        rows = self.rows
        put_corrections(connection, self.feedback)
        if isinstance(rows, Blocks):
            copy_blocks(connection, reviews, rows.reviews)
            copy_blocks(connection, sentences, rows.sentences)
            copy_blocks(connection, opinions, rows.opinions)
            return
        add_rows(connection, reviews, map(review_row, rows))
        add_rows(connection, sentences, chain.from_iterable(map(sentence_rows, rows)))
        add_rows(connection, opinions, chain.from_iterable(map(opinion_rows, rows)))


#: What a transaction does, one after the other.
Step = Added | Delete | Erase | Say | TakeBack


def steps(changes: Sequence[Change | Step], dialect: str, sealing: Sealing) -> Iterator[Step]:
    """Changes in their order; `dialect` is the database's, as SQLAlchemy calls it. Raises TextKeyMissing."""
    waiting: dict[tuple[str, str], Put] = {}
    for change in changes:
        if isinstance(change, Put):
            # The last of several for one job counts.
            waiting[change.tenant, change.job_id] = change
            continue
        if waiting:
            yield _added(waiting, dialect, sealing)
            waiting = {}
        yield change
    if waiting:
        yield _added(waiting, dialect, sealing)


def _added(puts: Mapping[tuple[str, str], Put], dialect: str, sealing: Sealing) -> Added:
    found = [sealed(review, sealing) for put in puts.values() for review in put.reviews]
    single = {job for job, put in puts.items() if len(put.reviews) == 1 and not put.reviews[0].line}
    sums = Sums()
    sums.add(found)
    return Added(
        single=sorted(single),
        others=sorted(puts.keys() - single),
        feedback=[row for review in found if review.feedback for row in feedback_rows(review)],
        rows=Blocks(found) if dialect == "postgresql" else found,
        sums=sums,
        days={(review.tenant, review.day) for review in found},
    )
