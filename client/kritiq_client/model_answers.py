"""What the service answers about the models that it serves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """How often a version that judges without being answered says what was answered."""

    version: str
    sentences: int
    same: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AspectDifference:
    """What two versions say of an aspect of a sentence; `none`: nothing."""

    aspect: str
    answered: str
    other: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RolloutExample:
    """A sentence that both versions of a rollout judged, and of which they say different things."""

    #: Of a single review, or of a line of a batch.
    job_id: str | None
    batch_id: str | None
    line: int | None
    #: Its index in the result.
    sentence: int
    text: str
    #: The one that was not answered.
    version: str
    differences: tuple[AspectDifference, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rollout:
    """The last rollout of an alias: how it goes, or went, from `stable` to `candidate`."""

    stable: str
    candidate: str
    #: `running`, `promoted`, `rolled_back` or `overtaken`.
    state: str
    #: Per cent that the candidate gets in each step, and which step it is in, from 0.
    steps: tuple[int, ...]
    step: int
    #: Why it is where it is, and what the next step waits for; None for whoever does not look after the deployment.
    why: str | None
    waits_for: str | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    #: The newest of the key's organisation, while their reviews are kept; None as `why` is.
    examples: tuple[RolloutExample, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Alias:
    """Where an alias points."""

    name: str = field(metadata={"key": "alias"})
    #: Grows with every move; `move_alias` needs it.
    revision: int
    #: Version -> its share; empty while nobody has moved `default`.
    versions: Mapping[str, int]
    shadow: str | None = None
    #: Of a split: per cent of its jobs that another of its versions judges, too.
    compare: int = 0
    moved_at: datetime | None = None
    agreement: tuple[Agreement, ...] = ()
    rollout: Rollout | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkRun:
    """How one network of a model runs in a worker."""

    #: The name of its model; of one made of others, of the member.
    network: str
    backend: str
    dtype: str
    #: Sentences a second of each way that was tried when it was loaded.
    measured: Mapping[str, float] = field(default_factory=dict)
    #: Ways that cannot be used there, and why.
    unused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class InWorker:
    """A model in one worker."""

    worker: str
    #: `loaded`, `unloaded` or `failed`.
    state: str
    since: datetime
    jobs: int
    #: About what it takes in memory.
    bytes: int | None = None
    error: str | None = None
    #: Empty while it is not in memory.
    runs: tuple[NetworkRun, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ServedModel:
    """A version of a model that workers serve."""

    #: What `model` of a review may be: `name/version`.
    id: str
    name: str
    version: str
    #: Workers that have it in memory.
    workers: int
    digest: str | None = None
    #: None, as `serving` is empty, for a key that does not look after the deployment.
    jobs: int | None = None
    #: Aliases that point at it.
    aliases: tuple[str, ...] = ()
    serving: tuple[InWorker, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Models:
    """All of them, and the aliases."""

    models: tuple[ServedModel, ...]
    aliases: tuple[Alias, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
