"""What webhooks tell: the bodies that endpoints get, for the OpenAPI document. Real messages are held against it."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, Field

from api.batches.answer_schemas import BatchCounts
from api.http.fields import ReviewEcho
from api.http.result_schemas import AspectAnswer, ErrorAnswer, ModelAnswer, OverallAnswer
from jobs.batch_status import BatchStatus
from jobs.job import Status
from jobs.line import LineStatus
from webhooks.event import SUBJECTS, EventType, Subject


class ToldSentence(BaseModel):
    """A sentence of the result; its text only for endpoints with `include_text`."""

    index: int
    start: int
    end: int
    text: str | None = None
    truncated: bool
    aspects: dict[str, AspectAnswer]


class ToldResult(BaseModel):
    """What the model found."""

    language: str
    overall: OverallAnswer | None = None
    language_known: bool = True
    sentences: list[ToldSentence]


class ToldJob(ReviewEcho):
    """A job that has ended."""

    job_id: str
    status: Status
    version: int
    model: ModelAnswer | None
    finished_at: datetime | None
    truncated: Annotated[bool, Field(description="The result was too long for a message: fetch it at `result_url`.")]
    result_url: str
    error: ErrorAnswer | None
    result: ToldResult | None


class ToldBatch(ReviewEcho):
    """A batch, as far as it is."""

    batch_id: str
    status: BatchStatus
    version: int
    finished_at: datetime | None
    counts: BatchCounts
    results_url: str


class ToldLine(ReviewEcho):
    """A line of a batch that has ended."""

    line: int
    custom_id: str | None
    warnings: list[str]
    status: LineStatus
    truncated: Annotated[bool, Field(description="Its result was too long for the message: fetch it at `results_url`.")]
    result: ToldResult | None
    error: ErrorAnswer | None
    model: Annotated[ModelAnswer | None, Field(description="What judged it, or failed on it.")] = None


class ToldLines(BaseModel):
    """Lines of a batch that were judged, failed or had no text: at most `lines_per_event`, all of one chunk."""

    batch_id: str
    restaurant: str | None
    lines: list[ToldLine]
    results_url: Annotated[str, Field(description="The batch's results from the first of these lines on.")]


class ToldErasedLines(BaseModel):
    """Lines of a batch whose author was erased: delete what you keep of them. The batch and its other lines stay."""

    batch_id: str
    restaurant: str | None
    lines: Annotated[list[int], Field(description="Their numbers, all of one chunk; others may follow.")]


class ToldErasure(BaseModel):
    """What was deleted, or is past the time that its client said (`ttl_s`): delete what you keep of it."""

    job_id: str | None = None
    batch_id: str | None = None
    restaurant: str | None


class ToldEndpoint(BaseModel):
    """The endpoint itself that is tested, or another one that was disabled."""

    endpoint_id: str
    reason: Annotated[str | None, Field(description="Why it was disabled; left out of a test.")] = None


#: What the data of a message are, by what it is about.
_DATA: Mapping[Subject, type[BaseModel]] = MappingProxyType(
    {
        Subject.JOB: ToldJob,
        Subject.BATCH: ToldBatch,
        Subject.ERASURE: ToldErasure,
        Subject.ENDPOINT: ToldEndpoint,
    }
)
#: The same of events about some lines of a batch.
_OF_LINES: Mapping[EventType, type[BaseModel]] = MappingProxyType(
    {EventType.BATCH_LINES: ToldLines, EventType.BATCH_LINES_DELETED: ToldErasedLines}
)
#: Standard Webhooks, and an id that is the same for all attempts.
_HEADERS = {
    "webhook-id": "The delivery's id: the same for each attempt. Treat a second one as done.",
    "webhook-timestamp": "Unix seconds of this attempt.",
    "webhook-signature": "One signature for each active secret, separated by spaces, over `id.timestamp.body`.",
}


def body_of(event: EventType) -> type[BaseModel]:
    """The data that come with an event."""
    return _OF_LINES.get(event) or _DATA[SUBJECTS[event]]


def described() -> dict[str, Any]:
    """`webhooks` of the OpenAPI document: what your endpoint is called with."""
    return {event.value: {"post": _operation(event)} for event in EventType}


def _operation(event: EventType) -> dict[str, Any]:
    data = body_of(event)
    schema = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": event.value},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {"$ref": f"#/components/schemas/{data.__name__}"},
        },
    }
    return {
        "operationId": f"on_{event.value.replace('.', '_')}",
        "summary": event.value,
        "description": " ".join((data.__doc__ or "").split()),
        "tags": ["endpoints"],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
            for name, text in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {"2XX": {"description": "Received."}, "410": {"description": "Send me nothing more."}},
    }


def models() -> frozenset[type[BaseModel]]:
    """The schemas that `described` refers to."""
    return frozenset(map(body_of, EventType))
