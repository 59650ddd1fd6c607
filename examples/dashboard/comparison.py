"""Two restaurants or two periods beside each other, aspect by aspect, without reading much into little."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from examples.dashboard import report
from examples.dashboard.scheme import ASPECTS, POLARITIES
from examples.dashboard.selection import UNNAMED, Selection, read_selection
from examples.dashboard.shares import TOO_FEW, wilson
from examples.dashboard.texts import Words

#: How many days are compared with as many before, while nobody has chosen any.
DAYS = 30

#: The names in the address of what is on the other side.
OTHER = {"restaurant": "restaurant2", "from": "from2", "to": "to2"}


@dataclass(frozen=True, kw_only=True)
class Side:
    """One aspect on one side."""

    #: The share of positive judgements; a dash where these are too few.
    share: str
    #: Where it lies in 95 of 100 cases, and of how many judgements it is; or that these are too few.
    note: str
    few: bool


@dataclass(frozen=True, kw_only=True)
class Row:
    """One aspect, or all together."""

    label: str
    one: Side
    other: Side
    #: What the one side is against the other: better, worse, no clear difference, or too few to say.
    verdict: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The whole page."""

    one: Selection
    other: Selection
    restaurants: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    #: What is odd about the choice, in words; empty when nothing is.
    odd: str
    other_language: str


def read_sides(query: Mapping[str, str], accepted: Iterable[str], today: date) -> tuple[Selection, Selection]:
    """What to compare with what. Where the address names no other side, it is the same restaurant just before."""
    asked = read_selection(query, accepted)
    one = Selection(lang=asked.lang, restaurant=asked.restaurant, since=asked.since, until=asked.until)
    if not any(name in query for name in OTHER.values()):
        one = _bounded(one, today)
        return one, _before(one)
    other = read_selection({name: query.get(named, "") for name, named in OTHER.items()} | {"lang": one.lang}, ())
    return one, other


def compare(db: sqlite3.Connection, one: Selection, other: Selection) -> Comparison:
    """Both sides from one transaction."""
    words = Words(one.lang)
    counts = report.counts(db, one), report.counts(db, other)
    named = {"all_aspects": ASPECTS} | {aspect: (aspect,) for aspect in ASPECTS}
    rows = [
        _row(words[name], _sum(counts[0], aspects), _sum(counts[1], aspects), words) for name, aspects in named.items()
    ]
    names = report.restaurants(db)
    names += sorted({each.restaurant for each in (one, other) if each.restaurant is not None} - set(names))
    return Comparison(
        one=one,
        other=other,
        restaurants=(
            ("", words["all_restaurants"]), *((name or UNNAMED, name or words["unnamed"]) for name in names)
        ),
        rows=tuple(rows),
        odd=_odd(one, other, words),
        other_language=link(one, other, lang="en" if one.lang == "de" else "de"),
    )  # fmt: skip


def link(one: Selection, other: Selection, lang: str) -> str:
    """The address of a comparison."""
    restaurant = UNNAMED if other.restaurant == "" else other.restaurant
    named = {"restaurant": restaurant, "from": other.since, "to": other.until}
    return replace(one, lang=lang).link() + "&" + urlencode({OTHER[name]: each or "" for name, each in named.items()})


def _row(label: str, one: tuple[int, int], other: tuple[int, int], words: Words) -> Row:
    few = one[1] < TOO_FEW or other[1] < TOO_FEW
    verdict, tone = ("too_few", "plain") if few else _verdict(wilson(*one), wilson(*other))
    return Row(label=label, one=_side(*one, words), other=_side(*other, words), verdict=words[verdict], tone=tone)


def _verdict(one: tuple[float, float], other: tuple[float, float]) -> tuple[str, str]:
    """Only intervals that do not meet tell the one from the other: of nine aspects one differs by chance soon."""
    if one[0] > other[1]:
        return "compare_better", "positive"
    if one[1] < other[0]:
        return "compare_worse", "negative"
    return "compare_alike", "plain"


def _side(good: int, total: int, words: Words) -> Side:
    counted = words.counted("judgements", total)
    if total < TOO_FEW:
        return Side(share="–", note=f"{words['too_few']}: {counted}", few=True)
    low, high = (round(100 * each) for each in wilson(good, total))
    return Side(share=words.percent(good, total), note=f"({low}–{words.percent(high, 100)}), {counted}", few=False)


def _sum(counts: Mapping[tuple[str, str], int], aspects: tuple[str, ...]) -> tuple[int, int]:
    """Positive judgements, and all."""
    total = sum(counts.get((aspect, polarity), 0) for aspect in aspects for polarity in POLARITIES)
    return sum(counts.get((aspect, "positive"), 0) for aspect in aspects), total


def _bounded(one: Selection, today: date) -> Selection:
    """The same with a first and a last day, without which there is nothing before."""
    until = date.fromisoformat(one.until) if one.until else today
    since = date.fromisoformat(one.since) if one.since else _back(until, DAYS - 1)
    return replace(one, since=since.isoformat(), until=until.isoformat())


def _before(one: Selection) -> Selection:
    """The same restaurant in as many days right before."""
    since, until = date.fromisoformat(one.since or ""), date.fromisoformat(one.until or "")
    days = max(1, (until - since).days + 1)
    return replace(one, since=_back(since, days).isoformat(), until=_back(since, 1).isoformat())


def _back(day: date, days: int) -> date:
    """So many days before; not before there are any."""
    return day - min(timedelta(days), day - date.min)


def _odd(one: Selection, other: Selection, words: Words) -> str:
    if any(each.since and each.until and each.since > each.until for each in (one, other)):
        return words["compare_backwards"]
    return words["compare_same"] if one == other else ""
