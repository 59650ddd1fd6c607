"""Which words of a sentence carry what was judged of it: found by leaving words out, and judging again.

Of each opinion the words are ordered by how much of it goes when one is left out, and how much of it one says alone. Of
the first one, two, ... of them the evidence is the fewest without which the opinion is gone, and with which alone it
stays nearly as it was; where there are none such, those that come nearest. So it is what the model goes by, not always
what a reader would mark. It costs some thirty readings of a short sentence, most of them of a few words; of one of 60
words up to 150, nearly half of them of nearly all of it. A longer one was judged in pieces, and the words are looked
for in those that carried an opinion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from model.evidence_places import Place, places_of
from model.predictions import ReviewPrediction, SentencePrediction, Span
from model.predictor import Predictor
from model.runtime.judgement import SentenceJudgement

#: Words that one opinion may have as evidence.
MOST_WORDS = 5
#: How much of an opinion its evidence alone should say.
NEARLY = 0.8
#: Sentences after so many of a review have no evidence, nor have those from the one on with which more words than this
#: would be looked at.
MOST_SENTENCES, REVIEW_WORDS = 30, 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Faith:
    """How an opinion fares without some words, and with them alone."""

    #: Where the words are in the sentence's text.
    spans: tuple[Span, ...]
    #: Without them it is gone.
    falls: bool
    #: With nothing else it stays.
    stays: bool
    #: What share of its score the words say alone, and what share is left without them.
    alone: float
    without: float

    @property
    def rank(self) -> tuple[int, bool, float]:
        """The greater, the better."""
        return self.falls + self.stays, self.alone >= NEARLY, self.alone - self.without

    def beside(self, other: Faith) -> Faith:
        """This and what follows it in the sentence, as one."""
        return Faith(
            spans=tuple(sorted({*self.spans, *other.spans}, key=lambda span: (span.start, span.end))),
            falls=self.falls and other.falls,
            stays=self.stays and other.stays,
            alone=min(self.alone, other.alone),
            without=max(self.without, other.without),
        )


def with_evidence(
    predictor: Predictor, review: ReviewPrediction, between: Callable[[], None] | None = None
) -> ReviewPrediction:
    """The review with the evidence of each of its opinions, in offsets of its text. `between`: see `Predictor.judge`.

    Only for models of the method `single`: the others read a sentence too many times as it is. Theirs stays as it was.
    Raises OutOfMemory.
    """
    if predictor.method.name != "single":
        return review
    places, words = list[list[Place]](), 0
    for sentence in review.sentences[:MOST_SENTENCES]:
        found = places_of(predictor, sentence, between)
        words += sum(len(place.words) for place in found)
        if words > REVIEW_WORDS:
            break
        places.append(found)
    told = list(map(_told, review.sentences, _found(predictor, places, between)))
    return replace(review, sentences=(*told, *review.sentences[len(told) :]))


def _told(sentence: SentencePrediction, found: Mapping[str, Faith]) -> SentencePrediction:
    aspects = {
        aspect: replace(judged, evidence=tuple(span.moved(sentence.start) for span in found[aspect].spans))
        if aspect in found
        else judged
        for aspect, judged in sentence.aspects.items()
    }
    return replace(sentence, aspects=aspects)


def faiths(
    predictor: Predictor, sentences: Sequence[SentencePrediction], between: Callable[[], None] | None = None
) -> list[dict[str, Faith]]:
    """Of each sentence the evidence by aspect, in offsets of the sentence's own text."""
    return _found(predictor, [places_of(predictor, sentence, between) for sentence in sentences], between)


def _found(
    predictor: Predictor, places: Sequence[Sequence[Place]], between: Callable[[], None] | None
) -> list[dict[str, Faith]]:
    asked = [_Asked(place) for of_one in places for place in of_one]
    # The same few words come again and again.
    known: dict[str, SentenceJudgement] = {}

    def judged(texts: Sequence[str]) -> Iterator[SentenceJudgement]:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, predictor.judge_sentences(new, between), strict=True))
        return (known[text] for text in texts)

    singly = judged([text for each in asked for text in each.singly()])
    for each in asked:
        each.order(predictor, singly)
    nested = judged([text for each in asked for text in each.nested()])
    chosen = iter([each.choose(predictor, nested) for each in asked])
    return [_together([next(chosen) for _ in of_one]) for of_one in places]


