"""What models say of themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class AspectScore:
    """How right a model is about one aspect, on the data that it was measured on."""

    #: Sentences that speak of it.
    labels: int
    #: F1 of whether a sentence speaks of it, and of that together with its polarity.
    mentioned_f1: float
    judged_f1: float


@dataclass(frozen=True, kw_only=True, slots=True)
class CardOfVersion:
    """A version of a model. What nobody measured is None."""

    version: str
    method: str
    languages: tuple[str, ...]
    #: What it may find in a sentence, and what it may say of each; `none`: not mentioned.
    aspects: tuple[str, ...]
    polarities: tuple[str, ...]
    #: Sentences that it was measured on; micro-F1 of aspects there, and of aspects with their polarity.
    sentences: int | None
    mentioned_f1: float | None
    judged_f1: float | None
    scores: Mapping[str, AspectScore]
    #: The model card, in Markdown; empty without one.
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCards:
    """The versions of a model that workers have had."""

    name: str
    versions: tuple[CardOfVersion, ...]
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
