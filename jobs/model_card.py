"""What a model says of itself: how right it is, and its card."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import orjson

from jobs.members import known_members

#: Most characters of a card that are told.
MAX_CARD_CHARS = 50_000


@dataclass(frozen=True, kw_only=True, slots=True)
class AspectScore:
    """How right a model is about one aspect, on the data that it was measured on."""

    #: Sentences that speak of it.
    labels: int
    #: F1 of whether a sentence speaks of it, and of that together with its polarity.
    mentioned_f1: float
    judged_f1: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCard:
    """A version of a model. Scores are empty and None where nobody measured it."""

    method: str
    languages: tuple[str, ...]
    #: Sentences that it was measured on.
    sentences: int | None = None
    #: Micro-F1 over all aspects, as in `AspectScore`.
    mentioned_f1: float | None = None
    judged_f1: float | None = None
    aspects: Mapping[str, AspectScore] = field(default_factory=dict)
    #: The card, in Markdown; empty without one.
    text: str = ""

    def encode(self) -> bytes:
        """As it lies in Redis."""
        return orjson.dumps(asdict(self))

    @classmethod
    def decode(cls, data: bytes) -> "ModelCard":
        """The inverse of `encode`; members of a newer version are passed over."""
        told = known_members(cls, orjson.loads(data))
        aspects = {name: AspectScore(**known_members(AspectScore, score)) for name, score in told["aspects"].items()}
        return cls(**{**told, "languages": tuple(told["languages"]), "aspects": aspects})
