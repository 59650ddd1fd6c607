"""What the events of `/v1/events` tell."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.batches.answer_schemas import BatchCounts
from api.service.answer_schemas import BacklogAnswer
from jobs.batch_status import BatchStatus
from jobs.job import Status
from store.lists import Listed
from webhooks.delivery import DeliveryStatus

_VERSION = Field(description="0 when it was deleted.")


class ChangedJob(BaseModel):
    """A job, single or a Celery client's, as it is now."""

    id: str
    status: Status | Literal["deleted"]
    version: Annotated[int, _VERSION]


class ChangedBatch(BaseModel):
    """A batch as it is now."""

    id: str
    status: BatchStatus | Literal["deleted"]
    version: Annotated[int, _VERSION]
    counts: Annotated[BatchCounts | None, Field(description="Null when it was deleted.")]


class ChangedDelivery(BaseModel):
    """A delivery as it is now."""

    id: str
    status: DeliveryStatus | Literal["deleted"]


class ChangesAnswer(BaseModel):
    """What has changed since the event before."""

    complete: Annotated[
        bool, Field(description="False: more may have changed than is told here. Read again what you show.")
    ]
    jobs: list[ChangedJob]
    batches: list[ChangedBatch]
    deliveries: list[ChangedDelivery]
    restaurants: Annotated[list[str], Field(description="Whose summaries have changed.")]
    lists: Annotated[
        list[Listed],
        Field(
            description="`GET /v1/audit` and so on have changed, or `GET /v1/models`, for keys that may read them; of"
            " endpoints and links to webhooks only for keys of all restaurants. Not told: what is counted or noted as"
            " time goes on, such as when a key was last used."
        ),
    ]
    queue: Annotated[BacklogAnswer | None, Field(description="As `GET /v1/queue`; null when it has not changed.")]


class ChangesEventAnswer(BaseModel):
    """One server-sent event: `changes`, or `end`, after which the stream is opened again."""

    event: Literal["changes", "end"] | None = None
    data: Annotated[
        str | None,
        Field(
            description="A `ChangesAnswer` as JSON.",
            json_schema_extra={
                "contentMediaType": "application/json",
                "contentSchema": {
                    "anyOf": [
                        {"$ref": "#/components/schemas/ChangesAnswer"},
                        # Of `end`, why it ends.
                        {"type": "object", "required": ["detail"], "properties": {"detail": {"type": "string"}}},
                    ]
                },
            },
        ),
    ] = None
    retry: Annotated[int | str | None, Field(description="Milliseconds before coming back.")] = None
