"""A part of what is to be judged goes through its model; what breaks that is found, text or model."""

import logging
from collections.abc import Sequence
from contextlib import nullcontext

from jobs.job import JobError
from model.errors import OutOfMemory
from model.evidence import with_evidence
from model.predictions import ReviewPrediction
from model.predictor import Predictor
from model.runtime.judgement import SentenceJudgement
from model.runtime.memory import use_less_memory
from worker.predict.device_turn import DeviceTurn
from worker.predict.outcomes import Judged
from worker.predict.prepare import Part, Review, about, is_told
from worker.predict.probe import why_broken

log = logging.getLogger(__name__)

#: The code of a review that the model failed on.
FAILED = "prediction_failed"


class Broken(Exception):
    """A model fails on whatever it is asked about."""


class PartJudge:
    """Judges parts on the device's threads."""

    def __init__(self, *, takes_out: bool) -> None:
        """`takes_out`: whether somebody takes models out of service that are broken; else each text fails by itself."""
        self._takes_out = takes_out

    def __call__(self, part: Part, turn: DeviceTurn) -> Sequence[Judged]:
        """What is found in each review. Raises Broken."""
        try:
            return self._predict(self._ready(part, turn), turn)
        except OutOfMemory:
            if done := use_less_memory(part.by.predictor):
                log.warning(done)
                return self(part, turn)
            return self._halves(part, turn, "out_of_memory", "The model ran out of memory on this text.")
        except Exception:
            log.exception("prediction failed", extra=about(part.reviews))
            return self._halves(part, turn, FAILED, "The model failed on this text.")

    def _ready(self, part: Part, turn: DeviceTurn) -> Part:
        if part.encoded is not None:
            return part
        with turn.splitting():
            return part.by.part(part.reviews)

    def _predict(self, part: Part, turn: DeviceTurn) -> list[ReviewPrediction]:
        assert part.encoded is not None
        predictor = part.by.predictor
        fresh: Sequence[SentenceJudgement] = []
        if len(part.encoded):
            told = zip(part.reviews, part.split, strict=True)
            long = any(is_told(review, sentences) for review, (_, sentences) in told)
            with turn.network(), turn.readings.of(part) if long else nullcontext() as tell:
                fresh = predictor.judge(part.encoded, turn.pause, tell)
                turn.went_through(predictor.counters)
        judged = part.by.merged(part, fresh)
        found = [
            predictor.assemble(language, sentences, [next(judged) for text in sentences for _ in text.inputs])
            for language, sentences in part.split
        ]
        return [_explained(predictor, review, one, turn) for review, one in zip(part.reviews, found, strict=True)]

    def _halves(self, part: Part, turn: DeviceTurn, code: str, message: str) -> Sequence[Judged]:
        reviews = part.reviews
        if len(reviews) == 1:
            if self._takes_out and code == FAILED:
                with turn.network():
                    why = why_broken(part.by.predictor)
                if why is not None:
                    raise Broken(why)
            return [JobError(code=code, message=message)]
        middle = len(reviews) // 2
        halves = [Part(reviews=half, by=part.by) for half in (reviews[:middle], reviews[middle:])]
        return [judged for half in halves for judged in self(half, turn)]


def _explained(predictor: Predictor, review: Review, found: ReviewPrediction, turn: DeviceTurn) -> ReviewPrediction:
    if not review.explained:
        return found
    with turn.explaining():
        return with_evidence(predictor, found, turn.pause)
