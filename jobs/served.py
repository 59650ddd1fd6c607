"""What a worker says of each model that it may serve."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from jobs.choice import VERSION


class ModelState(StrEnum):
    """Where a model is in a worker."""

    LOADED = "loaded"
    #: It is loaded when the first job asks for it.
    UNLOADED = "unloaded"
    #: It could not be loaded, or judged nothing: its jobs are other workers'.
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkRun:
    """How one network of a model runs in one worker."""

    #: The name of the model that it is of: of a model that is made of others, one of those.
    network: str
    #: `torch`, `onnx`, `torchscript`, `export` or `aotinductor`; `linear` where there is no network.
    backend: str
    #: In which numbers it computes.
    dtype: str
    #: Sentences a second of each way that was tried when it was loaded; empty where there was no choice.
    measured: Mapping[str, float] = field(default_factory=dict)
    #: Ways that cannot be used there, and why.
    unused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ServedModel:
    """One version of a model in one worker."""

    #: `name/version`.
    version: str
    state: ModelState
    #: SHA-256 over its files.
    digest: str = ""
    #: Since when it is in this state, in milliseconds since the epoch.
    since: int = 0
    #: About what it takes in memory.
    bytes: int = 0
    #: Jobs and chunks that it has judged in this worker.
    jobs: int = 0
    #: Why it failed.
    error: str | None = None
    #: Of each of its networks, while it is in memory.
    runs: tuple[NetworkRun, ...] = ()
    #: Whether its files are on the worker's machine; what is on offer is downloaded at its first job.
    here: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Serving:
    """What a worker that is up serves."""

    worker: str
    models: Sequence[ServedModel]


def absent_from(workers: Iterable[Serving]) -> set[str]:
    """The versions that some of these workers may serve, and whose files no worker has yet."""
    up = list(workers)
    return served_by(up) - {model.version for each in up for model in each.models if model.here}


def told_by(workers: Iterable[Serving]) -> set[str]:
    """The versions that these workers know of, also where they are out of service; not those of which nobody could read
    the version."""
    return {model.version for each in workers for model in each.models if VERSION.fullmatch(model.version)}


def served_by(workers: Iterable[Serving]) -> set[str]:
    """The versions that some of these workers may serve."""
    return {model.version for each in workers for model in each.models if model.state is not ModelState.FAILED}
