"""What is to become of a rollout: its candidate keeps the bounds, breaks one, or is not known well enough yet."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from jobs.rollout import Bounds, Rollout
from jobs.rollout_evidence import Arm, Evidence
from jobs.served import Serving, served_by
from watch.drift import ERROR, LOOKS, reason
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
    """What is to be done, and why in plain words."""

    next: Next
    why: str


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
    words: str


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
    broken = [found.words for found in findings if found.kept is False]
    if broken:
        return Verdict(next=Next.ROLL_BACK, why=_sentences(broken))
    if of_step < bounds.min_reviews:
        words = f"it has judged {of_step} of {bounds.min_reviews} reviews in this step"
        return Verdict(next=Next.WAIT, why=_sentences([words]))
    unknown = [found.words for found in findings if found.kept is None]
    if unknown:
        return Verdict(next=Next.WAIT, why=_sentences(unknown))
    judged = f"it has judged {of_step} reviews in this step"
    return Verdict(next=Next.GO_ON, why=_sentences([judged, *(found.words for found in findings)]))


def _out_of_service(served: Served) -> Verdict | None:
    if not served.workers:
        return Verdict(next=Next.WAIT, why="No worker is up.")
    if served.candidate:
        return None
    if served.error is not None:
        return Verdict(next=Next.ROLL_BACK, why=f"No worker could load it: {served.error}")
    if served.gone:
        return Verdict(next=Next.ROLL_BACK, why="No worker has it any more.")
    return Verdict(next=Next.WAIT, why="No worker has it at the moment.")


def _findings(bounds: Bounds, evidence: Evidence, served: Served) -> Iterator[_Finding]:
    least = min(LEAST, bounds.min_reviews)
    if bounds.max_failures is not None:
        yield _failures(evidence.candidate, bounds.max_failures, least)
    if not served.both and (bounds.min_agreement, bounds.max_slowdown, bounds.max_drift) != (None, None, None):
        yield _Finding(None, "no worker serves both versions, so that nobody compares them")
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
    words = f"{arm.bad} of {tried} reviews came to nothing (by chance that may stand for {low:.1%} to {high:.1%})"
    words += f"; at most {most:.1%} may"
    if tried >= least and low > most:
        return _Finding(False, words)
    return _Finding(True if tried >= least and high <= most else None, words)


def _agreement(evidence: Evidence, asked: float, least: int) -> _Finding:
    if not evidence.sentences:
        return _Finding(None, "nothing has been compared with the stable version yet")
    share = evidence.same / evidence.sentences
    low, high = wilson(share, evidence.compared, DEVIATIONS)
    words = f"it says the same of {share:.1%} of {evidence.sentences} sentences in {evidence.compared} reviews"
    words += f" ({low:.1%} to {high:.1%}); {asked:.1%} are asked for"
    if evidence.compared >= least and high < asked:
        return _Finding(False, words)
    return _Finding(True if evidence.compared >= least and low >= asked else None, words)


def _slowdown(evidence: Evidence, most: float, least: int) -> _Finding:
    measured = min(evidence.candidate.measured, evidence.stable.measured)
    if measured < least or evidence.slowdown is None:
        return _Finding(None, f"its time was measured {measured} of {least} times")
    words = (
        f"of 100 sentences the slowest 5 take it {evidence.slowdown:.1f} times as long; at most {most:g} are allowed"
    )
    return _Finding(evidence.slowdown <= most, words)


def _drift(evidence: Evidence, most: float, least: int) -> _Finding:
    """Of what it says of each aspect, against what the stable version says of the same reviews."""
    if evidence.compared < least:
        return _Finding(None, f"{evidence.compared} of {least} reviews have been compared")
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
        return _Finding(True, f"what it says has shifted by {worst:.2f} at most; {most:g} is allowed")
    worst_name = max(shifted, key=lambda name: indices[name])
    why = reason(f"aspect:{worst_name}", shares(mine[worst_name]), shares(theirs[worst_name]))
    why = why.replace("in the reference", f"by {evidence.stable.version}")
    return _Finding(False, f"{why}: a shift of {indices[worst_name]:.2f}, {most:g} is allowed")


def drift_indices(evidence: Evidence) -> dict[str, float]:
    """Population stability index of what both say of each aspect."""
    mine, theirs = (said_of(arm, evidence.sentences) for arm in (evidence.candidate, evidence.stable))
    aspects = sorted({*evidence.candidate.said, *evidence.stable.said})
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
    for aspect, polarities in arm.said.items():
        found[aspect] = {**polarities, "none": max(0, sentences - sum(polarities.values()))}
    return found


def _sentences(parts: list[str]) -> str:
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in parts)
