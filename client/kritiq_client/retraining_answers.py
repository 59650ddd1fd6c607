"""What the service answers about retrainings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class RetrainingProgress:
    """How far it is."""

    #: Of the training, from 0 to 1.
    share: float
    #: The last that was said of it, for people.
    said: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RetrainingResult:
    """The new version beside the one that it came from. Pairs are before and after."""

    version: str
    #: Whether the gate let it pass, and why not.
    passed: bool
    refusals: tuple[str, ...]
    #: F1 of aspects, and of aspects with their polarity, on `dev_sentences`.
    dev_sentences: int
    acd_f1: tuple[float, ...]
    acsa_f1: tuple[float, ...]
    #: Aspects that somebody spoke of, and the share of them that is judged as people said.
    corrections: int
    corrected: tuple[float, ...]
    #: In the store of models; None when it did not go there.
    address: str | None
    alias_moved: bool
    why_not_moved: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Retraining:
    """A retraining that was asked for."""

    id: str
    #: `queued`, `running`, `succeeded`, `refused` (the result says why), `failed` or `canceled`.
    status: str
    #: What was asked for, and the version that learns.
    model: str
    base: str
    tenants: tuple[str, ...]
    alias: str
    #: What people said until then is learned.
    created_at: datetime
    finished_at: datetime | None
    #: It is to end, and its trainer has still to notice.
    cancel_requested: bool
    progress: RetrainingProgress | None
    result: RetrainingResult | None
    #: Why it failed.
    error: str | None
    #: Whether a trainer is at work on it; None of a service that does not say it.
    at_work: bool | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def ended(self) -> bool:
        """Whether nothing more becomes of it."""
        return self.status not in ("queued", "running")
