"""What a client submits."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """A review to judge. What is None is left to the service."""

    text: str
    #: `high`, `normal` or `bulk`.
    priority: str | None = None
    #: ISO 639 code of the text, or `auto`.
    language: str | None = None
    #: An alias of a model, or an exact version (`name/version`): see `Client.models`.
    model: str | None = None
    #: Whether aspects that are not mentioned are listed too.
    include_none: bool | None = None
    #: Whether the words that carry each opinion are looked for (`Aspect.evidence`): some thirty more readings each.
    evidence: bool | None = None
    #: Seconds from now after which the job is `expired`, waiting included.
    deadline_s: float | None = None
    #: When it may begin, at most 30 days from now; with a time zone. A time that has passed means now.
    not_before: datetime | None = None
    #: Seconds that the finished job is kept.
    ttl_s: int | None = None
    #: Your id of the restaurant, for summaries.
    restaurant: str | None = None
    #: When it was written; with a time zone, or only the day.
    reviewed_at: date | None = None
    #: Your id of who wrote it: what there is of an author is found by it.
    external_author: str | None = None
    #: Your own data, up to 2 kB, returned as it came.
    metadata: Mapping[str, Any] | None = None
    #: A URL that is told when the job ends.
    webhook_url: str | None = None

    def body(self) -> bytes:
        """The request's body."""
        members = given(self)
        if "webhook_url" in members:
            members["webhook"] = {"url": members.pop("webhook_url")}
        return encode(members)


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchReview:
    """One review of a batch."""

    #: None or empty, as of a rating without a word: it is `skipped`.
    text: str | None
    #: Your id of it, at most 512 characters; it comes back with the result.
    custom_id: str | None = None
    #: What is None is as the batch says: see `BatchOptions`.
    language: str | None = None
    model: str | None = None
    restaurant: str | None = None
    reviewed_at: date | None = None
    external_author: str | None = None
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchOptions:
    """What goes for all reviews of a batch that do not say it themselves. What is None is left to the service."""

    language: str | None = None
    #: See `Review.model`.
    model: str | None = None
    include_none: bool | None = None
    #: When they may begin: see `Review.not_before`.
    not_before: datetime | None = None
    ttl_s: int | None = None
    #: Your id of the restaurant, in whose summary they count.
    restaurant: str | None = None
    #: When they were written: the day that they count for.
    reviewed_at: date | None = None
    external_author: str | None = None
    metadata: Mapping[str, Any] | None = None


def batch_body(reviews: Iterable[str | BatchReview], options: BatchOptions | None = None) -> tuple[bytes, str]:
    """A batch as body and media type: NDJSON, or JSON when there are options. The same batch gives the same bytes."""
    rows = [given(BatchReview(text=item) if isinstance(item, str) else item) for item in reviews]
    members = given(options) if options is not None else {}
    if members:
        return encode(members | {"reviews": rows}), "application/json"
    return b"".join(encode(row) + b"\n" for row in rows), "application/x-ndjson"


def encode(value: Any) -> bytes:
    """Compact JSON in UTF-8. Half of a surrogate pair, which has no UTF-8, is escaped for the service to refuse."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def given(item: Any) -> dict[str, Any]:
    """What is said of something that is submitted, as JSON has it, without what is None."""
    values = {field.name: getattr(item, field.name) for field in fields(item)}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if value is not None
    }
