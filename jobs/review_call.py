"""The signature that Celery clients call: a review and what is asked of it, checked as the HTTP API checks it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from jobs.choice import MODEL
from jobs.request import AUTHOR, LANGUAGE, MAX_METADATA_BYTES, RESTAURANT, TTL_S, JobRequest, Priority
from jobs.timestamp import written


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewCall:
    """A review, and what is asked of it."""

    text: str
    request: JobRequest
    #: Whether the call named a priority itself.
    prioritized: bool


def analyze(
    text: str,
    language: str = "auto",
    include_none: bool = False,
    restaurant: str | None = None,
    reviewed_at: str | date | None = None,
    metadata: Mapping[str, Any] | None = None,
    priority: str | None = None,
    ttl: float | None = None,
    external_author: str | None = None,
    evidence: bool = False,
    model: str | None = None,
) -> ReviewCall:
    """What a call of the task `kritiq.analyze` asks for, `ttl` in seconds.

    Raises TypeError and ValueError in words for whoever called it, as Python does for arguments that are wrong.
    """
    _demand("text", text, str)
    if not text.strip():
        raise ValueError("text is empty")
    # No UTF-8 exists for half an emoji: UnicodeEncodeError is a ValueError.
    text.encode()
    _demand("include_none", include_none, bool)
    _demand("evidence", evidence, bool)
    return ReviewCall(
        text=text,
        request=JobRequest(
            language=_matching("language", language, LANGUAGE),
            include_none=include_none,
            evidence=evidence,
            model=None if model is None else _matching("model", model, MODEL),
            restaurant=None if restaurant is None else _matching("restaurant", restaurant, RESTAURANT),
            reviewed_at=_written(reviewed_at),
            external_author=_author(external_author),
            metadata=_metadata(metadata),
            priority=_priority(priority),
            ttl_s=_ttl(ttl),
        ),
        prioritized=priority is not None,
    )


def _demand(name: str, value: object, *kinds: type) -> None:
    if not isinstance(value, kinds):
        words = {str: "a string", bool: "true or false", dict: "an object", int: "a number", date: "a time"}
        raise TypeError(f"{name} must be {words[kinds[0]]}, not {type(value).__name__}")


def _matching(name: str, value: str, pattern: re.Pattern[str]) -> str:
    _demand(name, value, str)
    if not pattern.fullmatch(value):
        raise ValueError(f"{name} must match {pattern.pattern}")
    return value


def _author(value: str | None) -> str | None:
    if value is None:
        return None
    _matching("external_author", value, AUTHOR).encode()
    return value


def _written(value: str | date | None) -> str | None:
    if value is None:
        return None
    # A datetime is a date too; one without a zone is neither a time nor a day.
    _demand("reviewed_at", value, str, date)
    try:
        return written(value.isoformat() if isinstance(value, date) else value).isoformat()
    except ValueError as error:
        raise ValueError(f"reviewed_at {error}") from None


def _metadata(value: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if value is None:
        return None
    _demand("metadata", value, dict)
    try:
        # Celery's JSON brings times, numbers and ids as Python's own; they are given back as text.
        data = orjson.dumps(value, default=str)
    except TypeError as error:
        raise ValueError(f"metadata cannot be kept: {error}") from None
    if len(data) > MAX_METADATA_BYTES:
        raise ValueError(f"metadata must be at most {MAX_METADATA_BYTES} bytes as JSON, is {len(data)}")
    kept: Mapping[str, Any] = orjson.loads(data)
    return kept


def _priority(value: str | None) -> Priority:
    if value is None:
        return Priority.NORMAL
    _demand("priority", value, str)
    if value not in list(Priority):
        raise ValueError(f"priority must be one of {', '.join(Priority)}")
    return Priority(value)


def _ttl(value: float | None) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool):
        raise TypeError("ttl must be a number, not bool")
    _demand("ttl", value, int, float)
    first, last = TTL_S
    if not first <= value <= last:
        raise ValueError(f"ttl must be from {first} to {last} seconds")
    return round(value)
