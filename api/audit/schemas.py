"""What clients get of the audit log."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field


class AuditEntryAnswer(BaseModel):
    """Something that was done or tried."""

    id: str
    at: datetime
    action: Annotated[str, Field(description="An `operationId` of this document, or a command: `kritiq keys create`.")]
    outcome: Annotated[
        Literal["done", "refused", "failed"], Field(description="`refused`: who asked may not, or was not known.")
    ]
    status: Annotated[int | None, Field(description="The HTTP status of the answer; null of a command.")]
    key_id: Annotated[
        str | None, Field(description="The key that was shown, or whose session it was; by a link, the link.")
    ]
    address: Annotated[str | None, Field(description="Who asked, as the API saw it; null of a command.")]
    objects: Annotated[dict[str, str], Field(description="Ids of what it was about, by kind: `job_id` and so on.")]


class AuditAnswer(BaseModel):
    """Some entries, newest first."""

    entries: list[AuditEntryAnswer]
    next_page_token: str | None
