"""Whether what a model is asked, or what it answers, has become something else than what it was measured on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watch.statistics import chance, population_stability, shares
from watch.traffic import Traffic

#: Reviews of one window. Any 500 reviews in a row hold a whole one.
WINDOW = 250
#: Fewer say nothing.
LEAST = 100
#: A feature has shifted when its index is at least this...
INDEX = 0.1
#: ...and chance makes such a difference in a window less often than this, over all features and looks together.
ERROR = 1e-3
#: Looks at one window that the correction allows for: one each five seconds, over the minutes that a busy one takes.
LOOKS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """A feature that has shifted."""

    feature: str
    #: Population stability index, and how probable so much is by chance in one look.
    index: float
    chance: float
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """What became of the windows that there are."""

    #: Reviews that were looked at.
    reviews: int
    #: The worst first; empty when nothing has shifted.
    shifts: Sequence[Shift]
    #: Index by feature, of all features, in the window where it is largest.
    indices: dict[str, float]
    #: About the share of answers that are right, by how sure the model was, now and in the reference.
    expected_right: float | None
    reference_right: float | None


def drift(windows: Iterable[Traffic], reference: Traffic) -> Drift:
    """Compare each window of at least `LEAST` reviews with the reference.

    Sentences of one review are alike, so a window counts as a sample of as many as it has reviews.
    """
    seen = [window for window in windows if window.reviews >= LEAST]
    limit = ERROR / (max(1, len(reference.features)) * LOOKS)
    indices: dict[str, float] = {}
    shifts: dict[str, Shift] = {}
    for window in seen:
        for feature, theirs in reference.features.items():
            ours = window.features.get(feature, {})
            index, by_chance = population_stability(ours, theirs), chance(ours, theirs, size=window.reviews)
            if index >= indices.get(feature, 0.0):
                indices[feature] = index
                if index >= INDEX and by_chance < limit:
                    why = reason(feature, shares(ours), shares(theirs))
                    shifts[feature] = Shift(feature=feature, index=index, chance=by_chance, reason=why)
    sure = [(window.confidence, window.reviews) for window in seen if window.confidence is not None]
    reviews = sum(window.reviews for window in seen)
    return Drift(
        reviews=reviews,
        shifts=sorted(shifts.values(), key=lambda shift: -shift.index),
        indices=indices,
        expected_right=sum(mean * size for mean, size in sure) / reviews if sure else None,
        reference_right=reference.confidence,
    )


def reason(feature: str, ours: dict[str, float], theirs: dict[str, float]) -> str:
    """What has become of a feature, from the shares of its categories."""
    aspect = feature.removeprefix("aspect:")
    if aspect != feature:
        now, before = 1 - ours.get("none", 0.0), 1 - theirs.get("none", 0.0)
        if max(now, before) >= 1.3 * min(now, before):
            return (
                f"{aspect} is mentioned {_times(now, before)}: in {now:.0%} of sentences, {before:.0%} in the reference"
            )
    gains = {name: ours.get(name, 0.0) - theirs.get(name, 0.0) for name in ours.keys() | theirs.keys()}
    # Of two categories one of which gains what the other loses, the one that gains.
    of = max(sorted(gains), key=lambda name: (round(abs(gains[name]), 6), gains[name]))
    what = f"{aspect} is {of}" if aspect != feature else f"{feature} {of}"
    return f"{what} in {ours.get(of, 0.0):.0%}, {theirs.get(of, 0.0):.0%} in the reference"


def _times(now: float, before: float) -> str:
    if not before or not now:
        return "where it was not" if now else "no more"
    return f"{now / before:.1f} times as often"
