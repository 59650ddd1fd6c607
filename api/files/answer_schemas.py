"""What clients get of files."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field


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
