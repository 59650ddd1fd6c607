"""What clients get. The classes describe the answers in the OpenAPI document; tests hold real answers against them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.http.fields import ReviewEcho
from jobs.batch import BatchStatus
from jobs.job import Status
from jobs.line import LineStatus
from jobs.request import Priority

ASPECTS = ("service", "style", "food", "quality", "price", "restaurant", "ambience", "drinks", "location")


class SpanAnswer(BaseModel):
    """A part of the review, in Unicode code points."""

    start: int
    end: int


class AspectAnswer(BaseModel):
    """How one aspect was judged."""

    polarity: Literal["positive", "neutral", "negative", "conflict", "none"]
    confidence: Annotated[float, Field(ge=0, le=1, description="Calibrated probability of the polarity.")]
    low_confidence: Annotated[
        bool | None,
        Field(description="Whether it is less sure than those of which 95 % are right; see the model's card."),
    ] = None
    evidence: Annotated[
        list[SpanAnswer] | None, Field(description="The words that carry it, where `evidence` was asked for.")
    ] = None


class SentenceAnswer(BaseModel):
    """One sentence of the review. `text` is the review from `start` to `end`, in Unicode code points."""

    index: int
    start: int
    end: int
    text: str
    truncated: Annotated[bool, Field(description="The sentence was longer than the model reads.")]
    aspects: Annotated[dict[str, AspectAnswer], Field(description="By aspect: " + ", ".join(ASPECTS) + ".")]


class OverallAnswer(BaseModel):
    """How the review judges as a whole, by a rule over what its sentences say: `neutral` when three quarters of it take
    no side, else the side on which three quarters of the rest are, else `conflict`."""

    polarity: Literal["positive", "neutral", "negative", "conflict"]
    confidence: Annotated[
        float, Field(ge=0, le=1, description="The share of that polarity, doubts counted against it.")
    ]


class ResultAnswer(BaseModel):
    """What the model found."""

    language: str
    overall: Annotated[OverallAnswer | None, Field(description="Null when no sentence speaks of any aspect.")] = None
    language_known: Annotated[bool, Field(description="Present and false when the model does not know it.")] = True
    sentences: list[SentenceAnswer]


class ErrorAnswer(BaseModel):
    """Why a job failed."""

    code: str
    message: str


class ModelAnswer(BaseModel):
    """Which model judged it, and why that one: where the job named an exact version, and where nobody has moved the
    alias `default`, there is neither alias nor share."""

    name: str
    version: str
    alias: Annotated[str | None, Field(description="The alias that stood for it.")] = None
    share: Annotated[int | None, Field(description="Its share of the alias, where that is split.")] = None


class TimingsAnswer(BaseModel):
    """Where the time went, in whole milliseconds. `queue_ms` goes from `created_at` to `started_at`; the others add up
    to the time from there to `finished_at`, are those of all that was judged together, and null where nothing was."""

    queue_ms: int | None
    tokenize_ms: Annotated[int | None, Field(description="Reading, splitting into sentences, tokens.")]
    wait_ms: Annotated[int | None, Field(description="Waiting in the worker, for the device and for more urgent work.")]
    inference_ms: Annotated[int | None, Field(description="The network at work.")]
    store_ms: Annotated[int | None, Field(description="The rest: putting the result together and storing it.")]


class QueueAnswer(BaseModel):
    """Where a waiting job stands: an estimate from the workers' measured rate."""

    position: Annotated[int, Field(ge=1, description="1 is next.")]
    eta_s: Annotated[float | None, Field(description="Seconds; null while no worker has measured its rate.")]
    estimated: Literal[True]
    as_of: datetime


class LinksAnswer(BaseModel):
    """Where to go from here."""

    self: str
    events: str
    cancel: str


class JobAnswer(ReviewEcho):
    """A job in any state. `result` is null until it succeeded."""

    id: str
    status: Status
    version: int
    attempt: int
    priority: Priority
    model: ModelAnswer | None
    cancel_requested: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None
    deadline_at: datetime | None
    not_before: datetime | None
    retry_of: str | None
    result: Annotated[ResultAnswer | None, Field(description="Null until it succeeded, and for the old call's jobs.")]
    error: ErrorAnswer | None
    timings: TimingsAnswer
    queue: Annotated[QueueAnswer | None, Field(description="Null when the job does not wait.")]
    links: LinksAnswer


class EventAnswer(BaseModel):
    """One server-sent event: `job`, or `end` when there is nothing more to tell."""

    event: Literal["job", "end"] | None = None
    data: Annotated[str | None, Field(description="The job as JSON.")] = None
    id: Annotated[str | None, Field(description="The job's version, for `Last-Event-ID`.")] = None
    retry: Annotated[int | str | None, Field(description="Milliseconds before coming back.")] = None


class JobPage(BaseModel):
    """Some jobs, newest first, without their results."""

    jobs: list[JobAnswer]
    next_page_token: Annotated[str | None, Field(description="Pass it as `page_token`; null at the end.")]


class QueueLevel(BaseModel):
    """How much there is."""

    jobs: int
    sentences: int


