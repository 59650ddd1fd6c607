"""What clients send and get about models that are loaded and unloaded on request."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from api.http.fields import Strict
from api.http.reasons import ReasonAnswer
from jobs.model_operation import Action, InWorkerState, OperationStatus


class OperationBody(Strict):
    """Of which version, and at what cost to others."""

    version: Annotated[
        str | None,
        StringConstraints(pattern=r"^[A-Za-z0-9._+-]{1,100}$"),
        Field(description="The version of the model, such as `1`; null: the only one that is served."),
    ] = None
    force: Annotated[
        bool,
        Field(
            description="Load: also if models that aliases stand for have to make room. Unload: also if an alias stands"
            " for it or jobs wait for it; its next job loads it again.",
        ),
    ] = False


class WorkerOperationAnswer(BaseModel):
    """An operation in one worker."""

    worker: str
    state: Annotated[
        InWorkerState,
        Field(
            description="`waiting` (for its next heartbeat), `running`, `done`, `refused`, `failed`, `gone` (it ended"
            " before it had done it) or `overtaken` (by what was asked of the same version later)."
        ),
    ]
    since: datetime
    why: Annotated[str | None, Field(description="Why it refused or failed.")]
    why_code: Annotated[
        ReasonAnswer | None,
        Field(description="What `why` says, for whoever says it otherwise; null where it has none."),
    ]


class OperationLinks(BaseModel):
    """Where it is to be found."""

    self: str


class OperationAnswer(BaseModel):
    """A version that is loaded or unloaded, in each worker that served it when that was asked."""

    id: str
    action: Action
    model: Annotated[str, Field(description="`name/version`.")]
    status: Annotated[
        OperationStatus,
        Field(description="`running` until all workers are through; `refused` if some refused and none failed."),
    ]
    force: bool
    created_at: datetime
    workers: list[WorkerOperationAnswer]
    links: OperationLinks
