"""A month, and those around it."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

_SPELLED = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """A month of a year."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Of `2026-10`. Raises ValueError."""
        found = _SPELLED.fullmatch(text)
        if found is None or not (1 <= int(found[2]) <= 12 and int(found[1]) > 1):
            raise ValueError("should be a month such as 2026-10")
        return cls(year=int(found[1]), number=int(found[2]))

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    def before(self, months: int = 1) -> "Month":
        """The month so many months earlier."""
        day = self.first
        for _ in range(months):
            day = (day - timedelta(days=1)).replace(day=1)
        return Month(year=day.year, number=day.month)
