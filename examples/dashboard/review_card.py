"""One review as the page shows it: its sentences, each with its aspects as chips."""

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from examples.dashboard import report
from examples.dashboard.scheme import ASPECTS, NONE, SIGNS, sureness
from examples.dashboard.selection import Selection
from examples.dashboard.texts import Words

#: Stands for an aspect that a sentence does not speak of, as somebody says.
DENIED = "×"


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One judgement of a sentence, the model's or that of who corrected it."""

    aspect: str
    label: str
    sign: str
    polarity: str
    polarity_label: str
    confidence: str
    #: How sure the model is: `sure`, `fairly` or `unsure`; and in words, where it is not sure.
    sure: str
    doubt: str
    #: What somebody said of it, in words; empty when nobody did.
    corrected: str


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

    #: Its index in the review, as Kritiq has it.
    position: int
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
    #: Whether who looks may say that a judgement is wrong.
    correctable: bool


def review_card(
    db: sqlite3.Connection, row: sqlite3.Row, chosen: Selection, words: Words, correctable: bool = False
) -> ReviewCard:
    """The card of a review, with the sentences that are within the filter."""
    judged = report.judgements(db, row["job_id"])
    found = report.sentences(db, chosen, row["job_id"])
    corrections = report.corrections(db, row["job_id"])
    lines = tuple(
        _line(each, judged.get(each["position"], []), corrections, words) for each in found[: report.SENTENCES_EACH]
    )
    left = len(found) - len(lines)
    more = words.counted("more", left) if left else ""
    overall = row["overall"]
    whole = Whole(sign=SIGNS[overall], polarity=overall, label=words[overall]) if overall else None
    correctable = correctable and bool(lines)
    about = (row["restaurant"], row["at"], row["language"], row["truncated"])
    shown = (*about, whole, lines, more, correctable, words.lang)
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
        correctable=correctable,
    )


def _line(
    row: sqlite3.Row, judged: list[sqlite3.Row], corrections: dict[tuple[int, str], sqlite3.Row], words: Words
) -> Line:
    position = row["position"]
    has_text = row["text"] is not None
    text = row["text"] if has_text else words.counted("characters", row["start"], row["stop"])
    denied = [each for (of, _), each in corrections.items() if of == position and each["polarity"] == NONE]
    return Line(
        position=position,
        text=text,
        pieces=_pieces(text, judged) if has_text else (Piece(text=text, polarity=""),),
        has_text=has_text,
        chips=tuple(
            _chip(each, corrections.get((position, each["aspect"])), words)
            for each in sorted([*judged, *denied], key=lambda one: ASPECTS.index(one["aspect"]))
        ),
    )


def _chip(row: sqlite3.Row, correction: sqlite3.Row | None, words: Words) -> Chip:
    """Of a judgement, or of one that somebody took away."""
    polarity, confidence = row["polarity"], None if row["polarity"] == NONE else row["confidence"]
    sure = "sure" if confidence is None or correction is not None else sureness(confidence)
    return Chip(
        aspect=row["aspect"],
        label=words[row["aspect"]],
        sign=SIGNS.get(polarity, DENIED),
        polarity=polarity,
        polarity_label=words[polarity],
        confidence="" if confidence is None or correction is not None else words.percent(confidence),
        sure=sure,
        doubt="" if sure == "sure" else words[sure],
        corrected="" if correction is None else _corrected(correction, words),
    )


def _corrected(correction: sqlite3.Row, words: Words) -> str:
    if correction["polarity"] == correction["judged"]:
        return words["confirmed"]
    return words["corrected"].format(words[correction["judged"]])


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