class BacklogAnswer(BaseModel):
    """What waits and what runs."""

    waiting: Annotated[
        dict[str, QueueLevel],
        Field(description="By queue: high, normal, bulk, and long for single reviews of many sentences."),
    ]
    scheduled: Annotated[QueueLevel, Field(description="What waits for its time, in no queue yet.")]
    celery: Annotated[int, Field(description="Tasks of Celery clients that no worker has looked at yet.")]
    running_sentences: int
    capacity_sentences: Annotated[
        int, Field(description="No more may wait, and no more be scheduled: POST answers 503 then. 0: no limit.")
    ]
    sentences_per_second: Annotated[float | None, Field(description="What the workers measured, together.")]
    eta_s: Annotated[float | None, Field(description="Seconds until all of it is done.")]
    estimated: Literal[True]
    workers: int


class UsageRow(BaseModel):
    """What was used on one day."""

    day: Annotated[str, Field(description="`YYYY-MM-DD`, in UTC.")]
    restaurant: str | None
    model: Annotated[str | None, Field(description="`name/version`; null for requests, which no model judges.")]
    requests: Annotated[int, Field(description="Accepted calls that made a job or a batch, and tasks of Celery.")]
    reviews: Annotated[int, Field(description="Reviews with a result, those of batches too.")]
    sentences: int
    characters: Annotated[int, Field(description="Unicode code points of those reviews.")]


class UsageAnswer(BaseModel):
    """What was used in a month."""

    month: str
    days: list[UsageRow]


class BatchCounts(BaseModel):
    """Reviews by what became of them."""

    total: int
    waiting: int
    succeeded: int
    failed: int
    canceled: int
    expired: int


class BatchLinks(BaseModel):
    """Where to go from here."""

    self: str
    events: str
    results: str
    lines: str
    cancel: str
    retry: str


class BatchAnswer(ReviewEcho):
    """A batch and how far it is."""

    id: str
    status: BatchStatus
    version: int
    counts: BatchCounts
    cancel_requested: bool
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None
    not_before: datetime | None
    retry_of: Annotated[str | None, Field(description="The batch, or the part of one, that this one repeats.")]
    input_file_id: Annotated[str | None, Field(description="The file that its reviews came from.")]
    output_file_id: Annotated[
        str | None, Field(description="The file with its results, once it has ended; null if there are none.")
    ]
    error_file_id: Annotated[str | None, Field(description="The file with the lines that have no result, likewise.")]
    links: BatchLinks


class BatchLineAnswer(ReviewEcho):
    """One line of a batch's results, with what goes for the review, said by itself or by its batch."""

    line: int
    custom_id: str | None
    warnings: Annotated[list[str], Field(description="What was odd about it, and what was done.")]
    status: LineStatus
    result: ResultAnswer | None
    error: ErrorAnswer | None


class FileLinks(BaseModel):
    """Where to go from here."""

    self: str
    content: str


class FileAnswer(BaseModel):
    """A file: uploaded, or what became of a batch."""

    id: str
    purpose: Literal["batch", "batch_output"]
    filename: str
    bytes: Annotated[int | None, Field(description="Null for what became of a batch, which nobody has counted.")]
    created_at: datetime
    expires_at: datetime
    links: FileLinks


class FilePage(BaseModel):
    """Some uploaded files, newest first."""

    files: list[FileAnswer]
    next_page_token: str | None


class BatchWithResults(BatchAnswer):
    """A batch that has ended, with its result lines in their order."""

    results: list[BatchLineAnswer]


class BatchPage(BaseModel):
    """Some batches, newest first."""

    batches: list[BatchAnswer]
    next_page_token: str | None


class LinePageAnswer(BaseModel):
    """Some lines of a batch, in order."""

    lines: list[BatchLineAnswer]
    next_page_token: str | None


class BatchLines(BaseModel):
    """A batch's results as one document."""

    batch: str
    lines: list[BatchLineAnswer]
    complete: Annotated[bool, Field(description="Whether every review that was asked for has its line.")]
    error: Annotated[
        ErrorAnswer | None,
        Field(description="Why not: `gone`, `time_limit`, `unavailable`; null if no more was asked for."),
    ]


class BatchEventAnswer(BaseModel):
    """One server-sent event: `batch`, or `end` when there is nothing more to tell."""

    event: Literal["batch", "end"] | None = None
    data: Annotated[str | None, Field(description="The batch as JSON.")] = None
    id: Annotated[str | None, Field(description="The batch's version, for `Last-Event-ID`.")] = None
    retry: Annotated[int | str | None, Field(description="Milliseconds before coming back.")] = None


class ProblemItem(BaseModel):
    """One member that is at fault."""

    pointer: str
    detail: str


class ProblemAnswer(BaseModel):
    """Problem details, RFC 9457."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[ProblemItem] = []


class HealthAnswer(BaseModel):
    """Whether the service can do its work, and what it sees."""

    status: Literal["ok", "unavailable"]
    detail: str | None = None
    workers: int | None = None


LegacyAnswer = dict[str, Any]
