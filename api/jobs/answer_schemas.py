"""What clients get of jobs, as the OpenAPI document has it; tests hold real answers against these classes."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.http.fields import LookedBackTo, ReviewEcho
from api.http.result_schemas import ErrorAnswer, ModelAnswer, ResultAnswer
from jobs.attempt import AttemptEnd
from jobs.job import Status
from jobs.request import Priority


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
    eta_s: Annotated[
        float | None,
        Field(description="Seconds; null while no worker has measured its rate, or none serves what it waits for."),
    ]
    waits_for: Annotated[
        str | None,
        Field(
            description="The version of a model that it waits for and no worker that is up serves; null where that is"
            " not so. After a time that the operator sets (a day) without such a worker it fails with `unknown_model`."
        ),
    ]
    estimated: Literal[True]
    as_of: datetime


class ProgressAnswer(BaseModel):
    """How far a long review is, in sentences. It is told at most once a second, with a new `version`, and never less
    than before within an attempt."""

    done: Annotated[int, Field(description="Sentences that have been judged.")]
    total: int


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
    archived: Annotated[
        bool,
        Field(
            description="Present and true when only the archive has it any more. It says the same as before, but for"
            " `expires_at`, and for texts that are not kept, which are empty. Of what was imported, or archived before"
            " schema 8, the rest is as at first (`attempt` 1, `priority` normal, `truncated` false), empty (an error's"
            " `message`), null, or left out (`overall`)."
        ),
    ] = False
    timings: TimingsAnswer
    queue: Annotated[QueueAnswer | None, Field(description="Null when the job does not wait.")]
    progress: Annotated[
        ProgressAnswer | None,
        Field(description="Null but while a review of more than 64 sentences is judged."),
    ]
    links: LinksAnswer


class AttemptAnswer(BaseModel):
    """An attempt at a job."""

    number: Annotated[int, Field(description="From 1.")]
    started_at: datetime
    ended_at: Annotated[datetime | None, Field(description="Null while it goes on.")]
    end: Annotated[
        AttemptEnd | None,
        Field(
            description="`lost`: its worker was gone; `released`: its worker handed it back, as when it was stopped;"
            " `redone`: what was erased meanwhile is left out; else how the job ended."
        ),
    ]
    worker: Annotated[
        str | None,
        Field(
            description="Which worker it was, for keys with `admin`. Null where that is not kept: of a first attempt"
            " that succeeded, and of plain workers."
        ),
    ]


class TraceAnswer(BaseModel):
    """Where the job is in a trace."""

    id: str
    url: Annotated[str | None, Field(description="A page about it, as KRITIQ_TRACE_URL says.")]


class CourseAnswer(BaseModel):
    """What became of a job's attempts, the oldest first; of very many the last ones."""

    attempts: list[AttemptAnswer]
    trace: Annotated[TraceAnswer | None, Field(description="Null when it is not traced.")]


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
    looked_back_to: LookedBackTo


LegacyAnswer = dict[str, Any]
