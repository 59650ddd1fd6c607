"""Days of organisations whose reviews have changed, for whoever keeps them elsewhere to write anew."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, Engine, delete, select, true, update

from archive.tables import changed_days, progress, reviews
from archive.writing import put_rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """A day with a change."""

    tenant: str
    day: date
    #: Another one after every change.
    times: int


def mark(connection: Connection, days: Iterable[tuple[str, date]]) -> None:
    """These days of organisations are changed in this transaction."""
    # A mark that is made anew is none that was there before.
    times = secrets.randbelow(2**30)
    rows = [(tenant, day, times) for tenant, day in sorted(set(days))]
    put_rows(connection, changed_days, rows, f"times = {changed_days.name}.times + 1")


def days_of(connection: Connection, which: ColumnElement[bool]) -> list[tuple[str, date]]:
    """The days of these reviews."""
    return [(tenant, day) for tenant, day in connection.execute(select(*_DAY).distinct().where(which))]


class Days:
    """Which are to be written. Every call raises sqlalchemy.exc.SQLAlchemyError."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._writes = engine, engine.execution_options(writes=True)

    def changed(self, most: int) -> list[Changed]:
        """Some of them, the newest first."""
        asked = select(changed_days).order_by(changed_days.c.day.desc(), changed_days.c.tenant).limit(most)
        with self._engine.begin() as connection:
            return [Changed(**row) for row in connection.execute(asked).mappings()]

    def written(self, day: Changed) -> None:
        """It is written as it was when `changed` told it; if it was changed since then, it stays to be written.

        So it does if somebody else has written it meanwhile: what they wrote may be newer, and is not there any more.
        """
        same = [getattr(changed_days.c, name) == getattr(day, name) for name in ("tenant", "day", "times")]
        with self._writes.begin() as connection:
            if connection.execute(delete(changed_days).where(*same)).rowcount != 1:
                mark(connection, [(day.tenant, day.day)])

    def folder(self) -> str | None:
        """The name of the folder that `mark_all` was last asked for."""
        with self._engine.begin() as connection:
            found = connection.execute(select(progress.c.files)).scalar_one()
        return None if found is None else str(found)

    def mark_all(self, folder: str, also: Iterable[tuple[str, date]]) -> None:
        """All days that there are, and others, are to be written into the folder that has this name."""
        with self._writes.begin() as connection:
            # First, as whoever writes the archive does: no two wait for each other.
            connection.execute(update(progress).values(files=folder))
            mark(connection, [*days_of(connection, true()), *also])


_DAY = (reviews.c.tenant, reviews.c.day)
