"""Writes the archive: each step whole or not at all, together with how far in the outbox it leads."""

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import SQLAlchemyError

from archive import meanwhile
from archive.added import Step, steps
from archive.cards import Cards, put_cards
from archive.changes import Change
from archive.migrations import check_schema
from archive.shortening import shorten
from archive.tables import progress
from archive.transaction import Transaction, writing
from jobs.errors import KritiqError, SettingsError
from store.sealing import PLAIN, Sealing

#: Reviews that are forgotten in one step.
MOST_FORGOTTEN = 5_000


class Moved(KritiqError):
    """Somebody else has written the archive meanwhile."""

    permanent = False


def _nobody(place: str, reviews: int) -> None:
    """Is told how many reviews an erasure deletes."""


class Sink:
    """The database. Every call raises sqlalchemy.exc.SQLAlchemyError when it does not answer or refuses, and
    SettingsError when another version of Kritiq has made its tables."""

    def __init__(
        self, engine: Engine, sealing: Sealing = PLAIN, *, erased: Callable[[str, int], None] = _nobody
    ) -> None:
        """`sealing`: how what guests wrote is encrypted. `erased` is told the place of an erasure in the outbox, and
        how many reviews it deletes, before that is so; it may raise Unavailable."""
        self._engine, self._sealing, self._erased = engine, sealing, erased

    def place(self) -> str:
        """Up to where in the outbox it has everything."""
        with self._engine.begin() as connection:
            schema, place = connection.execute(select(progress.c.schema, progress.c.place)).one()
        check_schema(schema)
        return str(place)

    def steps(self, changes: Sequence[Change]) -> list[Step]:
        """Changes made ready for `apply`, by any thread. Raises TextKeyMissing."""
        return list(steps(changes, self._engine.dialect.name, self._sealing))

    def apply(self, changes: Sequence[Change | Step], *, after: str, to: str) -> None:
        """Make `changes` in their order, which lead from one place in the outbox to another.

        Raises Moved when it is not at `after` any more, TextKeyMissing, Unavailable: then nothing is changed.
        """
        made = list(steps(changes, self._engine.dialect.name, self._sealing))
        with writing(self._engine) as (connection, place):
            if place != after:
                raise Moved
            connection.execute(update(progress).values(place=to))
            Transaction(connection, self._sealing, self._erased).make(made)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """For what is in no outbox: its place stays as it is."""
        with writing(self._engine) as (connection, _):
            yield Transaction(connection, self._sealing, self._erased)

    @contextmanager
    def importing(self, tenant: str) -> Iterator[str]:
        """The name of an import, which runs until the end: what is deleted meanwhile its transactions are told."""
        name = uuid.uuid4().hex
        with writing(self._engine) as (connection, _):
            meanwhile.begin(connection, name, tenant, datetime.now(UTC))
        try:
            yield name
        finally:
            # Of one that cannot say so it is known in a day.
            with suppress(SQLAlchemyError, SettingsError), writing(self._engine) as (connection, _):
                meanwhile.end(connection, name)

    def shorten(self, days: Mapping[str, int], anew: Collection[str] = ()) -> int | None:
        """See `archive.shortening.shorten`."""
        with writing(self._engine) as (connection, _):
            return shorten(connection, days, anew)

    def know(self, cards: Cards) -> None:
        """See `archive.cards.put_cards`."""
        with writing(self._engine) as (connection, _):
            put_cards(connection, cards)

    def forget(self, now: datetime) -> int:
        """Delete reviews whose time is over, at most `MOST_FORGOTTEN`; how many."""
        with self.transaction() as made:
            return made.forget(now, MOST_FORGOTTEN)
