"""From claims to outcomes: the model's part of a job, without Celery and without Redis.

Two halves, so that the next claim can be made ready while the device works: `prepare` (sentences, cache, tokens; any
thread) and `judge` (the network; on the device's threads). A part that breaks the model is halved until the culprit is
alone, also within a chunk of a bulk batch: one text fails, never its neighbours.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from jobs.batch import Line, decode_chunk
from jobs.job import Claim, JobError, Outcome
from model.encoding import Encoded
from model.errors import OutOfMemory
from model.judgement import SentenceJudgement
from model.predictions import ReviewPrediction
from model.predictor import Predictor
from model.sentences import Sentence
from worker.cache import SentenceCache
from worker.outcomes import Said, outcome_of
from worker.turn import Turn

log = logging.getLogger(__name__)

#: Halving the token budget on running out of memory ends here; a text that does not fit then cannot be judged.
LEAST_TOKEN_BUDGET = 512
#: Reviews are judged in parts of about this many sentences. Within a part they are sorted by length, so small parts
#: are mostly padding (of 64 sentences: 38 %, and 1.6 times the time of 512 at a budget of 1,024 tokens).
PART_SENTENCES = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """One text to judge: a claim's own, or a line of the chunk that it carries."""

    claim: Claim
    line: Line | None
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Some reviews, split into sentences and tokenized, as far as the cache does not know them already."""

    reviews: Sequence[Review]
    #: Language and sentences of each review; empty when preparing them failed.
    split: Sequence[tuple[str, Sequence[Sentence]]] = ()
    #: What the cache knew, by position among the inputs of all sentences.
    known: Mapping[int, SentenceJudgement] = field(default_factory=dict)
    #: The other inputs.
    encoded: Encoded | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """Claims, and their reviews in parts."""

    claims: Sequence[Claim]
    parts: Sequence[Part]
    #: A chunk that may have killed its worker: every review is a part, which nothing has touched yet.
    suspect: bool = False

    @property
    def sentences(self) -> int:
        """How many sentences, or pieces of long ones, the network will see."""
        return sum(len(part.encoded) for part in self.parts if part.encoded is not None)


class Pipeline:
    """Judges claims with one loaded model."""

    def __init__(self, predictor: Predictor, cache: SentenceCache | None = None) -> None:
        self.predictor = predictor
        self._cache = cache
        self._lock, self._counts = threading.Lock(), Counter[str]()
        self.model: Mapping[str, str] = {"name": predictor.info.name, "version": predictor.info.version}

    def prepare(self, claims: Sequence[Claim], between: Callable[[], None] = lambda: None) -> Prepared:
        """Split and tokenize the texts of `claims`. Never raises: `judge` finds out which text it was.

        `between` is called before every review: whoever has something more urgent can hold this up there.
        """
        if any(claim.chunk and claim.suspect for claim in claims):
            # Suspects are claimed alone. Even splitting may be what kills: that too waits until the line is noted.
            alone = [Part(reviews=[review]) for claim in claims for review in _reviews(claim)]
            return Prepared(claims=claims, parts=alone, suspect=True)
        groups = _grouped(review for claim in claims for review in _reviews(claim))
        return Prepared(claims=claims, parts=[self._part_or_raw(reviews, between) for reviews in groups])

    def _part_or_raw(self, reviews: Sequence[Review], between: Callable[[], None]) -> Part:
        try:
            return self._part(reviews, between)
        except Exception:
            log.exception("preparing failed", extra={"reviews": len(reviews)})
            return Part(reviews=reviews)

    def _part(self, reviews: Sequence[Review], between: Callable[[], None] = lambda: None) -> Part:
        split = []
        for review in reviews:
            between()
            language = review.claim.options.language
            split.append(self.predictor.split(review.text, None if language == "auto" else language))
        texts = _inputs(split)
        known = self._cache.look_up(texts) if self._cache else {}
        encoded = self.predictor.encode([text for index, text in enumerate(texts) if index not in known])
        return Part(reviews=reviews, split=split, known=known, encoded=encoded)

    def judge(
        self,
        prepared: Prepared,
        turn: Turn | None = None,
        note: Callable[[Claim, int | None], None] = lambda claim, line: None,
    ) -> list[Outcome]:
        """An outcome for every claim, in their order. `turn` decides when the network may work.

        `note` is told which line of a suspect chunk is judged next, and None when that has gone well.
        """
        turn = turn or Turn()
        said: dict[str, list[tuple[Line | None, Said]]] = {claim.tag: [] for claim in prepared.claims}
        for part in prepared.parts:
            # Before a line is noted: were urgent work to kill the worker that waits for it, the line would be blamed.
            turn.take()
            first = part.reviews[0]
            if prepared.suspect:
                note(first.claim, first.line.number if first.line else None)
            for review, what in zip(part.reviews, self._judge(part, turn), strict=True):
                said[review.claim.tag].append((review.line, what))
            if prepared.suspect:
                note(first.claim, None)
        took_ms = round(turn.seconds * 1000)
        return [outcome_of(claim, said[claim.tag], self.model, took_ms) for claim in prepared.claims]

    def _judge(self, part: Part, turn: Turn) -> Sequence[Said]:
        try:
            return self._predict(part if part.encoded is not None else self._part(part.reviews), turn)
        except OutOfMemory:
            if self.predictor.streams > 1:
                self.predictor.streams = 1
                log.warning("out of memory: from now on one batch at a time")
                return self._judge(part, turn)
            if self.predictor.token_budget > LEAST_TOKEN_BUDGET:
                self.predictor.token_budget //= 2
                log.warning("out of memory: token budget halved to %d", self.predictor.token_budget)
                return self._judge(part, turn)
            return self._halves(part, turn, "out_of_memory", "The model ran out of memory on this text.")
        except Exception:
            log.exception("prediction failed", extra={"reviews": len(part.reviews)})
            return self._halves(part, turn, "prediction_failed", "The model failed on this text.")

    def _predict(self, part: Part, turn: Turn) -> list[ReviewPrediction]:
        assert part.encoded is not None
        fresh: Sequence[SentenceJudgement] = []
        if len(part.encoded):
            with turn.network():
                fresh = self.predictor.judge(part.encoded, turn.pause)
                self._count()
        judged = iter(fresh if self._cache is None else self._with_cache(self._cache, part, fresh))
        return [
            self.predictor.assemble(language, sentences, [next(judged) for text in sentences for _ in text.inputs])
            for language, sentences in part.split
        ]

    def _count(self) -> None:
        counters = self.predictor.counters
        with self._lock:
            self._counts.update(tokens=counters.tokens, padded_tokens=counters.padded_tokens)

    def take_counts(self) -> dict[str, int]:
        """Tokens that went through the network since the last call, without and with padding."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return dict(counts)

    @staticmethod
    def _with_cache(
        cache: SentenceCache, part: Part, fresh: Sequence[SentenceJudgement]
    ) -> Iterator[SentenceJudgement]:
        """Known and fresh judgements in the order of the inputs; the fresh ones are remembered."""
        texts = _inputs(part.split)
        new = iter(fresh)
        judged = [part.known[index] if index in part.known else next(new) for index in range(len(texts))]
        cache.remember({texts[i]: judgement for i, judgement in enumerate(judged) if i not in part.known})
        return iter(judged)

    def _halves(self, part: Part, turn: Turn, code: str, message: str) -> Sequence[Said]:
        reviews = part.reviews
        if len(reviews) == 1:
            return [JobError(code=code, message=message)]
        middle = len(reviews) // 2
        halves = [Part(reviews=reviews[:middle]), Part(reviews=reviews[middle:])]
        return [said for half in halves for said in self._judge(half, turn)]


def _inputs(split: Sequence[tuple[str, Sequence[Sentence]]]) -> list[str]:
    """What the network reads of some reviews; a judgement of any of it can be kept under its very text."""
    return [text for _, sentences in split for sentence in sentences for text in sentence.inputs]


def _reviews(claim: Claim) -> list[Review]:
    if not claim.chunk:
        return [Review(claim=claim, line=None, text=claim.text)]
    # A line that was wrong from the start, or killed workers, is not judged; `outcome_of` gives it its place.
    lines = [line for line in decode_chunk(claim.text) if not line.problem and line.number not in claim.culprits]
    return [Review(claim=claim, line=line, text=line.text) for line in lines]


def _grouped(reviews: Iterator[Review]) -> Iterator[list[Review]]:
    """Runs of reviews of about `PART_SENTENCES` sentences."""
    group: list[Review] = []
    weight = 0
    for review in reviews:
        group.append(review)
        weight += review.line.weight if review.line else review.claim.weight
        if weight >= PART_SENTENCES:
            yield group
            group, weight = [], 0
    if group:
        yield group
