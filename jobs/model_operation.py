"""A model is to be loaded into the memory of the workers that serve it, or taken out: what was asked, and how far each
of them is."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from jobs.reason import Reason


class Action(StrEnum):
    """What is to be done."""

    LOAD = "load"
    UNLOAD = "unload"


class InWorkerState(StrEnum):
    """How far one worker is."""

    #: It has not taken it up.
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    #: It will not, for a reason: there is no room, or the model is needed.
    REFUSED = "refused"
    #: The model could not be loaded.
    FAILED = "failed"
    #: It ended before it had done it.
    GONE = "gone"
    #: Something else was asked of the same version before it took this up.
    OVERTAKEN = "overtaken"

    @property
    def terminal(self) -> bool:
        """Whether nothing more comes of it."""
        return self not in (InWorkerState.WAITING, InWorkerState.RUNNING)


class OperationStatus(StrEnum):
    """How far all of them are."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    #: At least one worker refused, and none failed.
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class InWorker:
    """An operation in one worker."""

    worker: str
    state: InWorkerState
    #: Since when, in milliseconds since the epoch.
    since: int
    #: Why it refused or failed.
    why: str | None = None
    #: The same for whoever says it otherwise, where it is known.
    why_code: Reason | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelOperation:
    """What was asked for one version, of the workers that served it then."""

    id: str
    action: Action
    #: `name/version`.
    version: str
    #: Also where it is needed, or where others that are needed give way to it.
    force: bool
    #: In milliseconds since the epoch.
    asked_at: int
    workers: Sequence[InWorker]

    @property
    def status(self) -> OperationStatus:
        """That of the worker which is least far, then of the one that fared worst."""
        states = {each.state for each in self.workers}
        if not all(state.terminal for state in states):
            return OperationStatus.RUNNING
        if states == {InWorkerState.DONE}:
            return OperationStatus.SUCCEEDED
        if states <= {InWorkerState.DONE, InWorkerState.REFUSED}:
            return OperationStatus.REFUSED
        return OperationStatus.FAILED
