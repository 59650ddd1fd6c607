"""What the service answers about files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """Reviews that were uploaded, or what became of a batch."""

    id: str
    #: `batch`, or `batch_output` for what became of one.
    purpose: str
    filename: str
    created_at: datetime
    expires_at: datetime
    #: None for what became of a batch, which nobody has counted.
    bytes: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
