"""What is to become of a rollout: its candidate keeps the bounds, breaks one, or is not known well enough yet."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from jobs.reason import Figure, Reason, because, sentences
from jobs.rollout import Bounds, Rollout
from jobs.rollout_evidence import Arm, Evidence
from jobs.served import Serving, served_by
from watch.drift import ERROR, LOOKS, movement
from watch.statistics import chance, population_stability, shares, wilson

#: Standard deviations of the intervals. Somebody looks every second, so what chance does once in a thousand looks is
#: what it must not decide (by one side, 99.9 %).
DEVIATIONS = 3.0
#: Reviews, or uses of the network, of which fewer say nothing.
LEAST = 20


class Next(StrEnum):
    """What is to be done."""

    WAIT = "wait"
    #: The next step, or promotion behind the last.
    GO_ON = "go_on"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What is to be done, and why."""

    next: Next
    reasons: tuple[Reason, ...]

    @property
    def why(self) -> str:
        """In plain words."""
        return sentences(self.reasons)


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """Where the versions of a rollout are among the workers that are up."""

    workers: int
    #: Workers that may serve the candidate, and that may serve both versions.
    candidate: int
    both: int
    #: Why the candidate failed in a worker, if it has in any.
    error: str | None = None
    #: No worker has so much as named the candidate for longer than a restart takes.
    gone: bool = False


def served_of(rollout: Rollout, workers: Iterable[Serving], *, gone: bool = False) -> Served:
    """Where its versions are, by what the workers that are up tell."""
    workers = list(workers)
    good = [served_by([each]) for each in workers]
    errors = [model.error for each in workers for model in each.models if model.version == rollout.candidate]
    return Served(
        workers=len(workers),
        candidate=sum(rollout.candidate in each for each in good),
        both=sum({rollout.candidate, rollout.stable} <= each for each in good),
        error=next(filter(None, errors), None),
        gone=gone,
    )


@dataclass(frozen=True, slots=True)
class _Finding:
    """Of one bound: it is kept (True), broken (False), or nobody knows yet."""

    kept: bool | None
    reason: Reason


def verdict(rollout: Rollout, evidence: Evidence, served: Served) -> Verdict:
    """Break one bound, and it is rolled back; keep all, and it goes on.

    A share keeps its bound when Wilson's interval lies within, and breaks it when that lies beyond. Sentences of one
    review are alike, so agreement counts as that of as many as there are reviews.
    """
    lost = _out_of_service(served)
    if lost is not None:
        return lost
    of_step = evidence.candidate.reviews - rollout.reviews_before
    bounds = rollout.bounds
    findings = list(_findings(bounds, evidence, served))
    broken = [found.reason for found in findings if found.kept is False]
    if broken:
        return _verdict(Next.ROLL_BACK, *broken)
    if of_step < bounds.min_reviews:
        return _verdict(Next.WAIT, because("judged_of", judged=of_step, least=bounds.min_reviews))
    unknown = [found.reason for found in findings if found.kept is None]
    if unknown:
        return _verdict(Next.WAIT, *unknown)
    return _verdict(Next.GO_ON, because("judged", judged=of_step), *(found.reason for found in findings))


def _verdict(what: Next, *reasons: Reason) -> Verdict:
    return Verdict(next=what, reasons=reasons)


def _out_of_service(served: Served) -> Verdict | None:
    if not served.workers:
        return _verdict(Next.WAIT, because("no_worker"))
    if served.candidate:
        return None
    if served.error is not None:
        return _verdict(Next.ROLL_BACK, because("not_loaded", error=served.error))
    if served.gone:
        return _verdict(Next.ROLL_BACK, because("gone"))
    return _verdict(Next.WAIT, because("away"))


