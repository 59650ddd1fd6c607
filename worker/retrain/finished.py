"""What came of a retraining."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jobs.reason import Reason, in_english
from model.retraining.refusal import Refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """A version, which went on or was refused."""

    version: str
    #: Where it lies; nowhere any more when feedback that it learned from was erased.
    directory: Path
    #: Why the version may not be served; empty when it may.
    refusals: tuple[Refusal | Reason, ...]
    comparison: Mapping[str, Any]
    #: In the store of models; None when there is none, or it was refused.
    address: str | None = None
    #: Why the alias does not stand for it, where it went into the store.
    unmoved: Reason | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "version": self.version,
            "directory": str(self.directory),
            "passed": not self.refusals,
            "refusals": [in_words(why) for why in self.refusals],
            "refusal_reasons": [asdict(why) for why in self.refusals],
            **self.comparison,
            "address": self.address,
            "alias_moved": self.address is not None and self.unmoved is None,
            "why_not_moved": self.unmoved and in_words(self.unmoved),
            "why_not_moved_reason": self.unmoved and asdict(self.unmoved),
        }


def in_words(why: Refusal | Reason) -> str:
    """In English."""
    return str(why) if isinstance(why, Refusal) else in_english(why)
