"""From which restaurants a shift comes: those with the most reviews are counted apart, as many as there is room for."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from watch.traffic import Seen, SeenSentence, Traffic

#: Restaurants of an organisation that are counted apart, of one model and in one window. Whoever has more than one in
#: so many of the reviews is among them.
KEPT = 10
#: Restaurants that a reason names at most.
NAMED = 3
#: Without them the shift must be less than this share of what it is.
REST = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """A restaurant that is counted apart."""

    #: Its reviews, and those that it may have had before there was room for it.
    weight: int
    #: What was counted since, as `Seen.counts` has it.
    counts: Mapping[str, int]


class SeenByRestaurant:
    """Reviews of an organisation, and apart those of the `KEPT` restaurants with the most of them.

    Which ones, "space saving" finds (Metwally, Agrawal and El Abbadi 2005): one for which there is no room takes the
    place of the one with the fewest, and its number, so that none with many is missed.
    """

    def __init__(self) -> None:
        self._others = Seen()
        self._apart: dict[str, Seen] = {}
        self._weights: dict[str, int] = {}

    def add(self, restaurant: str | None, language: str, sentences: Iterable[SeenSentence]) -> None:
        """One more review; of no restaurant in particular (None)."""
        (self._others if restaurant is None else self._of(restaurant)).add(language, sentences)

    def _of(self, restaurant: str) -> Seen:
        found = self._apart.get(restaurant)
        if found is None:
            before = 0
            if len(self._apart) >= KEPT:
                fewest = min(self._weights, key=self._weights.__getitem__)
                before = self._weights.pop(fewest)
                self._others.merge(self._apart.pop(fewest))
            found = self._apart[restaurant] = Seen()
            self._weights[restaurant] = before
        self._weights[restaurant] += 1
        return found

    def counts(self) -> Counter[str]:
        """All of them together, as `Seen.counts` has it."""
        total = self._others.counts()
        for seen in self._apart.values():
            total.update(seen.counts())
        return total

    def restaurants(self) -> dict[str, Counted]:
        """Those that are counted apart."""
        return {name: Counted(weight=self._weights[name], counts=seen.counts()) for name, seen in self._apart.items()}


def mostly(window: Traffic, feature: str, categories: Collection[str], expected: float) -> list[str]:
    """The fewest restaurants without which the share of a feature's `categories` would differ from `expected` by less
    than half as much, the one with the most of it first; none when so few do not make it."""

    def surplus(counts: Mapping[str, int]) -> float:
        return sum(counts.get(name, 0) for name in categories) - expected * sum(counts.values())

    whole = window.features.get(feature, {})
    left, size = surplus(whole), float(sum(whole.values()))
    if not round(left, 6):
        return []
    shift = left / size
    apart = {name: of.features.get(feature, {}) for name, of in window.restaurants.items()}
    named: list[str] = []
    for name in sorted(apart, key=lambda name: (-surplus(apart[name]) / shift, name))[:NAMED]:
        if surplus(apart[name]) / shift <= 0:
            break
        named.append(name)
        left, size = left - surplus(apart[name]), size - sum(apart[name].values())
        if size <= 0 or left / size / shift < REST:
            return named
    return []
