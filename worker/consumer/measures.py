"""What one use of the network came to: counted for Prometheus, and a line in the log; by which model."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from jobs.job import Outcome, Status
from telemetry.meter import Meter
from telemetry.metric import BATCH_SENTENCES, FENCED, JOB_SECONDS, JUDGED, STAGE_SECONDS
from telemetry.process_use import resident_bytes
from worker.log_fields import of_claims

log = logging.getLogger(__name__)


class Measures:
    """Of one worker's model."""

    def __init__(
        self,
        meter: Meter,
        *,
        model: Mapping[str, str],
        device: str,
        device_bytes: Callable[[], int | None] = lambda: None,
    ) -> None:
        self._meter, self._model, self._device, self._device_bytes = meter, model, device, device_bytes

    def judged(self, outcomes: Sequence[Outcome], *, sentences: int, tokens: int, seconds: float) -> None:
        """`outcomes` came of the same batch, which the network worked on for so long."""
        meter, jobs = self._meter, len(outcomes)
        if meter.on and outcomes:
            waited = [outcome.claim.queue_ms / 1000 for outcome in outcomes]
            meter.observe_all(STAGE_SECONDS, waited, "queue", places=[outcome.claim.trace for outcome in outcomes])
            # Reviews that were made ready together have the same times.
            for timings, times in Counter(outcome.timings for outcome in outcomes).items():
                if timings is not None:
                    meter.observe(STAGE_SECONDS, timings.tokenize_ms / 1000, "tokenize", times=times)
                    meter.observe(STAGE_SECONDS, timings.wait_ms / 1000, "wait", times=times)
            meter.observe(STAGE_SECONDS, seconds, "infer", times=jobs, place=outcomes[0].claim.trace)
            meter.observe(BATCH_SENTENCES, sentences)
            for (name, version, status), count in Counter(map(self._kind, outcomes)).items():
                meter.count(JUDGED, name, version, status, by=count)
        if log.isEnabledFor(logging.INFO):
            model, version = all_judged_by(outcomes, self._model)
            used = self._device_bytes() or resident_bytes()
            log.info(
                "inference",
                extra=of_claims([outcome.claim for outcome in outcomes])
                | {
                    "model": model, "version": version, "device": self._device,
                    "sentences": sentences, "tokens": tokens, "ms": round(seconds * 1000, 1),
                    "memory_mb": used >> 20,
                },
            )  # fmt: skip

    def _kind(self, outcome: Outcome) -> tuple[str, str, str]:
        return *judged_by(outcome, self._model), outcome.status.value

    def stored(self, outcomes: Sequence[Outcome], states: Sequence[Status | None], seconds: float) -> None:
        """What was judged is stored; a state that is None came too late."""
        self._meter.observe(STAGE_SECONDS, seconds, "store", times=len(outcomes))
        if self._meter.on:
            whole = [
                (outcome.claim, outcome.timings.total_ms)
                for outcome, state in zip(outcomes, states, strict=True)
                if state is not None and outcome.timings is not None and not outcome.claim.chunk
            ]
            took = [(claim.queue_ms + ms) / 1000 + seconds for claim, ms in whole]
            self._meter.observe_all(JOB_SECONDS, took, places=[claim.trace for claim, _ in whole])
        if late := [outcome.claim for outcome, state in zip(outcomes, states, strict=True) if state is None]:
            self._meter.count(FENCED, by=len(late))
            log.warning("results came too late: another attempt has the jobs", extra=of_claims(late))


def judged_by(outcome: Outcome, own: Mapping[str, str]) -> tuple[str, str]:
    """Name and version; of the worker's `own` where an outcome names none."""
    model = outcome.model or own
    return model["name"], model["version"]


def all_judged_by(outcomes: Sequence[Outcome], own: Mapping[str, str]) -> tuple[str, str]:
    """Those of all of them, each once and in one order: names, and versions in the same places, with spaces between."""
    several = sorted({judged_by(outcome, own) for outcome in outcomes}) or [(own["name"], own["version"])]
    return " ".join(name for name, _ in several), " ".join(version for _, version in several)
