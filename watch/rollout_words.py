"""What the two versions of a rollout said of the same reviews, in plain words: also once it is over."""

from jobs.reason import because, in_english
from jobs.rollout_evidence import Evidence
from watch.drift import movement
from watch.rollout import drift_indices, said_of
from watch.statistics import shares

#: Aspects that are named at most, and from which shift on: with less, both say about the same.
MOST, LEAST_SHIFT = 3, 0.01


def differences(evidence: Evidence) -> list[str]:
    """How often they agree, and of which aspects the candidate says something else most; nothing before both judged
    any."""
    if not evidence.sentences:
        return []
    stable, share = evidence.stable.version, evidence.same / evidence.sentences
    lines = [
        f"It says what {stable} says of {evidence.same} of {evidence.sentences} sentences ({share:.1%}), in "
        f"{evidence.compared} reviews."
    ]
    mine, theirs = (said_of(arm, evidence.sentences) for arm in (evidence.candidate, evidence.stable))
    by_shift = sorted(drift_indices(evidence).items(), key=lambda each: (-each[1], each[0]))
    for aspect, index in by_shift[:MOST]:
        if index >= LEAST_SHIFT:
            moved = movement(f"aspect:{aspect}", shares(mine[aspect]), shares(theirs[aspect]))
            why = in_english(because(moved.code, **moved.figures, version=stable))
            lines.append(f"{why} (a shift of {index:.2f})")
    return lines
