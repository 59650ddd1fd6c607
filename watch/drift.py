"""Whether what a model is asked, or what it answers, has become something else than what it was measured on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from watch.restaurants import mostly
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
#: What reasons say of the categories of `mentions`.
_MENTIONS = {
    "none": "no aspect is mentioned", "one": "one aspect is mentioned", "two": "two aspects are mentioned",
    "more": "more than two aspects are mentioned",
}  # fmt: skip


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
    #: Share of tokens that the model does not know, now and in the reference; None where nobody looked.
    unknown_share: float | None
    reference_unknown_share: float | None


def drift(windows: Iterable[Traffic], reference: Traffic) -> Drift:
    """Compare each window of at least `LEAST` reviews with the reference, by the features that the reference has.

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
                    why = _reason_in(window, feature, shares(theirs))
                    shifts[feature] = Shift(feature=feature, index=index, chance=by_chance, reason=why)
    sure = [(window.confidence, window.reviews) for window in seen if window.confidence is not None]
    reviews = sum(window.reviews for window in seen)
    return Drift(
        reviews=reviews,
        shifts=sorted(shifts.values(), key=lambda shift: -shift.index),
        indices=indices,
        expected_right=sum(mean * size for mean, size in sure) / reviews if sure else None,
        reference_right=reference.confidence,
        unknown_share=Traffic(
            tokens=sum(window.tokens for window in seen), unknown_tokens=sum(window.unknown_tokens for window in seen)
        ).unknown_share,
        reference_unknown_share=reference.unknown_share,
    )


def reason(feature: str, ours: Mapping[str, float], theirs: Mapping[str, float]) -> str:
    """What has become of a feature, from the shares of its categories."""
    return _moved(feature, ours, theirs)[1]


def _reason_in(window: Traffic, feature: str, theirs: Mapping[str, float]) -> str:
    """The same in a window, and in which restaurants most of it is."""
    categories, why = _moved(feature, shares(window.features.get(feature, {})), theirs)
    expected = sum(theirs.get(name, 0.0) for name in categories)
    named = mostly(window, feature, categories, expected)
    if not named:
        return why
    *others, last = named
    many = f"restaurants {', '.join(others)} and {last}" if others else f"restaurant {last}"
    return f"{why}; mostly {many}"


def _moved(feature: str, ours: Mapping[str, float], theirs: Mapping[str, float]) -> tuple[set[str], str]:
    """The categories of a feature whose share has changed most, and what that is in words."""
    aspect = feature.removeprefix("aspect:")
    if aspect != feature:
        now, before = 1 - ours.get("none", 0.0), 1 - theirs.get("none", 0.0)
        if max(now, before) >= 1.3 * min(now, before):
            return {*ours, *theirs} - {"none"}, (
                f"{aspect} is mentioned {_times(now, before)}: in {now:.0%} of sentences, {before:.0%} in the reference"
            )
    gains = {name: ours.get(name, 0.0) - theirs.get(name, 0.0) for name in ours.keys() | theirs.keys()}
    # Of two categories one of which gains what the other loses, the one that gains.
    of = max(sorted(gains), key=lambda name: (round(abs(gains[name]), 6), gains[name]))
    what = f"{aspect} is {of}" if aspect != feature else f"{feature.replace('_', ' ')} {of}"
    if feature == "mentions":
        what = _MENTIONS.get(of, what)
    return {of}, f"{what} in {ours.get(of, 0.0):.0%}, {theirs.get(of, 0.0):.0%} in the reference"


def _times(now: float, before: float) -> str:
    if not before or not now:
        return "where it was not" if now else "no more"
    return f"{now / before:.1f} times as often"
