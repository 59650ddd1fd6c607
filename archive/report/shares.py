"""How much of what was said is so."""

from collections.abc import Iterable, Mapping

from jobs.judgements import Counts

#: Fewer sentences say nothing of how something has changed.
LEAST = 5
#: In the order in which they are drawn.
POLARITIES = ("positive", "neutral", "conflict", "negative")


def judgements(polarities: Mapping[str, int]) -> int:
    """How many sentences there are."""
    return sum(polarities.values())


def share(polarities: Mapping[str, int], polarity: str = "positive") -> float | None:
    """Which part of them is so; None where there are none."""
    count = judgements(polarities)
    return polarities.get(polarity, 0) / count if count else None


def change(now: Mapping[str, int], before: Mapping[str, int]) -> float | None:
    """By how much the share of praise differs; None where there is too little to tell."""
    if judgements(now) < LEAST or judgements(before) < LEAST:
        return None
    return (share(now) or 0.0) - (share(before) or 0.0)


def overall(counts: Counts) -> dict[str, int]:
    """All aspects together."""
    return {polarity: sum(each.get(polarity, 0) for each in counts.values()) for polarity in POLARITIES}


def most(counts: Counts, polarity: str, count: int = 3) -> list[tuple[str, int]]:
    """The aspects of which it is said most often, and how often."""
    found = [(aspect, each.get(polarity, 0)) for aspect, each in counts.items() if each.get(polarity)]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:count]


def by_size(counts: Counts) -> Iterable[tuple[str, Mapping[str, int]]]:
    """Aspects with what was said of them, those of which most was said first."""
    return sorted(counts.items(), key=lambda pair: (-judgements(pair[1]), pair[0]))
