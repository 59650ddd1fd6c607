"""What clients get of the queue, of usage and of health."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field


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
    eta_s: Annotated[
        float | None,
        Field(
            description="Seconds until all of it is done; null while no worker has measured its rate, or none serves"
            " what some of it waits for."
        ),
    ]
    waits_for: Annotated[
        list[str], Field(description="Versions of models that jobs wait for and no worker that is up serves.")
    ]
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


class HealthAnswer(BaseModel):
    """Whether the service can do its work, and what it sees."""

    status: Literal["ok", "unavailable"]
    detail: str | None = None
    workers: int | None = None
