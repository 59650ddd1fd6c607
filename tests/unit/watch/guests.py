"""Guests who write reviews, for tests of what is made of many: who mentions what, how often, and how."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

ASPECTS = ("service", "food", "price", "ambience")


@dataclass(frozen=True)
class Answer:
    polarity: str
    confidence: float


@dataclass(frozen=True)
class Sentence:
    text: str
    aspects: Mapping[str, Answer]
    tokens: int = 0
    unknown: int | None = None


@dataclass(frozen=True, kw_only=True)
class Guests:
    """Who writes: how often a sentence mentions each aspect, how often it blames, and in which language."""

    mentions: Mapping[str, float] = field(
        default_factory=lambda: {"service": 0.3, "food": 0.4, "price": 0.1, "ambience": 0.12}
    )
    blames: float = 0.3
    english: float = 0.1
    length: float = 60
    confidence: float = 0.92
    #: How often a sentence has something unknown, and what share of its tokens that is then.
    strange: float = 0.02
    strangeness: float = 0.05

    def review(self, chance: random.Random) -> tuple[str, list[Sentence]]:
        # Of one review the sentences are alike: a guest who blames, blames; one who minds the price, comes back to it.
        temper = chance.betavariate(4 * self.blames, 4 * (1 - self.blames))
        minds = chance.choice(ASPECTS)
        found = []
        for _ in range(chance.randint(1, 8)):
            aspects = {}
            for aspect, share in self.mentions.items():
                likely = min(1.0, share * (1.6 if aspect == minds else 0.8))
                polarity = "negative" if chance.random() < temper else chance.choice(("positive", "neutral"))
                sure = min(0.999, max(0.3, chance.gauss(self.confidence, 0.08)))
                aspects[aspect] = Answer(polarity if chance.random() < likely else "none", sure)
            text = "x" * int(chance.lognormvariate(0, 0.5) * self.length)
            tokens = 1 + len(text) // 4
            odd = max(1, round(tokens * self.strangeness)) if chance.random() < self.strange else 0
            found.append(Sentence(text, aspects, tokens, odd))
        return "en" if chance.random() < self.english else "de", found


def reviews(guests: Guests, count: int, seed: int) -> Iterator[tuple[str, list[Sentence]]]:
    """So many reviews of theirs; with the same seed the same ones."""
    chance = random.Random(seed)
    return (guests.review(chance) for _ in range(count))
