"""What is to be judged: the reviews of claims in parts, split and tokenized, less what the cache knows already.

A repeated sentence never reaches the model: its judgement is remembered.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import chain

from jobs.choice import version_id
from jobs.job import Claim
from jobs.line import Line, decode_chunk
from jobs.request import Form
from jobs.served import NetworkRun
from model.inputs.batching import grouped
from model.inputs.encoding import Encoded
from model.predictor import Predictor
from model.runtime.judgement import SentenceJudgement
from model.text.sentences import Sentence
from store.queues import LONG_REVIEW
from worker.log_fields import of_claims
from worker.predict.sentence_cache import SentenceCache
from worker.predict.traffic import TrafficCounter

log = logging.getLogger(__name__)

#: Reviews are judged in parts of about this many sentences. Within a part they are sorted by length, so small parts
#: are mostly padding (of 64 sentences: 38 %, and 1.6 times the time of 512 at a budget of 1,024 tokens).
PART_SENTENCES = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """One text to judge: a claim's own, or a line of the chunk that it carries."""

    claim: Claim
    line: Line | None
    text: str

    @property
    def explained(self) -> bool:
        """Whether the words that carry its opinions are looked for, which takes many times as long. Not in batches."""
        return self.line is None and self.claim.request.evidence

    @property
    def restaurant(self) -> str | None:
        """The one that it is of, if of any."""
        if self.line is None or self.line.restaurant is None:
            return self.claim.request.restaurant
        return self.line.restaurant or None


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Some reviews, split into sentences and tokenized, as far as the cache does not know them already."""

    reviews: Sequence[Review]
    #: What made it ready, with the model that judges it.
    by: "Preparer"
    #: Language and sentences of each review; empty when preparing them failed.
    split: Sequence[tuple[str, Sequence[Sentence]]] = ()
    #: What the cache knew, by position among the inputs of all sentences.
    known: Mapping[int, SentenceJudgement] = field(default_factory=dict)
    #: The other inputs.
    encoded: Encoded | None = None

    @property
    def explained(self) -> bool:
        """Whether its reviews are: either all of them or none."""
        return self.reviews[0].explained


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """Claims, and their reviews in parts."""

    claims: Sequence[Claim]
    parts: Sequence[Part]
    #: A chunk that killed workers: every review is a part, which nothing has touched yet.
    singled: bool = False
    #: Seconds that making it ready took, and that it gave way to others meanwhile.
    took_s: float = 0.0
    gave_way_s: float = 0.0
    #: When it was ready, by the preparer's clock; None when nobody looked.
    ready_at: float | None = None
    #: What it was put together from (`worker.predict.together`): the times are in these, one for each claim.
    of: Sequence["Prepared"] = ()
    #: Claims that are not among these: their models cannot be had here, and they are other workers'.
    unready: Sequence[Claim] = ()

    @property
    def weight(self) -> int:
        """Estimated sentences, as claims are counted."""
        return sum(claim.weight for claim in self.claims)

    @property
    def alone(self) -> bool:
        """Whether it may not be judged with others: it was lost with a worker before."""
        return any(claim.suspect for claim in self.claims)

    @property
    def sentences(self) -> int:
        """How many sentences, or pieces of long ones, the network will see."""
        return sum(len(part.encoded) for part in self.parts if part.encoded is not None)


def is_told(review: Review, sentences: Sequence[Sentence]) -> bool:
    """Whether it is told how far this review is, while it is judged: it is long, and no line, which its batch tells."""
    return review.line is None and len(sentences) > LONG_REVIEW


class Preparer:
    """Makes parts of claims, for one model: all that there is of it in memory."""

    def __init__(
        self,
        predictor: Predictor,
        cache: SentenceCache | None = None,
        clock: Callable[[], float] = time.perf_counter,
        traffic: TrafficCounter | None = None,
    ) -> None:
        self.predictor, self._cache, self._clock = predictor, cache, clock
        #: Counts what the model is asked and answers.
        self.traffic = traffic or TrafficCounter(on=False)

    @property
    def version(self) -> str:
        """Which model it is, as clients name it."""
        return version_id(self.predictor.info.name, self.predictor.info.version)

    @property
    def runs(self) -> tuple[NetworkRun, ...]:
        """How its networks run."""
        return tuple(NetworkRun(**asdict(each)) for each in self.predictor.runs)

    def prepare(self, claims: Sequence[Claim], between: Callable[[], None] = lambda: None) -> Prepared:
        """Split and tokenize the texts of `claims`. Never raises; a failure is located later, by `Pipeline.judge`.

        `between` is called before every review, and within long ones: whoever has something more urgent can hold this
        up there.
        """
        begun, gave_way_s = self._clock(), 0.0

        def aside() -> None:
            nonlocal gave_way_s
            at = self._clock()
            between()
            gave_way_s += self._clock() - at

        prepared = self._prepared(claims, aside)
        now = self._clock()
        return replace(prepared, took_s=now - begun - gave_way_s, gave_way_s=gave_way_s, ready_at=now)

    def _prepared(self, claims: Sequence[Claim], between: Callable[[], None]) -> Prepared:
        if any(claim.singled for claim in claims):
            # They are claimed alone. Even splitting may be what kills: that too waits until the line is noted.
            alone = [Part(reviews=[review], by=self) for claim in claims for review in _reviews(claim)]
            return Prepared(claims=claims, parts=alone, singled=True)
        reviews = [review for claim in claims for review in _reviews(claim)]
        groups = chain.from_iterable(
            grouped((review for review in reviews if review.explained is explained), _weight, PART_SENTENCES)
            for explained in (False, True)
        )
        return Prepared(claims=claims, parts=[self._part_or_raw(reviews, between) for reviews in groups])

    def _part_or_raw(self, reviews: Sequence[Review], between: Callable[[], None]) -> Part:
        try:
            return self.part(reviews, between)
        except Exception:
            log.exception("preparing failed", extra=about(reviews))
            return Part(reviews=reviews, by=self)

    def part(self, reviews: Sequence[Review], between: Callable[[], None] = lambda: None) -> Part:
        """Reviews, split and tokenized. Raises whatever a text makes the splitter or the tokenizer raise."""
        split = []
        for review in reviews:
            # Detecting the language is work too.
            between()
            split.append(self._split(review, between))
        texts = _inputs(split)
        known = self._cache.look_up(texts) if self._cache else {}
        encoded = self.predictor.encode([text for index, text in enumerate(texts) if index not in known])
        return Part(reviews=reviews, by=self, split=split, known=known, encoded=encoded)

    def _split(self, review: Review, between: Callable[[], None]) -> tuple[str, Sequence[Sentence]]:
        asked = review.claim.request
        if asked.form is Form.LEGACY:
            return self.predictor.split_as_old(review.text, between)
        language = (review.line and review.line.language) or asked.language
        return self.predictor.split(review.text, None if language == "auto" else language, between)

    def merged(self, part: Part, fresh: Sequence[SentenceJudgement]) -> Iterator[SentenceJudgement]:
        """Known and fresh judgements in the order of the inputs; the fresh ones are remembered."""
        if self._cache is None:
            return iter(fresh)
        texts = _inputs(part.split)
        new = iter(fresh)
        judged = [part.known[index] if index in part.known else next(new) for index in range(len(texts))]
        self._cache.remember({texts[i]: judgement for i, judgement in enumerate(judged) if i not in part.known})
        return iter(judged)


def _inputs(split: Sequence[tuple[str, Sequence[Sentence]]]) -> list[str]:
    """What the network reads of some reviews; a judgement of any of it can be kept under its very text."""
    return [text for _, sentences in split for sentence in sentences for text in sentence.inputs]


def _reviews(claim: Claim) -> list[Review]:
    if claim.erased:
        return []
    if not claim.chunk:
        return [Review(claim=claim, line=None, text=claim.text)]
    # A line that was wrong from the start, or killed workers, is not judged; `outcome_of` gives it its place.
    lines = [line for line in decode_chunk(claim.text) if not line.problem and line.number not in claim.culprits]
    return [Review(claim=claim, line=line, text=line.text) for line in lines]


def _weight(review: Review) -> int:
    return review.line.weight if review.line else review.claim.weight


def about(reviews: Sequence[Review]) -> dict[str, object]:
    """What log lines name of reviews: their job, or how many there are."""
    claims = {review.claim.tag: review.claim for review in reviews}
    return of_claims(list(claims.values())) | {"reviews": len(reviews)}
