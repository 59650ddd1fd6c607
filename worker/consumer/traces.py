"""What became of a batch, as spans: one for the batch, and one for each attempt in it, with its stages, in its job's
trace.

They are made when it is over, of the times that each job is told (`jobs.timings`), laid end to end. An attempt whose
worker was lost tells nothing; the next one has a higher number.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from jobs.job import Outcome, Status
from telemetry.traces import NO_SPAN, Attributes, Span, Tracer, is_kept
from worker.consumer.measures import all_judged_by


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedBatch:
    """A batch that was judged, and is about to be stored."""

    span: Span = NO_SPAN
    #: Of those of its outcomes whose jobs are traced.
    attempts: Mapping[int, Span] | None = None
    #: When, in Unix seconds.
    at: float = 0.0


class BatchTraces:
    """Of one worker's model."""

    def __init__(
        self, tracer: Tracer, *, model: Mapping[str, str], device: str, now: Callable[[], float] = time.time
    ) -> None:
        """`now` gives Unix seconds."""
        self._tracer, self._model, self._device, self._now = tracer, model, device, now

    def judged(self, outcomes: Sequence[Outcome], *, sentences: int, tokens: int, seconds: float) -> JudgedBatch:
        """`outcomes` came of the same batch, which the network worked on for so long, until now."""
        traced = [number for number, outcome in enumerate(outcomes) if is_kept(outcome.claim.trace)]
        if not self._tracer.on or not traced:
            return JudgedBatch()
        now = self._now()
        attempts = {number: self._attempt(outcomes[number], now) for number in traced}
        places = [span.place for span in attempts.values()]
        # In the trace of its first job, and linked from and to all others: a span has one parent.
        batch = self._tracer.begin(
            "batch", parent=places[0], links=places[1:], at=now - seconds,
            attributes={
                **self._judged_by(outcomes), "kritiq.device": self._device,
                "kritiq.jobs": len(outcomes), "kritiq.sentences": sentences, "kritiq.tokens": tokens,
            },
        )  # fmt: skip
        for number, span in attempts.items():
            self._stages(outcomes[number], span.place, batch.place, now)
        return JudgedBatch(span=batch, attempts=attempts, at=now)

    def stored(self, batch: JudgedBatch, outcomes: Sequence[Outcome], states: Sequence[Status | None] | None) -> None:
        """It is stored now: as `states`, of which one that is None came too late; None: it was not."""
        for number, span in (batch.attempts or {}).items():
            state = states[number] if states is not None else None
            came_to = state.value if state is not None else "unstored" if states is None else "fenced"
            self._tracer.begin("store", parent=span.place, at=batch.at).end()
            span.tell({"kritiq.status": came_to})
            if state is not Status.SUCCEEDED:
                error = outcomes[number].error
                span.fail(error.code if error is not None else came_to)
            span.end()
        batch.span.end()

    def _attempt(self, outcome: Outcome, now: float) -> Span:
        claim, timings = outcome.claim, outcome.timings
        began = now - (timings.total_ms if timings is not None else 0) / 1000
        about: Attributes = {"kritiq.tenant": claim.tenant, "kritiq.job_id": claim.id, "kritiq.attempt": claim.attempt}
        waited = self._tracer.begin(
            "queue", parent=claim.trace, at=began - claim.queue_ms / 1000, attributes=about
        )  # fmt: skip
        waited.end(began)
        return self._tracer.begin(
            "attempt", kind="consumer", parent=claim.trace, at=began,
            attributes={**about, **self._judged_by([outcome])},
        )  # fmt: skip

    def _judged_by(self, outcomes: Sequence[Outcome]) -> Attributes:
        name, version = all_judged_by(outcomes, self._model)
        return {"kritiq.model": name, "kritiq.version": version}

    def _stages(self, outcome: Outcome, attempt: str, batch: str, now: float) -> None:
        timings = outcome.timings
        if timings is None:
            return
        at = now - timings.total_ms / 1000
        for stage, ms in (
            ("tokenize", timings.tokenize_ms), ("wait", timings.wait_ms), ("infer", timings.inference_ms)
        ):  # fmt: skip
            span = self._tracer.begin(stage, parent=attempt, links=[batch] if stage == "infer" else [], at=at)
            at += ms / 1000
            span.end(at)
