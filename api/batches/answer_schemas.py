"""What clients get of batches and their lines."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.http.fields import ReviewEcho
from api.http.reasons import ReasonAnswer
from api.http.result_schemas import ErrorAnswer, ModelAnswer, ResultAnswer
from jobs.batch_status import BatchStatus
from jobs.line import LineStatus


class BatchCounts(BaseModel):
    """Reviews by what became of them."""

    total: int
    waiting: int
    succeeded: int
    failed: int
    canceled: int
    expired: int
    skipped: Annotated[int, Field(description="Reviews without a text, such as a rating without a word: no failure.")]


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
    archived: Annotated[
        bool,
        Field(
            description="Present and true when only the archive has it any more: its counts are of the lines that are"
            " kept, and of what was said of it as a whole only `restaurant` is known. Its lines are there, but not its"
            " `results`."
        ),
    ] = False
    links: BatchLinks


class BatchLineAnswer(ReviewEcho):
    """One line of a batch's results, with what goes for the review, said by itself or by its batch."""

    line: int
    custom_id: str | None
    warnings: Annotated[list[str], Field(description="What was odd about it, and what was done.")]
    status: LineStatus
    result: ResultAnswer | None
    error: ErrorAnswer | None
    model: Annotated[ModelAnswer | None, Field(description="What judged it, or failed on it.")] = None


class BatchWithResults(BatchAnswer):
    """A batch that has ended, with its result lines in their order."""

    results: list[BatchLineAnswer]


class BatchPage(BaseModel):
    """Some batches, newest first."""

    batches: list[BatchAnswer]
    next_page_token: str | None


class ListedLineAnswer(BatchLineAnswer):
    """One line of a batch in a list."""

    warning_codes: Annotated[
        list[ReasonAnswer | None],
        Field(
            default_factory=list,
            description="What each of `warnings` says, for whoever says it otherwise; left out where there are none.",
        ),
    ]


class LinePageAnswer(BaseModel):
    """Some lines of a batch, in order."""

    lines: list[ListedLineAnswer]
    archived: Annotated[
        bool,
        Field(
            description="Present and true when only the archive has them any more: without texts, metadata and"
            " `warnings` if these are not kept."
        ),
    ] = False
    next_page_token: str | None


class BatchLines(BaseModel):
    """A batch's results as one document."""

    batch: str
    lines: list[BatchLineAnswer]
    complete: Annotated[bool, Field(description="Whether every review that was asked for has its line.")]
    error: Annotated[
        ErrorAnswer | None,
        Field(
            description="Why not: `gone`, `time_limit`, `unauthorized`, `unavailable`; null if no more was asked for."
        ),
    ]


class BatchEventAnswer(BaseModel):
    """One server-sent event: `batch`, or `end` when there is nothing more to tell."""

    event: Literal["batch", "end"] | None = None
    data: Annotated[str | None, Field(description="The batch as JSON.")] = None
    id: Annotated[str | None, Field(description="The batch's version, for `Last-Event-ID`.")] = None
    retry: Annotated[int | str | None, Field(description="Milliseconds before coming back.")] = None
