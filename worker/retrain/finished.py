"""What came of a retraining."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """A version, which went on or was refused."""

    version: str
    #: Where it lies; nowhere any more when feedback that it learned from was erased.
    directory: Path
    #: Why the version may not be served; empty when it may.
    refusals: tuple[str, ...]
    comparison: Mapping[str, Any]
    #: In the store of models; None when there is none, or it was refused.
    address: str | None = None
    #: Why the alias does not stand for it, where it went into the store.
    unmoved: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "version": self.version,
            "directory": str(self.directory),
            "passed": not self.refusals,
            "refusals": list(self.refusals),
            **self.comparison,
            "address": self.address,
            "alias_moved": self.address is not None and self.unmoved is None,
            "why_not_moved": self.unmoved,
        }
