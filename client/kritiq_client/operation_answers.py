"""What the service answers about models that are loaded and unloaded on request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerOperation:
    """An operation in one worker."""

    worker: str
    #: `waiting` (for its next heartbeat), `running`, `done`, `refused`, `failed`, `gone` (it ended before) or
    #: `overtaken` (by what was asked of the same version later).
    state: str
    since: datetime
    #: Why it refused or failed.
    why: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelOperation:
    """A version that is loaded or unloaded, in each worker that served it when that was asked."""

    id: str
    #: `load` or `unload`.
    action: str
    #: `name/version`.
    model: str
    #: `running`, `succeeded`, `refused` (by at least one worker, and failed in none) or `failed`.
    status: str
    force: bool
    created_at: datetime
    workers: tuple[WorkerOperation, ...]
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def ended(self) -> bool:
        """Whether all workers are through."""
        return self.status != "running"
