"""Whether what a model is asked, or what it answers, has become something else than what it was measured on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jobs.reason import Figure, Reason, because, in_english
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
#: What is said of the categories of `mentions`.
_MENTIONS = {"none": "no_aspects", "one": "single_aspect", "two": "two_aspects", "more": "more_aspects"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """A feature that has shifted."""

    feature: str
    #: Population stability index, and how probable so much is by chance in one look.
    index: float
    chance: float
    why: Reason

    @property
    def reason(self) -> str:
        """Why, in plain words."""
        return in_english(self.why)


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
                    shifts[feature] = Shift(feature=feature, index=index, chance=by_chance, why=why)
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


def movement(feature: str, ours: Mapping[str, float], theirs: Mapping[str, float]) -> Reason:
    """What has become of a feature, from the shares of its categories."""
    return _moved(feature, ours, theirs)[1]


def _reason_in(window: Traffic, feature: str, theirs: Mapping[str, float]) -> Reason:
    """The same in a window, and in which restaurants most of it is."""
    categories, why = _moved(feature, shares(window.features.get(feature, {})), theirs)
    expected = sum(theirs.get(name, 0.0) for name in categories)
    named = mostly(window, feature, categories, expected)
    return because(why.code, **why.figures, restaurants=tuple(named)) if named else why


def _moved(feature: str, ours: Mapping[str, float], theirs: Mapping[str, float]) -> tuple[set[str], Reason]:
    """The categories of a feature whose share has changed most, and what that is."""
    aspect = feature.removeprefix("aspect:")
    if aspect != feature:
        now, before = 1 - ours.get("none", 0.0), 1 - theirs.get("none", 0.0)
        if max(now, before) >= 1.3 * min(now, before):
            return {*ours, *theirs} - {"none"}, _mentioned(aspect, now, before)
    gains = {name: ours.get(name, 0.0) - theirs.get(name, 0.0) for name in ours.keys() | theirs.keys()}
    # Of two categories one of which gains what the other loses, the one that gains.
    of = max(sorted(gains), key=lambda name: (round(abs(gains[name]), 6), gains[name]))
    figures: dict[str, Figure] = {"now": ours.get(of, 0.0), "before": theirs.get(of, 0.0)}
    if aspect != feature:
        return {of}, because("judged_so", aspect=aspect, polarity=of, **figures)
    if feature == "mentions":
        return {of}, because(_MENTIONS[of], **figures)
    where, _, bound = of.partition(" ")
    if where in ("from", "below"):
        return {of}, because(f"feature_{where}", feature=feature, bound=float(bound), **figures)
    return {of}, because("feature_is", feature=feature, category=of, **figures)


def _mentioned(aspect: str, now: float, before: float) -> Reason:
    if not now or not before:
        return because("mentioned_newly" if now else "mentioned_no_more", aspect=aspect, now=now, before=before)
    return because("mentioned_more", aspect=aspect, times=now / before, now=now, before=before)
