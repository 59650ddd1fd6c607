"""What a webhook says, as frozen values: a signed body in, an event out.

The reader is tolerant where a later Kritiq may say more (unknown event types, aspects, fields) and strict where a
value would end up in the database.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from examples.dashboard.scheme import ASPECTS, POLARITIES

#: How a job can end; each is an event type `job.<status>`.
ENDINGS = ("succeeded", "failed", "canceled", "expired")
#: What a line of a batch is that had no text to judge, such as a rating without a word.
SKIPPED = "skipped"
#: The error of a line whose author was erased.
ERASED = "erased"
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_LINE = re.compile(r"(batch_[A-Za-z0-9]+)\.([0-9]+)")
#: What tells that something was deleted, and the member that says what; of lines of a batch, `lines` says which.
ERASURES = {"job.deleted": "job_id", "batch.deleted": "batch_id", "batch.lines_deleted": "batch_id"}
OTHERS = (*ERASURES, "batch.completed", "batch.progress", "batch.lines", "endpoint.ping", "endpoint.disabled")


class UnreadableEvent(ValueError):
    """The body was signed by Kritiq, but it is not an event as this dashboard knows it."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """How one aspect of a sentence was judged."""

    aspect: str
    polarity: str
    #: From 0 to 1; None when the sender gave none.
    confidence: float | None
    #: Where in the sentence the words begin and end that carry it; empty where nobody asked for them.
    evidence: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One sentence of a review. Offsets count Unicode code points."""

    #: By it Kritiq knows the sentence among those of its review.
    index: int
    start: int
    end: int
    #: None unless the endpoint opted in to texts.
    text: str | None
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, kw_only=True)
class Review:
    """One job that has ended, with what was found in its review."""

    job_id: str
    status: str
    #: Grows with every change of the job: of two events the one with the larger version is the newer.
    version: int
    #: Empty when the review names no restaurant.
    restaurant: str
    #: When the review was written, else when it was analysed: UTC, ISO 8601, sortable as text.
    at: str
    language: str
    model: str
    truncated: bool
    #: Its polarity as a whole; empty when it says nothing of any aspect.
    overall: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event; `review` is None for those that are not about a job."""

    type: str
    at: str
    review: Review | None = None
    #: The batch that has ended.
    batch_id: str | None = None
    #: The job, the batch or the lines of one that were deleted.
    erased: tuple[str, ...] = ()


def read_event(body: bytes) -> Event | None:
    """The event in a verified body; None for a type that this dashboard does not know."""
    try:
        message = json.loads(body)
        kind = message["type"]
        job_status = kind.removeprefix("job.") if kind.startswith("job.") and kind not in ERASURES else None
        if kind not in OTHERS and job_status not in ENDINGS:
            return None
        at = _moment(message["timestamp"])
        if at is None:
            raise UnreadableEvent("timestamp is not a date")
        review = _review(message["data"], job_status, at) if job_status else None
        batch_id = _batch_id(message["data"].get("batch_id")) if kind == "batch.completed" else None
        erased = _erased(message["data"], kind) if kind in ERASURES else ()
    except UnreadableEvent:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise UnreadableEvent(f"{type(error).__name__}: {error}"[:200]) from None
    return Event(type=kind, at=at, review=review, batch_id=batch_id, erased=erased)


def line_id(batch_id: str, number: int) -> str:
    """What a line of a batch goes by here, as if it were a job of its own."""
    return f"{batch_id}.{number}"


def line_of(job_id: str) -> tuple[str, int] | None:
    """The batch and the number of the line that goes by `job_id`; None: it is a job."""
    found = _LINE.fullmatch(job_id)
    return (found[1], int(found[2])) if found else None


def _erased(data: dict[str, Any], kind: str) -> tuple[str, ...]:
    subject = _text(data[ERASURES[kind]])
    return tuple(line_id(subject, _count(number)) for number in data["lines"]) if "lines" in data else (subject,)


def read_line(row: bytes, batch_id: str, ended_at: str) -> Review | None:
    """The review in a line of a batch's results; it counts as one of a job of its own. None: it has no text, or it had
    one and was erased.
    """
    try:
        line = json.loads(row)
        if line["status"] == SKIPPED or (line.get("error") or {}).get("code") == ERASED:
            return None
        about = {"job_id": line_id(batch_id, _count(line["line"])), "version": 1, "finished_at": ended_at}
        return _review({**line, **about}, line["status"], ended_at)
    except UnreadableEvent:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise UnreadableEvent(f"{type(error).__name__}: {error}"[:200]) from None


def read_job(body: bytes) -> Review:
    """The review in the API's answer about a job that has ended."""
    try:
        job = json.loads(body)
        return _review({**job, "job_id": job["id"]}, job["status"], job["finished_at"])
    except UnreadableEvent:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise UnreadableEvent(f"{type(error).__name__}: {error}"[:200]) from None


