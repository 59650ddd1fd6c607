"""The archive as the API reads it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import SQLAlchemyError

from archive.schema import check, may_be_there, open_archive, words
from archive.tables import daily
from jobs.errors import SettingsError, Unavailable
from jobs.judgements import Days
from jobs.settings import Settings

log = logging.getLogger(__name__)


class ArchiveHistory:
    """See `jobs.history.History`. It changes nothing, and makes no tables: before `kritiq archive` has, it is empty."""

    def __init__(self, engine: Engine) -> None:
        """`engine`: of `open_archive`, to read only."""
        self._engine = engine
        self._ready = False

    def judgements(self, tenant: str, restaurant: str, *, first: str, last: str) -> Days:
        """As `jobs.store.Queries.judgements`, of all that is kept."""
        own = (daily.c.tenant == tenant, daily.c.restaurant == restaurant)
        days = daily.c.day.between(date.fromisoformat(first), date.fromisoformat(last))
        asked = select(daily.c.day, daily.c.aspect, daily.c.polarity, daily.c.sentences).where(*own, days)
        found: dict[str, dict[str, dict[str, int]]] = {}
        with self._reading() as connection:
            for day, aspect, polarity, sentences in connection.execute(asked) if connection is not None else ():
                found.setdefault(day.isoformat(), {}).setdefault(aspect, {})[polarity] = sentences
        return found

    def restaurants(self, tenant: str, *, size: int, after: str = "") -> list[str]:
        """As `jobs.store.Queries.restaurants`, of all that is kept."""
        # By bytes, as Redis sorts, whatever the database's language.
        name = daily.c.restaurant.collate("C" if self._engine.dialect.name == "postgresql" else "BINARY")
        asked = select(name).distinct().where(daily.c.tenant == tenant, name > after).order_by(name).limit(size)
        with self._reading() as connection:
            return [] if connection is None else list(connection.execute(asked).scalars())

    def close(self) -> None:
        """End its connections."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection | None]:
        """A transaction; None as long as there is no archive to read."""
        try:
            if not self._there():
                yield None
                return
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            # What a driver says may name the database's host: it is not the client's.
            log.warning("the archive cannot be read: %s", words(error))
            raise Unavailable("The archive cannot be read.") from error

    def _there(self) -> bool:
        if not self._ready:
            if not may_be_there(self._engine):
                return False
            try:
                check(self._engine)
            except SettingsError as error:
                log.warning("%s", error)
            else:
                self._ready = True
        return self._ready


def open_history(settings: Settings) -> ArchiveHistory:
    """The archive that the settings name; no connection is made. Raises SettingsError."""
    return ArchiveHistory(open_archive(settings, read_only=True))