def _together(found: Sequence[Mapping[str, Faith]]) -> dict[str, Faith]:
    """The evidence in the places of one sentence; that of two sides of a conflict is of both."""
    every: dict[str, Faith] = {}
    for aspect, faith in (each for one in found for each in one.items()):
        every[aspect] = every[aspect].beside(faith) if aspect in every else faith
    return every


class _Asked:
    """One place, from its words to the evidence of its opinions."""

    def __init__(self, place: Place) -> None:
        # Marks are of the text that was sent; what is left out is of what a reader of it sees.
        self._place, self._text, self._opinions, self.words = place, place.text, place.opinions, place.words
        #: By aspect the words, those first that it needs most.
        self._ranked: dict[str, list[int]] = {}

    def singly(self) -> list[str]:
        """The sentence without each of its words, and each alone."""
        return [text for number in range(len(self.words)) for text in (self._without({number}), self._only({number}))]

    def order(self, predictor: Predictor, judged: Iterator[SentenceJudgement]) -> None:
        """Take what became of the opinions then."""
        pairs = [[next(judged).aspects(predictor.method) for _ in range(2)] for _ in self.words]
        for aspect, opinion in self._opinions.items():
            scores = [[each[aspect].scores[opinion.polarity] for each in pair] for pair in pairs]
            needed = [alone - without for without, alone in scores]
            self._ranked[aspect] = sorted(range(len(needed)), key=needed.__getitem__, reverse=True)[:MOST_WORDS]

    def nested(self) -> list[str]:
        """For each opinion, the sentence without the first words, and these alone; of one word, of two, and so on."""
        return [
            text
            for ranked in self._ranked.values()
            for count in range(1, len(ranked) + 1)
            for text in (self._without(set(ranked[:count])), self._only(set(ranked[:count])))
        ]

    def choose(self, predictor: Predictor, judged: Iterator[SentenceJudgement]) -> dict[str, Faith]:
        """Take what became of the opinions then."""
        found = {}
        for aspect, ranked in self._ranked.items():
            opinion = self._opinions[aspect]
            tried = []
            for count in range(1, len(ranked) + 1):
                without, alone = (next(judged).aspects(predictor.method)[aspect] for _ in range(2))
                tried.append(
                    Faith(
                        spans=self._sent(ranked[:count]),
                        falls=without.polarity != opinion.polarity,
                        stays=alone.polarity == opinion.polarity,
                        alone=alone.scores[opinion.polarity] / opinion.scores[opinion.polarity],
                        without=without.scores[opinion.polarity] / opinion.scores[opinion.polarity],
                    )
                )
            whole = (each for each in tried if each.falls and each.stays and each.alone >= NEARLY)
            found[aspect] = next(whole, None) or max(tried, key=lambda each: each.rank)
        return found

    def _without(self, gone: set[int]) -> str:
        kept, at = [], 0
        for number in sorted(gone):
            kept.append(self._text[at : self.words[number].start])
            at = self.words[number].end
        return " ".join("".join([*kept, self._text[at:]]).split())

    def _only(self, kept: set[int]) -> str:
        return " ".join(self._text[span.start : span.end] for span in self._spans(sorted(kept)))

    def _sent(self, numbers: Sequence[int]) -> tuple[Span, ...]:
        """The words in the sentence that was sent."""
        return tuple(self._place.sent(span) for span in self._spans(numbers))

    def _spans(self, numbers: Sequence[int]) -> tuple[Span, ...]:
        """Words side by side are one span."""
        spans: list[Span] = []
        last = -2
        for number in sorted(numbers):
            word = self.words[number]
            if number == last + 1:
                spans[-1] = Span(start=spans[-1].start, end=word.end)
            else:
                spans.append(word)
            last = number
        return tuple(spans)
