"""From claims to outcomes: the model's part of a job, without Celery and without Redis.

Two halves, so that the next claim can be made ready while the device works: `prepare` (sentences, cache, tokens; any
thread) and `judge` (the network; on the device's threads). A part that breaks the model is halved until the culprit is
alone, also within a chunk of a bulk batch: one text fails, never its neighbours.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from jobs.job import Claim, JobError, Outcome
from jobs.line import Line
from model.errors import OutOfMemory
from model.evidence import with_evidence
from model.predictions import ReviewPrediction
from model.predictor import Predictor
from model.runtime.judgement import SentenceJudgement
from model.runtime.memory import use_less_memory
from worker.predict.device_turn import DeviceTurn, timings_of
from worker.predict.outcomes import Judged, outcome_of
from worker.predict.prepare import Part, Prepared, Preparer, Review, about
from worker.predict.sentence_cache import SentenceCache
from worker.predict.traffic import TrafficCounter

log = logging.getLogger(__name__)


class Pipeline:
    """Judges claims with one loaded model."""

    def __init__(
        self,
        predictor: Predictor,
        cache: SentenceCache | None = None,
        clock: Callable[[], float] = time.perf_counter,
        traffic: TrafficCounter | None = None,
    ) -> None:
        self._traffic = traffic or TrafficCounter(on=False)
        self.predictor = predictor
        self._clock = clock
        self._preparer = Preparer(predictor, cache, clock)
        self._lock, self._counts = threading.Lock(), Counter[str]()
        self.model: Mapping[str, str] = {"name": predictor.info.name, "version": predictor.info.version}
        #: See `Preparer.prepare`.
        self.prepare = self._preparer.prepare

    def judge(
        self,
        prepared: Prepared,
        turn: DeviceTurn | None = None,
        note: Callable[[Claim, int | None], None] = lambda claim, line: None,
    ) -> list[Outcome]:
        """An outcome for every claim, in their order. `turn` decides when the network may work.

        `note` is told which line of a chunk that killed workers is judged next, and None when that has gone well.
        """
        turn = turn or DeviceTurn(clock=self._clock)
        judged: dict[str, list[tuple[Line | None, Judged]]] = {claim.tag: [] for claim in prepared.claims}
        for part in prepared.parts:
            # Before a line is noted: were urgent work to kill the worker that waits for it, the line would be blamed.
            turn.take()
            first = part.reviews[0]
            if prepared.singled:
                note(first.claim, first.line.number if first.line else None)
            for review, what in zip(part.reviews, self._judge(part, turn), strict=True):
                judged[review.claim.tag].append((review.line, what))
                if isinstance(what, ReviewPrediction):
                    self._traffic.saw(review.claim.tenant, what)
            if prepared.singled:
                note(first.claim, None)
        return [
            outcome_of(claim, judged[claim.tag], self.model, timings)
            for of in prepared.of or [prepared]
            for timings in [timings_of(of, turn)]
            for claim in of.claims
        ]

    def again(self, prepared: Prepared, claims: Sequence[Claim], turn: DeviceTurn) -> Prepared:
        """`prepared` with these of its claims alone: the others were called off."""
        with turn.splitting():
            return self._preparer.again(prepared, claims)

    def _ready(self, part: Part, turn: DeviceTurn) -> Part:
        if part.encoded is not None:
            return part
        with turn.splitting():
            return self._preparer.part(part.reviews)

    def _judge(self, part: Part, turn: DeviceTurn) -> Sequence[Judged]:
        try:
            return self._predict(self._ready(part, turn), turn)
        except OutOfMemory:
            if done := use_less_memory(self.predictor):
                log.warning(done)
                return self._judge(part, turn)
            return self._halves(part, turn, "out_of_memory", "The model ran out of memory on this text.")
        except Exception:
            log.exception("prediction failed", extra=about(part.reviews))
            return self._halves(part, turn, "prediction_failed", "The model failed on this text.")

    def _predict(self, part: Part, turn: DeviceTurn) -> list[ReviewPrediction]:
        assert part.encoded is not None
        fresh: Sequence[SentenceJudgement] = []
        if len(part.encoded):
            with turn.network():
                fresh = self.predictor.judge(part.encoded, turn.pause)
                self._count()
        judged = self._preparer.merged(part, fresh)
        found = [
            self.predictor.assemble(language, sentences, [next(judged) for text in sentences for _ in text.inputs])
            for language, sentences in part.split
        ]
        return [self._explained(review, one, turn) for review, one in zip(part.reviews, found, strict=True)]

    def _explained(self, review: Review, found: ReviewPrediction, turn: DeviceTurn) -> ReviewPrediction:
        if not review.claim.request.evidence or review.line is not None:
            return found
        with turn.network():
            return with_evidence(self.predictor, found, turn.pause)

    def _count(self) -> None:
        counters = self.predictor.counters
        with self._lock:
            self._counts.update(tokens=counters.tokens, padded_tokens=counters.padded_tokens)

    def take_counts(self) -> dict[str, int]:
        """Tokens that went through the network since the last call, without and with padding."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return dict(counts)

    def _halves(self, part: Part, turn: DeviceTurn, code: str, message: str) -> Sequence[Judged]:
        reviews = part.reviews
        if len(reviews) == 1:
            return [JobError(code=code, message=message)]
        middle = len(reviews) // 2
        halves = [Part(reviews=reviews[:middle]), Part(reviews=reviews[middle:])]
        return [judged for half in halves for judged in self._judge(half, turn)]
