"""What the page shows, as one frozen value: the template renders it at first, the script from JSON afterwards.

Words and numbers are ready to print, so that neither template nor script knows a language.
"""

import hashlib
import json
import sqlite3
from dataclasses import asdict, dataclass

from examples.dashboard import report
from examples.dashboard.review_card import ReviewCard, review_card
from examples.dashboard.scheme import ASPECTS, POLARITIES
from examples.dashboard.selection import UNNAMED, Selection
from examples.dashboard.shares import TOO_FEW, wilson
from examples.dashboard.store import read_revision
from examples.dashboard.texts import Words
from examples.dashboard.trend import DAYS, REVIEWS, WINDOW, Trend, draw, smoothed


@dataclass(frozen=True, kw_only=True)
class Share:
    """One colour of a bar."""

    polarity: str
    count: str
    share: str
    x: str
    width: str


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One aspect, with the whole distribution of its judgements."""

    aspect: str
    label: str
    link: str
    selected: bool
    total: str
    summary: str
    shares: tuple[Share, ...]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number at the top."""

    key: str
    value: str
    label: str
    note: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One entry of a list."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True, kw_only=True)
class View:
    """The whole page."""

    revision: str
    empty: bool
    filtered: bool
    disabled: bool
    received_at: str
    figures: tuple[Figure, ...]
    restaurants: tuple[Choice, ...]
    bars: tuple[Bar, ...]
    trend: Trend
    trend_title: str
    trend_hint: str
    reviews: tuple[ReviewCard, ...]
    unfinished: str
    other_language: str


def view(db: sqlite3.Connection, chosen: Selection, *, correctable: bool = False) -> View:
    """Everything for one selection, from one transaction. `correctable`: whether who looks may correct judgements."""
    words = Words(chosen.lang)
    counts = report.counts(db, chosen)
    totals = report.totals(db, chosen)
    state = report.state(db)
    names = report.restaurants(db)
    points = report.daily(db, chosen, DAYS) if chosen.trend == "day" else smoothed(
        report.by_review(db, chosen, REVIEWS + WINDOW - 1)
    )  # fmt: skip
    return View(
        revision=read_revision(db),
        empty=not names,
        filtered=chosen.filtered,
        disabled=state.get("disabled_at", "") > state.get("enabled_at", ""),
        received_at=state.get("received_at", ""),
        figures=_figures(counts, totals, chosen, words),
        restaurants=_restaurants(names, chosen, words),
        bars=tuple(_bar(aspect, counts, chosen, words) for aspect in ASPECTS),
        trend=draw(points, chosen, words),
        trend_title=words[chosen.aspect or "all_aspects"],
        trend_hint=words[f"trend_{chosen.trend}_hint"],
        reviews=tuple(review_card(db, row, chosen, words, correctable) for row in report.newest(db, chosen)),
        unfinished=words.counted("unfinished", totals["unfinished"]) if totals["unfinished"] else "",
        other_language=chosen.link(lang="en" if chosen.lang == "de" else "de"),
    )


def as_json(shown: View) -> str:
    """The view for the script."""
    return json.dumps(asdict(shown), ensure_ascii=False)


def etag(body: str) -> str:
    """A tag that changes with anything in the JSON: the data, who looks, and what an upgrade adds."""
    return hashlib.sha256(body.encode()).hexdigest()[:24]


def _bar(aspect: str, counts: dict[tuple[str, str], int], chosen: Selection, words: Words) -> Bar:
    numbers = [counts.get((aspect, polarity), 0) for polarity in POLARITIES]
    total = sum(numbers)
    shares, done = [], 0
    for polarity, number in zip(POLARITIES, numbers, strict=True):
        shares.append(
            Share(
                polarity=polarity,
                count=words.number(number),
                share=words.percent(number, total) if total else "",
                x=f"{100 * done / total if total else 0:.3f}%",
                width=f"{100 * number / total if total else 0:.3f}%",
            )
        )
        done += number
    listed = ", ".join(
        f"{each.count} {words[each.polarity]}" for each, number in zip(shares, numbers, strict=True) if number
    )
    selected = chosen.aspect == aspect
    return Bar(
        aspect=aspect,
        label=words[aspect],
        link=chosen.link(aspect=None if selected else aspect),
        selected=selected,
        total=words.counted("judgements", total),
        summary=f"{words[aspect]}: {listed or words.counted('judgements', 0)}",
        shares=tuple(shares),
    )


def _figures(
    counts: dict[tuple[str, str], int], totals: dict[str, int], chosen: Selection, words: Words
) -> tuple[Figure, ...]:
    """Of the whole selection; a filter by aspect leaves no best and no worst one, one by judgement no share either."""
    shown = ASPECTS if chosen.aspect is None else (chosen.aspect,)
    # What was chosen by judgement has but one: it can be counted, not compared.
    only = "one_polarity" if chosen.polarity else "one_aspect" if chosen.aspect else None
    by_aspect = {aspect: sum(counts.get((aspect, each), 0) for each in POLARITIES) for aspect in shown}
    total = sum(by_aspect.values())
    positive = sum(counts.get((aspect, "positive"), 0) for aspect in shown)

    def extreme(polarity: str) -> tuple[str, str]:
        if only is not None:
            return "–", words[only]
        known = [(counts.get((aspect, polarity), 0), by_aspect[aspect], words[aspect]) for aspect in ASPECTS]
        ranked = [each for each in known if each[0] and each[1] >= TOO_FEW]
        if not ranked:
            return "–", words["too_few"]
        # By what the share is at least: five of five say less than 95 of 100.
        count, of, label = max(ranked, key=lambda each: wilson(*each[:2])[0])
        return label, f"{words.percent(count, of)} {words[polarity]}, {words.counted('judgements', of)}"

    best, worst = extreme("positive"), extreme("negative")
    return (
        Figure(
            key="positive",
            value=words.percent(positive, total) if total and not chosen.polarity else "–",
            label=words["figure_positive"],
            note=words["one_polarity"] if chosen.polarity else words.counted("judgements", total),
            tone="positive",
        ),
        Figure(
            key="reviews",
            value=words.number(totals["reviews"]),
            label=words["figure_reviews"],
            note=words.counted("sentences", totals["sentences"]),
            tone="plain",
        ),
        Figure(key="best", value=best[0], label=words["figure_best"], note=best[1], tone="positive"),
        Figure(key="worst", value=worst[0], label=words["figure_worst"], note=worst[1], tone="negative"),
    )


def _restaurants(names: list[str], chosen: Selection, words: Words) -> tuple[Choice, ...]:
    listed = names if chosen.restaurant in (None, *names) else [*names, chosen.restaurant or ""]
    return (
        Choice(value="", label=words["all_restaurants"], selected=chosen.restaurant is None),
        *(
            Choice(value=name or UNNAMED, label=name or words["unnamed"], selected=chosen.restaurant == name)
            for name in listed
        ),
    )
