"""A review as the archive keeps it, made of a job or of a line of a batch that has ended."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from archive.details import details_of, line_details_of
from archive.times import time_of
from jobs.job import JobError
from jobs.line import Line, LineStatus, decode_chunk, error_line, result_lines
from jobs.request import Form, JobRequest
from store.ended import Ended
from store.key import author_digest

#: What is said of an aspect that a sentence does not mention; only clients that ask for it get it.
NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """What a sentence says of an aspect."""

    aspect: str
    polarity: str
    confidence: float
    #: See `model.predictions.AspectPrediction`; None where nobody looked.
    low_confidence: bool | None = None
    #: Where the words are that carry it: begin and end in the text, in code points. None where nobody asked.
    evidence: tuple[tuple[int, int], ...] | None = None

    def told(self) -> dict[str, Any]:
        """As answers have it."""
        told: dict[str, Any] = {"polarity": self.polarity, "confidence": self.confidence}
        if self.low_confidence is not None:
            told["low_confidence"] = self.low_confidence
        if self.evidence is not None:
            told["evidence"] = [{"start": start, "end": end} for start, end in self.evidence]
        return told


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A sentence of a review: where it begins and ends in the text, in code points."""

    number: int
    begin: int
    end: int
    text: str | None
    opinions: tuple[Opinion, ...]
    #: Whether it was longer than the model reads; None: not known.
    truncated: bool | None = None
    #: How sure it is that it does not mention which aspects, for clients that asked for that.
    unmentioned: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """One review. What a client did not say is None."""

    tenant: str
    #: The job's id; of a line of a batch, the id of the chunk that it was in.
    job_id: str
    #: Its number in its batch, from 1; 0 of a single review.
    line: int
    version: int
    batch_id: str | None
    custom_id: str | None
    status: str
    error_code: str | None
    restaurant: str | None
    author: str | None
    #: When it was written, else when it was sent: the day that it counts for.
    day: date
    created_at: datetime
    finished_at: datetime
    #: When the archive forgets it; None: never.
    forget_at: datetime | None
    language: str | None
    model: str | None
    model_version: str | None
    text: str | None
    #: The client's own data, as JSON.
    metadata: str | None
    sentences: tuple[Sentence, ...]
    #: From here on None also of what was imported, or archived before schema 8.
    attempt: int | None = None
    priority: str | None = None
    error_message: str | None = None
    #: When it was written, as the client said it.
    reviewed_at: str | None = None
    #: When its last attempt began.
    started_at: datetime | None = None
    #: How it judges as a whole, when any sentence has an opinion.
    overall: str | None = None
    overall_confidence: float | None = None
    #: See `archive.details`.
    details: str | None = None
    #: What stands for its author where the author is encrypted; see `archive.sealing`.
    stands_for: str | None = None
    #: Whether what the guest wrote was erased with its key.
    erased: bool = False

    @property
    def author_digest(self) -> str | None:
        """By what an erasure finds whose it is."""
        return author_digest(self.author) if self.author is not None else self.stands_for


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What is kept of reviews, and for how long."""

    #: Whether texts and metadata are, too.
    texts: bool = True
    #: From a review's end; 0: for ever.
    days: int = 0
    #: The same of organisations of which the operator said it.
    own: Mapping[str, int] = field(default_factory=dict)

    def days_of(self, tenant: str) -> int:
        """How long an organisation's reviews are."""
        return self.own.get(tenant, self.days)


def reviews_of(ended: Ended, kept: Kept) -> Iterator[Review]:
    """The review that a job was, or those that a chunk was, without those that had no text.

    Raises ValueError for a record that cannot be read.
    """
    if ended.batch is None:
        result = orjson.loads(ended.result) if ended.result is not None else None
        line, request = Line(number=0, text=ended.text), ended.job.request
        yield _review(ended, kept, line, request, ended.job.status.value, ended.job.error, result)
        return
    lines = {line.number: line for line in decode_chunk(ended.text)}
    for row in map(orjson.loads, _rows(ended, lines)):
        line, why = lines[row["line"]], row["error"]
        if row["status"] == LineStatus.SKIPPED:
            continue
        asked = line.asked(ended.job.request)
        error = JobError(code=why["code"], message=why["message"]) if why else None
        yield _review(ended, kept, line, asked, row["status"], error, row["result"])


