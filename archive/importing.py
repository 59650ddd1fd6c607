"""Puts results into the archive that were judged elsewhere: the lines of a batch's results, or of `kritiq predict`.

Nobody is told of them and nothing counts them as new: they are in no queue and not in Redis. A line that is imported
again, or another one with its `custom_id`, takes the place of what there was.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, Field, ValidationError, model_validator

from archive.review import Kept, Opinion, Review, Sentence, day_of, storable
from archive.sink import Moved, Put, Sink
from jobs.errors import KritiqError
from jobs.request import AUTHOR, RESTAURANT

#: Lines of one transaction.
MOST = 1_000


class BadLine(KritiqError):
    """A line is none of a batch's results."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """What is known of all lines."""

    tenant: str
    #: Name and version of the model that judged them, if they are known.
    model: str | None = None
    version: str | None = None


class _Judged(BaseModel):
    polarity: Literal["positive", "neutral", "negative", "conflict", "none"]
    confidence: Annotated[float, Field(ge=0, le=1)]


class _Sentence(BaseModel):
    index: int
    start: int
    end: int
    text: str
    aspects: dict[str, _Judged]


class _Result(BaseModel):
    language: str
    sentences: list[_Sentence]


class _Error(BaseModel):
    code: str


class _Line(BaseModel):
    """A line of results, as far as the archive keeps it."""

    custom_id: str | None = None
    status: Literal["succeeded", "failed", "canceled", "expired"]
    restaurant: Annotated[str, Field(pattern=f"^(?:{RESTAURANT.pattern})$")] | None = None
    reviewed_at: str | None = None
    external_author: Annotated[str, Field(pattern=f"^(?:{AUTHOR.pattern})$")] | None = None
    metadata: dict[str, Any] | None = None
    result: _Result | None = None
    error: _Error | None = None

    @model_validator(mode="after")
    def _whole(self) -> "_Line":
        if (self.status == "succeeded") != (self.result is not None):
            raise ValueError("a line has a result when it succeeded, and only then")
        return self


def put_lines(sink: Sink, lines: Iterable[bytes], origin: Origin, kept: Kept, now: datetime) -> Iterator[int]:
    """Import lines; gives how many are in, after each transaction.

    Raises BadLine, with what came long before it imported, and sqlalchemy.exc.SQLAlchemyError.
    """
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    done = 0
    while part := list(islice(numbered, MOST)):
        _apply(sink, [_read(number, line, origin, kept, now) for number, line in part])
        done += len(part)
        yield done


def _apply(sink: Sink, puts: list[Put]) -> None:
    """Beside an archiver that may write at the same time: its place stays as it is."""
    while True:
        place = sink.place()
        try:
            sink.apply(puts, after=place, to=place)
        except Moved:
            continue
        return


def _read(number: int, line: bytes, origin: Origin, kept: Kept, now: datetime) -> Put:
    try:
        review = _review(_Line.model_validate(orjson.loads(line)), _id(origin.tenant, line), origin, kept, now)
    except ValidationError as error:
        # Without what is in it: that is a review.
        where = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
        raise BadLine(f"Line {number} is no line of results{f': see {where}' if where else ''}.") from None
    except ValueError:
        raise BadLine(f"Line {number} is no JSON.") from None
    return Put(tenant=origin.tenant, job_id=review.job_id, reviews=(review,))


def _review(line: _Line, job_id: str, origin: Origin, kept: Kept, now: datetime) -> Review:
    result, day = line.result, day_of(line.reviewed_at)
    return Review(
        tenant=origin.tenant,
        job_id=job_id,
        line=0,
        version=1,
        batch_id=None,
        custom_id=storable(line.custom_id),
        status=line.status,
        error_code=line.error.code if line.error else None,
        restaurant=line.restaurant,
        author=storable(line.external_author),
        day=day or now.date(),
        created_at=datetime.combine(day, time(), UTC) if day else now,
        finished_at=now,
        forget_at=now + timedelta(days=kept.days) if kept.days else None,
        language=result.language if result else None,
        model=origin.model if result else None,
        model_version=origin.version if result else None,
        text=None,
        metadata=storable(orjson.dumps(line.metadata).decode()) if kept.texts and line.metadata else None,
        sentences=tuple(_sentence(said, kept.texts) for said in result.sentences) if result else (),
    )


def _sentence(said: _Sentence, texts: bool) -> Sentence:
    opinions = [
        Opinion(aspect=aspect, polarity=judged.polarity, confidence=judged.confidence)
        for aspect, judged in said.aspects.items()
        if judged.polarity != "none"
    ]
    text = storable(said.text) if texts else None
    return Sentence(number=said.index, begin=said.start, end=said.end, text=text, opinions=tuple(opinions))


def _id(tenant: str, line: bytes) -> str:
    """The same for the same review: by its own id, else by its whole line."""
    row = orjson.loads(line)
    own = row.get("custom_id") if isinstance(row, dict) else None
    what = b"id\0" + str(own).encode() if own is not None else b"line\0" + line.strip()
    return "import_" + hashlib.sha256(tenant.encode() + b"\0" + what).hexdigest()[:32]
