"""One review as the page shows it: its sentences, each with its aspects as chips."""

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from examples.dashboard import report
from examples.dashboard.scheme import ASPECTS, SIGNS, UNSURE
from examples.dashboard.selection import Selection
from examples.dashboard.texts import Words


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One judgement of a sentence."""

    label: str
    sign: str
    polarity: str
    polarity_label: str
    confidence: str
    unsure: bool


@dataclass(frozen=True, kw_only=True)
class Whole:
    """How the whole review judges."""

    sign: str
    polarity: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a sentence; with a polarity where it is the evidence of a judgement."""

    text: str
    polarity: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One sentence; without its text when that was not sent."""

    text: str
    #: The same in parts.
    pieces: tuple[Piece, ...]
    has_text: bool
    chips: tuple[Chip, ...]


@dataclass(frozen=True, kw_only=True)
class ReviewCard:
    """One review. `digest` changes with anything that is shown, so that the script redraws only what differs."""

    key: str
    digest: str
    restaurant: str
    at: str
    day: str
    language: str
    truncated: bool
    #: None when it says nothing of any aspect.
    whole: Whole | None
    lines: tuple[Line, ...]
    more: str


def review_card(db: sqlite3.Connection, row: sqlite3.Row, chosen: Selection, words: Words) -> ReviewCard:
    """The card of a review, with the sentences that are within the filter."""
    judged = report.judgements(db, row["job_id"])
    found = report.sentences(db, chosen, row["job_id"])
    lines = tuple(_line(each, judged.get(each["position"], []), words) for each in found[: report.SENTENCES_EACH])
    left = len(found) - len(lines)
    more = words.counted("more", left) if left else ""
    overall = row["overall"]
    whole = Whole(sign=SIGNS[overall], polarity=overall, label=words[overall]) if overall else None
    shown = (row["restaurant"], row["at"], row["language"], row["truncated"], whole, lines, more, words.lang)
    return ReviewCard(
        key=row["job_id"],
        digest=hashlib.sha256(repr(shown).encode()).hexdigest()[:16],
        restaurant=row["restaurant"] or words["unnamed"],
        at=row["at"],
        day=words.day(row["at"]),
        language=words.language(row["language"]),
        truncated=bool(row["truncated"]),
        whole=whole,
        lines=lines,
        more=more,
    )


def _line(row: sqlite3.Row, judged: list[sqlite3.Row], words: Words) -> Line:
    has_text = row["text"] is not None
    text = row["text"] if has_text else words.counted("characters", row["start"], row["stop"])
    return Line(
        text=text,
        pieces=_pieces(text, judged) if has_text else (Piece(text=text, polarity=""),),
        has_text=has_text,
        chips=tuple(
            Chip(
                label=words[each["aspect"]],
                sign=SIGNS[each["polarity"]],
                polarity=each["polarity"],
                polarity_label=words[each["polarity"]],
                confidence="" if each["confidence"] is None else words.percent(each["confidence"]),
                unsure=each["confidence"] is not None and each["confidence"] < UNSURE,
            )
            for each in sorted(judged, key=lambda one: ASPECTS.index(one["aspect"]))
        ),
    )


def _pieces(text: str, judged: list[sqlite3.Row]) -> tuple[Piece, ...]:
    """The text in parts. Of a word that carries several judgements the last one shows."""
    polarities = [""] * len(text)
    for each in judged:
        for start, stop in json.loads(each["evidence"]):
            polarities[start:stop] = [each["polarity"]] * len(polarities[start:stop])
    letters = zip(text, polarities, strict=True)
    return tuple(
        Piece(text="".join(letter for letter, _ in run), polarity=polarity)
        for polarity, run in groupby(letters, key=itemgetter(1))
    )