def _rows(ended: Ended, lines: Mapping[int, Line]) -> list[bytes]:
    """The result lines of a chunk; of one that ended without any, the same for each of its lines."""
    if ended.result is not None:
        return result_lines(ended.result).splitlines()
    job = ended.job
    why = job.error or JobError(code=job.status.value, message="")
    return [error_line(line, job.request, why.code, why.message) for line in lines.values()]


def _review(
    ended: Ended, kept: Kept, line: Line, asked: JobRequest, status: str, error: JobError | None, result: Any
) -> Review:
    job, texts = ended.job, kept.texts
    created, finished = time_of(job.created_at), time_of(job.finished_at or job.created_at)
    # The old service's answers have numbers in place of names: these clients want no more than what that gave.
    judged = result if isinstance(result, dict) and asked.form is Form.V1 else None
    model, whole = job.model or {}, (judged or {}).get("overall") or {}
    return Review(
        tenant=job.tenant,
        job_id=job.id,
        line=line.number,
        version=job.version,
        batch_id=ended.batch,
        custom_id=storable(line.custom_id),
        status=status,
        error_code=error.code if error else None,
        restaurant=asked.restaurant,
        author=storable(asked.external_author),
        day=day_of(asked.reviewed_at or ended.day) or created.date(),
        created_at=created,
        finished_at=finished,
        forget_at=_forget_at(finished, asked, kept.days_of(job.tenant)),
        language=judged["language"] if judged else None,
        model=model.get("name"),
        model_version=model.get("version"),
        text=storable(line.text) if texts else None,
        metadata=storable(orjson.dumps(dict(asked.metadata)).decode()) if texts and asked.metadata else None,
        sentences=tuple(sentence_of(said, texts) for said in judged["sentences"]) if judged else (),
        attempt=job.attempt,
        priority=asked.priority.value,
        error_message=storable(error.message) if error else None,
        reviewed_at=storable(asked.reviewed_at),
        started_at=None if job.started_at is None else time_of(job.started_at),
        overall=whole.get("polarity"),
        overall_confidence=whole.get("confidence"),
        details=details_of(job, judged) if ended.batch is None else line_details_of(job, judged),
    )


def sentence_of(said: Mapping[str, Any], texts: bool) -> Sentence:
    """A sentence of a result, as answers tell it; `texts`: with its text."""
    opinions, unmentioned = [], {}
    for aspect, judged in said["aspects"].items():
        if judged["polarity"] == NONE:
            unmentioned[aspect] = judged["confidence"]
        else:
            opinions.append(_opinion(aspect, judged))
    return Sentence(
        number=said["index"],
        begin=said["start"],
        end=said["end"],
        text=storable(said["text"]) if texts else None,
        opinions=tuple(opinions),
        truncated=said.get("truncated"),
        unmentioned=unmentioned,
    )


def _opinion(aspect: str, judged: Mapping[str, Any]) -> Opinion:
    evidence = judged.get("evidence")
    return Opinion(
        aspect=aspect,
        polarity=judged["polarity"],
        confidence=judged["confidence"],
        low_confidence=judged.get("low_confidence"),
        evidence=None if evidence is None else tuple((span["start"], span["end"]) for span in evidence),
    )


def storable(text: str | None) -> str | None:
    """The text as PostgreSQL takes it: without NUL characters and halves of characters."""
    if text is None:
        return None
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def day_of(text: str | None) -> date | None:
    """The day of an RFC 3339 time, or of a day; None of anything else."""
    if text is not None:
        with suppress(ValueError):
            return date.fromisoformat(text[:10])
    return None


def _forget_at(finished: datetime, asked: JobRequest, days: int) -> datetime | None:
    """What a client said of how long its review is kept holds here, too."""
    ends = [finished + timedelta(days=days)] if days else []
    if asked.ttl_s is not None:
        ends.append(finished + timedelta(seconds=asked.ttl_s))
    return min(ends, default=None)
