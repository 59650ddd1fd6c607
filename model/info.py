"""Which model is loaded, and what judging cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.scheme import Scheme


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelInfo:
    """Which model this is."""

    name: str
    version: str
    #: SHA-256 over the manifest, and so over every file: two models with one digest answer alike.
    digest: str
    method: str
    languages: tuple[str, ...]
    scheme: Scheme
    max_tokens: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """How one network runs in this process."""

    #: The name of the model that it is of.
    network: str
    backend: str
    dtype: str
    #: Sentences a second of each way to run it that was tried when it was loaded; empty where there was no choice.
    measured: Mapping[str, float] = field(default_factory=dict)
    #: Ways that its version has and that cannot be used here, and why.
    unused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """What the last call of `judge` cost."""

    tokens: int = 0
    #: Tokens with padding: what the device really multiplied.
    padded_tokens: int = 0
    batches: int = 0

    def __add__(self, more: Counters) -> Counters:
        """What both cost together."""
        return Counters(
            tokens=self.tokens + more.tokens,
            padded_tokens=self.padded_tokens + more.padded_tokens,
            batches=self.batches + more.batches,
        )
