"""What a worker counts of rollouts (`jobs.rollout_evidence`)."""

from collections import Counter
from collections.abc import Sequence

from jobs.choice import Choice
from jobs.job import Outcome, Status
from jobs.rollout_evidence import count_name, pace_bin
from worker.predict.prepare import Part
from worker.predict.shadow import Pair


def judged(outcomes: Sequence[Outcome], states: Sequence[Status | None]) -> Counter[str]:
    """Reviews that were stored as judged, and those that the model failed on, by arm."""
    counts = Counter[str]()
    for outcome, state in zip(outcomes, states, strict=True):
        choice = outcome.claim.choice
        if choice is not None and choice.rollout and state in (Status.SUCCEEDED, Status.FAILED):
            reviews = outcome.good + outcome.broken if outcome.claim.chunk else 1
            counts[_name(choice, "reviews")] += reviews
            counts[_name(choice, "failed")] += outcome.broken
    return +counts


def paced(part: Part, seconds: float, *, first: bool) -> Counter[str]:
    """How long the network took for a sentence of what both arms judge, `first` by the candidate."""
    sentences = len(part.encoded) if part.encoded is not None else 0
    if not sentences or seconds <= 0:
        return Counter()
    choices = {review.claim.choice for review in part.reviews}
    of = [choice for choice in choices if choice is not None and choice.rollout and (choice.shadow or not first)]
    return Counter({_name(choice, pace_bin(seconds, sentences)): 1 for choice in of})


def compared(candidate: Choice, pairs: Sequence[Pair]) -> Counter[str]:
    """What the candidate said, and the stable version of the same reviews."""
    stable = Choice(version=candidate.shadow or "", alias=candidate.alias, rollout=candidate.rollout)
    counts = Counter({_name(candidate, "compared"): len(pairs)})
    for pair in pairs:
        counts[_name(candidate, "sentences")] += pair.sentences
        counts[_name(candidate, "same")] += pair.same
        for choice, sentences in ((candidate, pair.answered), (stable, pair.shadow)):
            for sentence in sentences:
                for aspect, polarity in sentence.items():
                    counts[_name(choice, f"said|{aspect}|{polarity}")] += 1
    return +counts


def _name(choice: Choice, what: str) -> str:
    return count_name(choice.alias or "", choice.rollout or 0, choice.version, what)
