"""What the service answers, as frozen values. `raw` is the JSON object as it came, with members we do not know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kritiq_client.errors import NotSucceeded

#: States that something follows; every other one is final.
OPEN = frozenset({"queued", "running"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Aspect:
    """How one aspect was judged."""

    #: `positive`, `neutral`, `negative`, `conflict` or `none`.
    polarity: str
    #: Calibrated probability, 0 to 1.
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """One sentence of the review; `text` is the review from `start` to `end`, in Unicode code points."""

    index: int
    start: int
    end: int
    text: str
    #: The sentence was longer than the model reads.
    truncated: bool
    aspects: Mapping[str, Aspect]


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What the model said of a review."""

    language: str
    sentences: tuple[Sentence, ...]
    #: False when the model does not know the language.
    language_known: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Why there is no result."""

    #: A fixed word.
    code: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """Which model judged."""

    name: str
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Timings:
    """Milliseconds spent waiting, and in the network."""

    queue_ms: int | None = None
    inference_ms: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a waiting job stands: an estimate."""

    #: 1 is next.
    position: int
    #: Seconds; None while no worker has measured its rate.
    eta_s: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A review on its way, in any state."""

    id: str
    #: `queued`, `running`, `succeeded`, `failed`, `canceled` or `expired`.
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
    restaurant: str | None = None
    reviewed_at: str | None = None
    metadata: Mapping[str, Any] | None = None
    retry_of: str | None = None
    result: Result | None = None
    error: Failure | None = None
    timings: Timings = field(default_factory=Timings)
    queue: Place | None = None
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Reviews of a batch by what became of them."""

    total: int
    waiting: int
    succeeded: int
    failed: int
    canceled: int
    expired: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Many reviews submitted in one call, and how far they are."""

    id: str
    #: `running`, `completed` or `canceled`.
    status: str
    version: int
    counts: Counts
    created_at: datetime
    cancel_requested: bool = False
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    restaurant: str | None = None
    metadata: Mapping[str, Any] | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def ended(self) -> bool:
        """Whether nothing of it waits any more."""
        return self.status not in OPEN


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchLine:
    """What became of one review of a batch."""

    #: Its number in the request, from 1.
    line: int
    custom_id: str | None
    status: str
    result: Result | None = None
    error: Failure | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """What waits at one priority."""

    jobs: int
    sentences: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """What waits and what runs, with estimates."""

    waiting: Mapping[str, Level]
    running_sentences: int
    #: More may not wait; 0: no limit.
    capacity_sentences: int
    workers: int
    sentences_per_second: float | None = None
    #: Seconds until all of it is done.
    eta_s: float | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """Sentences of a restaurant by aspect and polarity."""

    restaurant: str
    first: date = field(metadata={"key": "from"})
    last: date = field(metadata={"key": "to"})
    aspects: Mapping[str, Mapping[str, int]]
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
