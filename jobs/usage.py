"""What was used, as one bills by it: requests when they are accepted, reviews when they are judged."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """What of an outcome counts for one restaurant: reviews with a result, their sentences and code points."""

    restaurant: str | None = None
    reviews: int = 0
    sentences: int = 0
    characters: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageRow:
    """What one organisation used on one day (UTC) for one restaurant, with one model."""

    tenant: str
    #: `YYYY-MM-DD`.
    day: str
    restaurant: str | None = None
    #: `name/version`; None where nothing was judged: requests are counted so.
    model: str | None = None
    #: Calls that made jobs or a batch, and tasks of Celery clients.
    requests: int = 0
    #: Reviews with a result, of jobs and of batches.
    reviews: int = 0
    sentences: int = 0
    characters: int = 0


#: The columns of a table of them.
COLUMNS = tuple(field.name for field in fields(UsageRow))
#: How a month is written.
MONTH = re.compile(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])")


def month_of(text: str) -> str:
    """`text` when it is a month such as `2026-11`. Raises ValueError."""
    if not MONTH.fullmatch(text):
        raise ValueError("should be a month such as 2026-11")
    return text


def usage_csv(rows: Sequence[UsageRow]) -> str:
    """The rows as CSV with a head."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    writer.writerows([getattr(row, name) for name in COLUMNS] for row in rows)
    return table.getvalue()


def summed(parts: Sequence[Used]) -> tuple[Used, ...]:
    """One for each restaurant."""
    found: dict[str | None, Used] = {}
    for part in parts:
        old = found.get(part.restaurant, Used())
        found[part.restaurant] = Used(
            restaurant=part.restaurant,
            reviews=old.reviews + part.reviews,
            sentences=old.sentences + part.sentences,
            characters=old.characters + part.characters,
        )
    return tuple(found.values())