def _findings(bounds: Bounds, evidence: Evidence, served: Served) -> Iterator[_Finding]:
    least = min(LEAST, bounds.min_reviews)
    if bounds.max_failures is not None:
        yield _failures(evidence.candidate, bounds.max_failures, least)
    if not served.both and (bounds.min_agreement, bounds.max_slowdown, bounds.max_drift) != (None, None, None):
        yield _Finding(None, because("served_apart"))
        return
    if bounds.min_agreement is not None:
        yield _agreement(evidence, bounds.min_agreement, least)
    if bounds.max_slowdown is not None:
        yield _slowdown(evidence, bounds.max_slowdown, least)
    if bounds.max_drift is not None:
        yield _drift(evidence, bounds.max_drift, least)


def _failures(arm: Arm, most: float, least: int) -> _Finding:
    tried = arm.tried
    low, high = wilson(arm.bad / tried if tried else 0.0, tried, DEVIATIONS)
    reason = because("failures", bad=arm.bad, reviews=tried, low=low, high=high, asked=most)
    if tried >= least and low > most:
        return _Finding(False, reason)
    return _Finding(True if tried >= least and high <= most else None, reason)


def _agreement(evidence: Evidence, asked: float, least: int) -> _Finding:
    if not evidence.sentences:
        return _Finding(None, because("not_compared"))
    share = evidence.same / evidence.sentences
    low, high = wilson(share, evidence.compared, DEVIATIONS)
    reason = because(
        "agreement",
        share=share,
        sentences=evidence.sentences,
        reviews=evidence.compared,
        low=low,
        high=high,
        asked=asked,
    )
    if evidence.compared >= least and high < asked:
        return _Finding(False, reason)
    return _Finding(True if evidence.compared >= least and low >= asked else None, reason)


def _slowdown(evidence: Evidence, most: float, least: int) -> _Finding:
    measured = min(evidence.candidate.measured, evidence.stable.measured)
    if measured < least or evidence.slowdown is None:
        return _Finding(None, because("few_measured", measured=measured, least=least))
    return _Finding(evidence.slowdown <= most, because("slowdown", times=evidence.slowdown, most=most))


def _drift(evidence: Evidence, most: float, least: int) -> _Finding:
    """Of what it says of each aspect, against what the stable version says of the same reviews."""
    if evidence.compared < least:
        return _Finding(None, because("few_compared", reviews=evidence.compared, least=least))
    indices = drift_indices(evidence)
    limit = ERROR / (max(1, len(indices)) * LOOKS)
    mine, theirs = (said_of(arm, evidence.sentences) for arm in (evidence.candidate, evidence.stable))
    shifted = [
        name
        for name, index in indices.items()
        if index > most and chance(mine[name], theirs[name], size=evidence.compared) < limit
    ]
    if not shifted:
        worst = max(indices.values(), default=0.0)
        return _Finding(True, because("shift_allowed", index=worst, most=most))
    worst_name = max(shifted, key=lambda name: indices[name])
    moved = movement(f"aspect:{worst_name}", shares(mine[worst_name]), shares(theirs[worst_name]))
    more: dict[str, Figure] = {"version": evidence.stable.version, "index": indices[worst_name], "most": most}
    return _Finding(False, because(moved.code, **moved.figures, **more))


def drift_indices(evidence: Evidence) -> dict[str, float]:
    """Population stability index of what both say of each aspect."""
    mine, theirs = (said_of(arm, evidence.sentences) for arm in (evidence.candidate, evidence.stable))
    aspects = sorted({*evidence.candidate.polarities, *evidence.stable.polarities})
    return {aspect: population_stability(mine[aspect], theirs[aspect]) for aspect in aspects}


class _Said(dict[str, Mapping[str, float]]):
    """By aspect; of one that was not mentioned, that alone."""

    def __init__(self, sentences: int) -> None:
        super().__init__()
        self._sentences = sentences

    def __missing__(self, aspect: str) -> Mapping[str, float]:
        return {"none": self._sentences}


def said_of(arm: Arm, sentences: int) -> _Said:
    """How many sentences an arm says each polarity of, by aspect; `none` of those that do not mention it."""
    found = _Said(sentences)
    for aspect, polarities in arm.polarities.items():
        found[aspect] = {**polarities, "none": max(0, sentences - sum(polarities.values()))}
    return found
