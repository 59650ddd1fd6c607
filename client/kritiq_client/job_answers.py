"""What the service answers about single jobs and the queue, and the two errors that carry a job.

`raw` is the JSON object as it came, with members we do not know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kritiq_client.errors import KritiqError
from kritiq_client.results import OPEN, Failure, Model, Result


@dataclass(frozen=True, kw_only=True, slots=True)
class Timings:
    """Where the time went, in whole milliseconds: in the queue, and then from its start to its end in a worker."""

    queue_ms: int | None = None
    #: Reading, splitting into sentences, tokens.
    tokenize_ms: int | None = None
    #: Waiting in the worker, for the device and for more urgent work.
    wait_ms: int | None = None
    #: The network at work.
    inference_ms: int | None = None
    #: The rest: putting the result together and storing it.
    store_ms: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a waiting job stands: an estimate."""

    #: 1 is next.
    position: int
    #: Seconds; None while no worker has measured its rate, or none serves what it waits for.
    eta_s: float | None = None
    #: The version of a model that it waits for and no worker serves.
    waits_for: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a long review is, in sentences."""

    #: Those that have been judged.
    done: int
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A review on its way, in any state."""

    id: str
    #: `scheduled`, `queued`, `running`, `succeeded`, `failed`, `canceled` or `expired`.
    status: str
    #: Grows with every change.
    version: int
    attempt: int
    priority: str
    created_at: datetime
    cancel_requested: bool = False
    model: Model | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    deadline_at: datetime | None = None
    #: When it may begin; None: at once.
    not_before: datetime | None = None
    restaurant: str | None = None
    reviewed_at: str | None = None
    external_author: str | None = None
    metadata: Mapping[str, Any] | None = None
    retry_of: str | None = None
    result: Result | None = None
    error: Failure | None = None
    #: Only the archive has it any more: what that does not keep is as of a new job, empty or None.
    archived: bool = False
    timings: Timings = field(default_factory=Timings)
    queue: Place | None = None
    #: None but while a long review is judged.
    progress: Progress | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def ended(self) -> bool:
        """Whether the state is final."""
        return self.status not in OPEN

    def require_result(self) -> Result:
        """The result. Raises NotSucceeded when there is none."""
        if self.result is None:
            raise NotSucceeded(self)
        return self.result


class Timeout(KritiqError):
    """The deadline passed before the job had ended."""

    def __init__(self, message: str, *, job: Job) -> None:
        super().__init__(message)
        #: The job as it was last seen; it keeps running.
        self.job = job


class NotSucceeded(KritiqError):
    """The job ended without a result."""

    def __init__(self, job: Job) -> None:
        why = f" ({job.error.code}: {job.error.message})" if job.error else ""
        super().__init__(f"{job.id} is {job.status}{why}")
        self.job = job


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """How much there is."""

    jobs: int
    sentences: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """What waits and what runs, with estimates."""

    #: By queue: `high`, `normal`, `bulk`, and `long` for single reviews of many sentences.
    waiting: Mapping[str, Level]
    running_sentences: int
    #: More may not wait; 0: no limit.
    capacity_sentences: int
    workers: int
    #: What waits for its time, in no queue yet.
    scheduled: Level = Level(jobs=0, sentences=0)
    #: Tasks of Celery clients that no worker has looked at yet.
    celery: int = 0
    sentences_per_second: float | None = None
    #: Seconds until all of it is done; None also while some of it waits for a model that no worker serves.
    eta_s: float | None = None
    #: Versions of models that jobs wait for and no worker serves.
    waits_for: Sequence[str] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
