"""A line of a batch's results, or of `kritiq predict`, as far as the archive keeps it."""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, Field, field_validator, model_validator

from archive.ended import day_of
from jobs.request import AUTHOR, RESTAURANT
from jobs.timestamp import written

#: A place or a number, as large as databases take it.
Whole = Annotated[int, Field(ge=0, lt=2**31)]
#: The name of an aspect or of a model, or its version.
_Name = Annotated[str, Field(pattern=r"^[^\x00]+$")]


#: How sure something is.
Sure = Annotated[float, Field(ge=0, le=1)]


class _Span(BaseModel):
    start: Whole
    end: Whole


class _Judged(BaseModel):
    polarity: Literal["positive", "neutral", "negative", "conflict", "none"]
    confidence: Sure
    low_confidence: bool | None = None
    evidence: list[_Span] | None = None


class _Sentence(BaseModel):
    index: Whole
    start: Whole
    end: Whole
    text: str
    truncated: bool | None = None
    aspects: dict[_Name, _Judged]


class _Overall(BaseModel):
    polarity: Literal["positive", "neutral", "negative", "conflict"]
    confidence: Sure


class _Result(BaseModel):
    language: str
    overall: _Overall | None = None
    sentences: list[_Sentence]

    @field_validator("sentences")
    @classmethod
    def _each_once(cls, value: list[_Sentence]) -> list[_Sentence]:
        if len({sentence.index for sentence in value}) < len(value):
            raise ValueError("two sentences have the same index")
        return value


class _Error(BaseModel):
    code: str
    message: str = ""


class _Model(BaseModel):
    name: _Name
    version: _Name


class JudgedLine(BaseModel):
    """The line. `skipped`: there was no text to judge."""

    line: Whole | None = None
    custom_id: str | None = None
    status: Literal["succeeded", "failed", "canceled", "expired", "skipped"]
    restaurant: Annotated[str, Field(pattern=f"^(?:{RESTAURANT.pattern})$")] | None = None
    reviewed_at: str | None = None
    external_author: Annotated[str, Field(pattern=f"^(?:{AUTHOR.pattern})$")] | None = None
    metadata: dict[str, Any] | None = None
    result: _Result | None = None
    error: _Error | None = None
    warnings: list[str] = []
    #: What judged it, or failed on it; older releases, and `kritiq predict`, do not say it.
    model: _Model | None = None

    @field_validator("reviewed_at")
    @classmethod
    def _a_day(cls, value: str | None) -> str | None:
        if value is not None:
            written(value)
        return value

    @model_validator(mode="after")
    def _whole(self) -> "JudgedLine":
        if (self.status == "succeeded") != (self.result is not None):
            raise ValueError("a line has a result when it succeeded, and only then")
        return self

    def job_id(self, tenant: str, source: str) -> str:
        """The same for the same review of an organisation, whatever was judged: by its own id and its restaurant, else
        by what it is.

        Exports number the reviews of each restaurant from 1. `source`: what is called by one name is one list of
        reviews, and of one restaurant where its lines name none.
        """
        if self.custom_id is None:
            return _named(tenant, b"review\0" + orjson.dumps([source, *self._what()]))
        of = {"source": source} if self.restaurant is None else {"restaurant": self.restaurant}
        return _named(tenant, b"own\0" + orjson.dumps([of, self.custom_id]))

    def former_id(self, tenant: str) -> str | None:
        """What `job_id` was when the own id alone made it: archives have reviews of then."""
        return None if self.custom_id is None else _named(tenant, b"id\0" + self.custom_id.encode())

    def _what(self) -> Sequence[Any]:
        """Its place in the file is among it: two guests may write the same two words."""
        text = None
        if self.result is not None:
            # Wherever another model's sentences begin and end.
            text = "".join("".join(sentence.text for sentence in self.result.sentences).split())
        return [self.line, self.restaurant, self.external_author, day_of(self.reviewed_at), text]


def _named(tenant: str, told: bytes) -> str:
    return "import_" + hashlib.sha256(tenant.encode() + b"\0" + told).hexdigest()[:32]
