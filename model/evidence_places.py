"""Where the words that carry an opinion are looked for: the sentence, or of a long one the piece that carried it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from model.predictions import AspectPrediction, SentencePrediction, Span
from model.predictor import Predictor
from model.scheme import CONFLICT, NEUTRAL, NONE
from model.text.markup import Cleaned, clean
from model.text.reading import pieces_in

#: Words and characters of a place at most: each word costs two readings, one of nearly all of it.
LONGEST, LONGEST_TEXT = 60, 600

#: With all that `_joins` as one mark.
_WORD = re.compile("\\w[\\w\u0301]*(?:['’.,-]\\w[\\w\u0301]*)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A part of a sentence as a reader of it sees it, and the opinions that it carries, as it was judged alone."""

    text: str
    opinions: Mapping[str, AspectPrediction]
    #: Where its words are, in its text.
    words: Sequence[Span]
    #: What it is a part of, and where it begins in that.
    whole: Cleaned
    begin: int

    def sent(self, span: Span) -> Span:
        """A span of it in the sentence as it was sent."""
        start, end = self.whole.span(self.begin + span.start, self.begin + span.end)
        return Span(start=start, end=end)


def places_of(
    predictor: Predictor, sentence: SentencePrediction, between: Callable[[], None] | None = None
) -> list[Place]:
    """The places of a sentence with any opinion; none where they would be too long. `between`: see `Predictor.judge`.

    The pieces of a long sentence are judged for it, once more. Raises OutOfMemory.
    """
    opinions = {aspect: each for aspect, each in sentence.aspects.items() if each.polarity != NONE}
    if not opinions:
        return []
    whole = clean(sentence.text)
    if (place := _place(whole, 0, len(whole.text), opinions)) is not None:
        return [place]
    spans = [] if predictor.reads_as_sent else pieces_in(whole.text)
    if len(spans) < 2:
        return []
    texts = [whole.text[start:end] for start, end in spans]
    judged = [each.aspects(predictor.method) for each in predictor.judge_sentences(texts, between)]
    carried: dict[int, dict[str, AspectPrediction]] = {}
    for aspect, opinion in opinions.items():
        for number in _carriers(opinion.polarity, [each[aspect] for each in judged]):
            carried.setdefault(number, {})[aspect] = judged[number][aspect]
    found = [_place(whole, *spans[number], carried[number]) for number in sorted(carried)]
    return [place for place in found if place is not None]


def words_of(text: str) -> list[Span]:
    """Where its words are. A letter and the marks on it are one letter, whichever way they were typed."""
    marked = "".join("\u0301" if _joins(each) else each for each in text)
    return [Span(start=each.start(), end=each.end()) for each in _WORD.finditer(marked)]


def _joins(character: str) -> bool:
    """Whether it belongs to the letter before it: a combining mark, a soft hyphen, or what joins letters unseen."""
    return unicodedata.category(character)[0] == "M" or character in "\u00ad\u200c\u200d\u2060"


def _place(whole: Cleaned, start: int, end: int, opinions: Mapping[str, AspectPrediction]) -> Place | None:
    text = whole.text[start:end]
    words = words_of(text) if len(text) <= LONGEST_TEXT else []
    if not 0 < len(words) <= LONGEST:
        return None
    return Place(text=text, opinions=opinions, words=words, whole=whole, begin=start)


def _carriers(polarity: str, judged: Sequence[AspectPrediction]) -> list[int]:
    """Which pieces an opinion of the sentence is from, as `model.runtime.judgement.merged` finds it: the one that is
    surest of it, or of a conflict that no piece has the surest of each side.
    """
    surest: dict[str, int] = {}
    for number, each in enumerate(judged):
        if each.polarity not in surest or each.confidence > judged[surest[each.polarity]].confidence:
            surest[each.polarity] = number
    if polarity in surest or polarity != CONFLICT:
        return [surest[polarity]] if polarity in surest else []
    return [number for name, number in surest.items() if name not in (NEUTRAL, NONE)]