def _batch_id(value: object) -> str | None:
    """An id that may stand in an address; None: whoever sent this names no batch."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _review(data: dict[str, Any], status: str, event_at: str) -> Review:
    if status not in ENDINGS:
        raise UnreadableEvent("it has not ended")
    analysed = _moment(data.get("finished_at")) or event_at
    result = data.get("result") or {}
    model = data.get("model") or {}
    job_id = _text(data["job_id"])
    if not job_id:
        raise UnreadableEvent("job_id is empty")
    sentences = tuple(_sentence(each) for each in result.get("sentences") or ())
    if len({each.index for each in sentences}) < len(sentences):
        raise UnreadableEvent("two sentences have the same index")
    return Review(
        job_id=job_id,
        status=status,
        version=_count(data["version"]),
        restaurant=_text(data.get("restaurant")).strip(),
        # Nobody can write a review after it was analysed: a date in the future would stretch the trend for ever.
        at=min(_moment(data.get("reviewed_at")) or analysed, analysed),
        language=_text(result.get("language")),
        model=" ".join(filter(None, (_text(model.get("name")), _text(model.get("version"))))),
        truncated=data.get("truncated") is True,
        overall=_polarity(result.get("overall") or {}),
        sentences=sentences,
    )


def _sentence(data: dict[str, Any]) -> Sentence:
    judged = data.get("aspects") or {}
    text = data.get("text")
    return Sentence(
        index=_count(data["index"]),
        start=_count(data["start"]),
        end=_count(data["end"]),
        text=None if text is None else _text(text),
        judgements=tuple(
            Judgement(
                aspect=aspect,
                polarity=judged[aspect]["polarity"],
                confidence=_share(judged[aspect]),
                evidence=_evidence(judged[aspect], _count(data["start"])),
            )
            for aspect in ASPECTS
            if aspect in judged and judged[aspect]["polarity"] in POLARITIES
        ),
    )


def _evidence(judgement: dict[str, Any], start: int) -> tuple[tuple[int, int], ...]:
    """Counted from where the sentence begins; what lies before it is left out."""
    spans = [(_count(each["start"]) - start, _count(each["end"]) - start) for each in judgement.get("evidence") or ()]
    return tuple(span for span in spans if span[0] >= 0)


def _polarity(judgement: dict[str, Any]) -> str:
    polarity = judgement.get("polarity")
    return polarity if polarity in POLARITIES else ""


def _share(judgement: dict[str, Any]) -> float | None:
    value = judgement.get("confidence")
    return None if value is None else min(1.0, max(0.0, float(value)))  # NaN becomes 0: the weakest there is


def _text(value: object) -> str:
    """A string as SQLite can keep it: a lone surrogate is legal JSON and illegal UTF-8."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UnreadableEvent(f"a text is a {type(value).__name__}")
    return value.encode("utf-8", "replace").decode("utf-8")


def _count(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value < 2**53:
        raise UnreadableEvent("a number is not a whole number from 0")
    return int(value)


def _moment(value: object) -> str | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return None
