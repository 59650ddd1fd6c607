"""Reviews as the archive keeps them, made of a job or of the lines of a chunk that have ended."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from archive.details import details_of, line_details_of
from archive.review import NONE, Kept, Opinion, Review, Sentence
from archive.times import time_of
from jobs.job import JobError
from jobs.line import Line, LineStatus, decode_chunk, error_line, result_lines
from jobs.request import Form, JobRequest
from store.ended import Ended


def reviews_of(ended: Ended, kept: Kept) -> Iterator[Review]:
    """The review that a job was, or those that a chunk was, without those that had no text.

    Raises ValueError for a record that cannot be read.
    """
    if ended.job.request.form is Form.BUNDLE:
        # Each of its reviews is a job of its own.
        return
    if ended.batch is None:
        result = orjson.loads(ended.result) if ended.result is not None else None
        yield _review(ended, kept, ended.job.request, ended.job.status.value, ended.job.error, result, text=ended.text)
        return
    lines = {line.number: line for line in decode_chunk(ended.text)}
    for row in map(orjson.loads, _rows(ended, lines)):
        line, why = lines[row["line"]], row["error"]
        if row["status"] == LineStatus.SKIPPED:
            continue
        asked = line.asked(ended.job.request)
        error = JobError(code=why["code"], message=why["message"]) if why else None
        yield _review(
            ended, kept, asked, row["status"], error, row["result"],
            text=line.text, number=line.number, custom_id=line.custom_id, warnings=line.warnings,
        )  # fmt: skip


def _rows(ended: Ended, lines: Mapping[int, Line]) -> list[bytes]:
    """The result lines of a chunk; of one that ended without any, the same for each of its lines."""
    if ended.result is not None:
        return result_lines(ended.result).splitlines()
    job = ended.job
    why = job.error or JobError(code=job.status.value, message="")
    return [error_line(line, job.request, why.code, why.message) for line in lines.values()]


def _review(
    ended: Ended, kept: Kept, asked: JobRequest, status: str, error: JobError | None, result: Any, *,
    text: str, number: int = 0, custom_id: str | None = None, warnings: Sequence[str] = (),
) -> Review:  # fmt: skip
    job, texts = ended.job, kept.texts
    created, finished = time_of(job.created_at), time_of(job.finished_at or job.created_at)
    # The old service's answers have numbers in place of names: these clients want no more than what that gave.
    judged = result if isinstance(result, dict) and asked.form is Form.V1 else None
    model, whole = job.model or {}, (judged or {}).get("overall") or {}
    return Review(
        tenant=job.tenant,
        job_id=job.id,
        line=number,
        version=job.version,
        batch_id=ended.batch,
        custom_id=storable(custom_id),
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
        text=storable(text) if texts else None,
        metadata=storable(orjson.dumps(dict(asked.metadata)).decode()) if texts and asked.metadata else None,
        sentences=tuple(sentence_of(sentence, texts) for sentence in judged["sentences"]) if judged else (),
        attempt=job.attempt,
        priority=asked.priority.value,
        error_message=storable(error.message) if error else None,
        reviewed_at=storable(asked.reviewed_at),
        started_at=None if job.started_at is None else time_of(job.started_at),
        overall=whole.get("polarity"),
        overall_confidence=whole.get("confidence"),
        details=details_of(job, judged) if ended.batch is None else line_details_of(job, judged),
        warnings=noted(warnings, texts),
        batch_restaurant=None if ended.batch is None else job.request.restaurant,
    )


def noted(warnings: Sequence[str], texts: bool) -> str | None:
    """Warnings as they are kept: where texts are, for they may quote what the client sent."""
    return storable(orjson.dumps(warnings).decode()) if texts and warnings else None


def sentence_of(sentence: Mapping[str, Any], texts: bool) -> Sentence:
    """A sentence of a result, as answers tell it; `texts`: with its text."""
    opinions, unmentioned = [], {}
    for aspect, judged in sentence["aspects"].items():
        polarity, confidence = judged["polarity"], judged["confidence"]
        if polarity == NONE:
            unmentioned[aspect] = confidence
        else:
            evidence = judged.get("evidence")
            spans = None if evidence is None else tuple((span["start"], span["end"]) for span in evidence)
            opinions.append(Opinion(aspect, polarity, confidence, judged.get("low_confidence"), spans))
    text = storable(sentence["text"]) if texts else None
    given = (
        sentence["index"],
        sentence["start"],
        sentence["end"],
        text,
        tuple(opinions),
        sentence.get("truncated"),
        unmentioned,
    )
    return Sentence(*given)


def storable(text: str | None) -> str | None:
    """The text as PostgreSQL takes it: without NUL characters and halves of characters."""
    if text is None:
        return None
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
    return text.replace("\0", "\ufffd") if "\0" in text else text


def day_of(text: str | None) -> date | None:
    """The day of an RFC 3339 time, or of a day; None of anything else."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _forget_at(finished: datetime, asked: JobRequest, days: int) -> datetime | None:
    """What a client said of how long its review is kept holds here, too."""
    ends = [finished + timedelta(days=days)] if days else []
    if asked.ttl_s is not None:
        ends.append(finished + timedelta(seconds=asked.ttl_s))
    return min(ends, default=None)
