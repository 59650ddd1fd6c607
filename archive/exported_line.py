"""A line of what `kritiq archive export --format jsonl` writes, and the review that it was."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from archive.details import told_details
from archive.ended import noted, storable
from archive.judged_line import Sure, Whole
from archive.review import CorrectionRow, Kept, Opinion, Review, Sentence
from store.key import author_digest

_Text = Annotated[str, AfterValidator(storable)]
#: What is in no line of results, which has a review that nobody has archived yet.
_ITS_OWN = {"job_id", "day", "sentences"}


class _Part(BaseModel):
    # What a release of later writes is not lost unseen.
    model_config = ConfigDict(extra="forbid")


class _Span(_Part):
    start: Whole
    end: Whole


class _Opinion(_Part):
    polarity: Literal["positive", "neutral", "negative", "conflict"]
    confidence: Sure
    low_confidence: bool | None = None
    evidence: list[_Span] | None = None

    def of(self, aspect: str) -> Opinion:
        """As the archive keeps it."""
        spans = None if self.evidence is None else tuple((span.start, span.end) for span in self.evidence)
        return Opinion(aspect, self.polarity, self.confidence, self.low_confidence, spans)


class _Sentence(_Part):
    index: Whole
    start: Whole
    end: Whole
    text: _Text | None
    truncated: bool | None
    aspects: dict[_Text, _Opinion]
    unmentioned: dict[_Text, Sure]

    def kept(self, texts: bool) -> Sentence:
        """As the archive keeps it; `texts`: with its text."""
        opinions = tuple(opinion.of(aspect) for aspect, opinion in self.aspects.items())
        text = self.text if texts else None
        return Sentence(self.index, self.start, self.end, text, opinions, self.truncated, self.unmentioned)


class _Feedback(_Part):
    sentence: Whole
    aspect: _Text
    polarity: _Text
    judged: _Text
    confidence: Sure | None
    by: _Text | None
    at: AwareDatetime

    def kept(self, model: str | None, version: str | None) -> CorrectionRow:
        """As the archive keeps it, of what a version had said."""
        digest = None if self.by is None else author_digest(self.by)
        about = (self.sentence, self.aspect, self.polarity, self.judged, self.confidence)
        return CorrectionRow(*about, model, version, self.by, digest, self.at.astimezone(UTC))


class ExportedLine(_Part):
    """The line. Members of later releases are refused, those that earlier ones did not write may be missing."""

    tenant: str
    job_id: Annotated[str, Field(pattern=r"^[^\x00]+$")]
    line: Whole
    batch_id: _Text | None
    custom_id: _Text | None
    restaurant: _Text | None
    author: _Text | None
    day: date
    created_at: AwareDatetime
    finished_at: AwareDatetime
    status: Literal["succeeded", "failed", "canceled", "expired"]
    error_code: _Text | None
    language: _Text | None
    model: _Text | None
    model_version: _Text | None
    reviewed_at: _Text | None = None
    priority: _Text | None = None
    attempt: Whole | None = None
    started_at: AwareDatetime | None = None
    retry_of: _Text | None = None
    forget_at: AwareDatetime | None = None
    error_message: _Text | None = None
    overall: _Text | None = None
    overall_confidence: Sure | None = None
    language_known: bool | None = None
    model_alias: str | None = None
    model_share: int | None = None
    text: _Text | None = None
    metadata: dict[str, Any] | None = None
    warnings: list[str] = []
    sentences: list[_Sentence]
    feedback: list[_Feedback] = []
    version: Whole = 1

    @model_validator(mode="after")
    def _each_once(self) -> "ExportedLine":
        sentences = [each.index for each in self.sentences]
        spoken = [(each.sentence, each.aspect) for each in self.feedback]
        if len(set(sentences)) < len(sentences) or len(set(spoken)) < len(spoken):
            raise ValueError("a sentence, or what was said of one, is there twice")
        return self

    def review(self, kept: Kept, now: datetime) -> Review:
        """The review, under the ids that it had; it is kept no longer than was said then, and is said now."""
        most = kept.days_of(self.tenant)
        ends = [end for end in (self.forget_at, now + timedelta(days=most) if most else None) if end is not None]
        metadata = storable(orjson.dumps(self.metadata).decode()) if kept.texts and self.metadata else None
        same = (
            "tenant", "job_id", "line", "batch_id", "custom_id", "status", "error_code", "restaurant", "author", "day",
            "language", "model", "model_version", "attempt", "priority", "error_message", "reviewed_at", "overall",
            "overall_confidence", "version",
        )  # fmt: skip
        return Review(
            **{name: getattr(self, name) for name in same},
            created_at=self.created_at.astimezone(UTC),
            finished_at=self.finished_at.astimezone(UTC),
            started_at=None if self.started_at is None else self.started_at.astimezone(UTC),
            forget_at=min(ends).astimezone(UTC) if ends else None,
            text=self.text if kept.texts else None,
            metadata=metadata,
            sentences=tuple(each.kept(kept.texts) for each in self.sentences),
            details=self._details(),
            warnings=noted(self.warnings, kept.texts),
            feedback=tuple(each.kept(self.model, self.model_version) for each in self.feedback),
        )

    def _details(self) -> str | None:
        choice = {"alias": self.model_alias, "share": self.model_share}
        told = told_details(
            retry_of=self.retry_of,
            choice={name: value for name, value in choice.items() if value is not None} or None,
            language_known=self.language_known is not False,
        )
        # Of a line of a batch it was noted that nothing was to be said.
        return told or ("{}" if self.language_known and self.batch_id is not None else None)


def is_exported(row: object) -> bool:
    """Whether a line is one of an export: whatever else it says, it is no line of results."""
    return isinstance(row, Mapping) and row.keys() >= _ITS_OWN
