"""What guests said of a restaurant, in sentences by day, aspect and polarity, and sums of it."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

#: Aspect -> polarity -> sentences.
Counts = Mapping[str, Mapping[str, int]]
#: Day, `YYYY-MM-DD` -> what was said of it.
Days = Mapping[str, Counts]


class Step(StrEnum):
    """How long the periods of a trend are. Weeks begin on Mondays."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """What was said from the day `first` to the day `last`, both included."""

    first: date
    last: date
    aspects: Counts


@dataclass(frozen=True, kw_only=True, slots=True)
class DayRange:
    """Days from the first to the last, both included, `YYYY-MM-DD`."""

    first: str
    last: str

    def __contains__(self, day: str) -> bool:
        return self.first <= day <= self.last


def together(days: Days) -> dict[str, dict[str, int]]:
    """The sum over all days."""
    sums: dict[str, dict[str, int]] = defaultdict(dict)
    for counts in days.values():
        for aspect, polarities in counts.items():
            for polarity, sentences in polarities.items():
                sums[aspect][polarity] = sums[aspect].get(polarity, 0) + sentences
    return dict(sums)


def periods(days: Days, first: date, last: date, step: Step) -> list[Period]:
    """The sums of each period from `first` to `last`, those without a sentence too. The outer ones may be shorter."""
    dated = {date.fromisoformat(day): counts for day, counts in days.items()}
    return [
        Period(
            first=begin,
            last=end,
            aspects=together({day.isoformat(): counts for day, counts in dated.items() if begin <= day <= end}),
        )
        for begin, end in spans(first, last, step)
    ]


def spans(first: date, last: date, step: Step) -> Iterator[tuple[date, date]]:
    """First and last day of each period between two days."""
    begin = first
    while begin <= last:
        end = min(last, _end(begin, step))
        yield begin, end
        if end == date.max:
            return
        begin = end + timedelta(days=1)


def _end(day: date, step: Step) -> date:
    """The last day of the period that `day` is in."""
    match step:
        case Step.DAY:
            return day
        case Step.WEEK:
            return day + min(timedelta(days=6 - day.weekday()), date.max - day)
        case Step.MONTH:
            return day.replace(day=monthrange(day.year, day.month)[1])
