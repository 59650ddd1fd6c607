"""Clauses without a verb side by side: "essen top service flop preise ok", "tolles essen schlechter service".

They are told by what reviews speak of. Words between two such nouns are said of the first ("essen top | service flop")
unless that one has its own in front, or they agree with the second ("tolles essen | schlechter service").
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from model.text.clause_words import CONJUNCTIONS, FINITE, MARKS, SUBJECTS
from model.text.telegram_words import (
    AMOUNTS,
    ARTICLES,
    BLOCKERS,
    COPULAS,
    DEGREES,
    NOUNS,
    PLACES,
    UNDESCRIBING,
    WHOLE,
)

#: Marks between clauses, and words of a clause that names nothing: "viel zu laut".
SEPARATORS, LONGEST = ",;", 4
#: Clauses with marks between them from which on each is judged by itself. Fewer are judged as well together: cut from
#: two on, the F1 of the evaluation data falls by 0.001 to 0.003. (Of generated reviews of six, 71 in 100 opinions are
#: right together, and 92 apart.)
MARKED = 5
#: A part of these alone has no verdict: "das Essen".
UNSAID = NOUNS | ARTICLES | CONJUNCTIONS


def telegram_clauses(written: Sequence[str], low: Sequence[str]) -> list[int] | None:
    """Where the clauses begin of a sentence that is clauses side by side with no verb but "war" or "is", else None.

    One that its writer ended has neither articles nor conjunctions either: "Preis und Qualität halten sich die Waage."
    """
    blocked = BLOCKERS | ARTICLES | CONJUNCTIONS if written[-1][-1] in ".!?…" else BLOCKERS
    if sum(word in NOUNS for word in low) < 2 or not blocked.isdisjoint(low) or _names_prices(low):
        return None
    stops = [index for index, word in enumerate(written[:-1], 1) if word[-1] in MARKS]
    if not stops:
        begins = borders(low)
        return [0, *begins] if any(low[border] not in CONJUNCTIONS for border in begins) else None
    if len(stops) + 1 < MARKED:
        return None
    found: list[int] = []
    for begin, end in pairwise([0, *stops, len(low)]):
        part = low[begin:end]
        if written[end - 1][-1] not in SEPARATORS and end < len(low):
            return None
        nouns = sum(word in NOUNS for word in part)
        if len(part) < 2 or (not nouns and len(part) > LONGEST) or UNSAID.issuperset(part):
            return None
        found += [begin, *(begin + border for border in borders(part))]
    return found


def _names_prices(low: Sequence[str]) -> bool:
    """Whether "zu" is no degree but a preposition: "Pizza zu fairem Preis"."""
    return any(word == "zu" and low[index].endswith(("em", "en", "er")) for index, word in enumerate(low[:-1], 1))


def borders_in_prose(low: Sequence[str]) -> set[int]:
    """The same where such clauses are only a part of a text, between words that they do not have."""
    blocked = [-1, *(index for index, word in enumerate(low) if word in BLOCKERS), len(low)]
    return {
        before + 1 + border
        for before, after in pairwise(blocked)
        if after - before > 3
        for border in borders(low[before + 1 : after], whole=False)
    }


def borders(low: Sequence[str], *, whole: bool = True) -> list[int]:
    """Where clauses without a verb begin behind others, given words in small letters, without marks.

    None where a verb or a preposition stands between: then one noun belongs to what is said of the other. `whole`: the
    words are all of a sentence, so that what is said in front of the first noun and behind the last one is of it, too.
    """
    nouns = [index for index, word in enumerate(low) if word in NOUNS]
    found: list[int] = []
    begin = free = 0
    for number, noun in enumerate(nouns):
        # "alles super | nur die preise etwas hoch"
        within = range(noun - 1, free + 1, -1) if whole and noun + 1 < len(low) else ()
        article = next((index for index in within if low[index] in ARTICLES), None)
        if (
            article is not None
            and low[article - 1] not in BLOCKERS | CONJUNCTIONS
            and FINITE.isdisjoint(low[free:article])
        ):
            article -= article - 1 > free + 1 and low[article - 1] in DEGREES
            found.append(begin := article)
        described = noun > max(begin, free) and low[noun - 1] not in UNDESCRIBING
        if not whole and not number:
            described = described and (noun < 2 or _agrees(low, noun - 1))
        if number + 1 < len(nouns):
            border = _between(low, noun, nouns[number + 1], described)
        else:
            border = noun + 1 if whole and described and _is_verdict(low[noun + 1 :]) else None
        if border is not None and border > begin + 1:
            found.append(begin := border)
        free = noun + 1
    return found


def _between(low: Sequence[str], noun: int, following: int, described: bool) -> int | None:
    """Where between two nouns the second one's clause begins. `described`: words in front of the first are of it."""
    between = low[noun + 1 : following]
    if not between:
        # "super lage | essen naja", but not "food truck" or "portion pommes"
        rest = low[following + 1 : following + 2]
        apart = (
            described and rest and rest[0] not in NOUNS and low[noun] not in AMOUNTS and low[following] not in PLACES
        )
        return following if apart else None
    joined = next((index for index, word in enumerate(between) if word in CONJUNCTIONS), None)
    if joined is not None:
        return noun + 1 + joined if joined else None
    copula = between[0] in COPULAS
    if copula:
        if low[noun] == low[following]:
            return None
        # "das essen war lecker | service top", but not "der wein ist der beste wirt"
        noun, described, between = noun + 1, False, between[1:]
    if not BLOCKERS.isdisjoint(between) or not FINITE.isdisjoint(between) or noun + 1 >= following:
        return None
    article = next((index for index in range(following - 1, noun, -1) if low[index] in ARTICLES), None)
    if article is not None:
        # "spotless | the open kitchen", "| nur die preise"
        article -= article - 1 > noun and low[article - 1] in DEGREES
        # With nothing said of it, it is the object of a verb: "die bedienung brachte schnell das essen".
        followed = following + 1 < len(low)
        return article if followed and (article > noun + 1 or not copula) else None
    first = following
    while first - 1 > noun and _agrees(low, first - 1):
        first -= 1
    while first - 1 > noun and first < following and low[first - 1] in DEGREES:
        first -= 1
    if described:
        return first if first < following else noun + 1
    # What there is said of the first is all that there is: "staff rude | food cold".
    return first if first > noun + 1 else None if copula else following


def _agrees(low: Sequence[str], index: int) -> bool:
    """Whether a word is an adjective in front of a German noun, by its ending."""
    word = low[index]
    return len(word) > 3 and word.endswith(("e", "er", "es")) and word not in WHOLE and word not in DEGREES


def _is_verdict(rest: Sequence[str]) -> bool:
    """Whether words behind the last noun say something of their own: "viel zu laut", "gerne wieder"."""
    return len(rest) > 1 and rest[0] not in BLOCKERS and FINITE.isdisjoint(rest) and rest[0] not in SUBJECTS
