"""Days of organisations whose reviews have changed, for whoever keeps them elsewhere to write anew."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, Engine, delete, literal, select

from archive.tables import changed_days, reviews
from archive.writing import put_rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """A day with a change."""

    tenant: str
    day: date
    #: How often it was changed since it was last written.
    times: int


def mark(connection: Connection, days: Iterable[tuple[str, date]]) -> None:
    """These days of organisations are changed in this transaction."""
    rows = [(tenant, day, 1) for tenant, day in sorted(set(days))]
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
        """It is written as it was when `changed` told it; if it was changed since then, it stays to be written."""
        same = [getattr(changed_days.c, name) == getattr(day, name) for name in ("tenant", "day", "times")]
        with self._writes.begin() as connection:
            connection.execute(delete(changed_days).where(*same))

    def mark_all(self) -> None:
        """All that there is is to be written."""
        with self._writes.begin() as connection:
            connection.execute(delete(changed_days))
            all_days = select(*_DAY, literal(1)).distinct()
            connection.execute(changed_days.insert().from_select(["tenant", "day", "times"], all_days))


_DAY = (reviews.c.tenant, reviews.c.day)
