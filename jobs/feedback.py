"""Feedback: what people say of how the sentences of a job were judged, with the sentences that it is about."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

import orjson

from jobs.job import DEFAULT_TENANT
from jobs.request import JobRequest

#: The polarity of an aspect that a sentence does not speak of.
NONE = "none"
#: Who says so: a client's own id of the person.
BY = re.compile(r"[^\x00-\x1f\x7f]{1,200}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What a model may say of a sentence: its aspects, and the polarities that each may have, `none` among them."""

    aspects: tuple[str, ...]
    polarities: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedSentence:
    """A sentence as its job's result has it: aspect -> polarity and confidence, without aspects that are `none`."""

    index: int
    text: str
    aspects: Mapping[str, tuple[str, float]] = field(default_factory=dict)

    def polarity(self, aspect: str) -> str:
        """What the model said of the aspect."""
        return self.aspects.get(aspect, (NONE, 0.0))[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """Which polarity an aspect of a sentence has, as somebody says: another than was judged, or the same."""

    #: The sentence's index in its review.
    sentence: int
    aspect: str
    polarity: str
    #: The client's own id of who says so.
    by: str | None = None
    #: The API key that it came with.
    key_id: str | None = None
    #: When it was said, in milliseconds since the epoch.
    at: int = 0


def line_id(batch_id: str, line: int) -> str:
    """By what the feedback on a batch's line is found: no job's id has a slash."""
    return f"{batch_id}/{line}"


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedLine:
    """A line of a batch that has a result, with what feedback on it is kept by, as `jobs.job.Job` is for a job's."""

    tenant: str
    batch_id: str
    #: Its number, from 1, and the client's own id of it.
    line: int
    custom_id: str | None
    #: What was asked of it.
    request: JobRequest
    #: `name` and `version` of the model that judged it.
    model: Mapping[str, str] | None
    #: As a job's.
    result: bytes
    #: The chunk that it stands in, and that one's version when it was read.
    chunk_id: str
    chunk_version: int

    @property
    def id(self) -> str:
        """Of feedback on it."""
        return line_id(self.batch_id, self.line)


@dataclass(frozen=True, kw_only=True, slots=True)
class Feedback:
    """All that was said of a job, or of a line of a batch. Times are milliseconds since the epoch, by Redis' clock."""

    #: The job's; None of a line.
    job_id: str | None = None
    #: The line's batch, its number, and the client's own id of it; None of a job.
    batch_id: str | None = None
    line: int | None = None
    custom_id: str | None = None
    tenant: str = DEFAULT_TENANT
    restaurant: str | None = None
    external_author: str | None = None
    language: str = ""
    #: `name` and `version` of the model that judged it.
    model: Mapping[str, str] | None = None
    #: When the first of it was said, and until when all of it is kept; None where nothing was said.
    created_at: int | None = None
    expires_at: int | None = None
    #: The sentences that something was said of.
    sentences: Sequence[JudgedSentence] = ()
    #: By sentence and aspect.
    corrections: Sequence[Correction] = ()

    @property
    def id(self) -> str:
        """By what it is found."""
        if self.job_id is not None:
            return self.job_id
        assert self.batch_id is not None
        assert self.line is not None
        return line_id(self.batch_id, self.line)

    @property
    def place(self) -> Mapping[str, str | int]:
        """Where its review is, for people."""
        if self.batch_id is not None and self.line is not None:
            return {"batch_id": self.batch_id, "line": self.line}
        return {"job_id": self.id}

    def sentence(self, index: int) -> JudgedSentence:
        """The sentence that a correction is about."""
        return next(each for each in self.sentences if each.index == index)

    def concerns(self, external_author: str) -> bool:
        """Whether it is about a review of theirs, or has something that they said."""
        return self.external_author == external_author or any(each.by == external_author for each in self.corrections)


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedbackFilter:
    """Which feedback a listing shows; None: any."""

    restaurant: str | None = None
    external_author: str | None = None
    #: Only on lines of this batch.
    batch_id: str | None = None
    #: Only about reviews of these restaurants; empty: any.
    restaurants: Set[str] = frozenset()
    #: First said at or after, and at or before, in milliseconds since the epoch.
    since_ms: int | None = None
    until_ms: int | None = None

    def shows(self, found: Feedback) -> bool:
        """Whether it fits, apart from its time."""
        if self.restaurants and found.restaurant not in self.restaurants:
            return False
        if self.external_author not in (None, found.external_author):
            return False
        return self.restaurant in (None, found.restaurant)


def language_of(result: bytes) -> str:
    """The language of a job's result."""
    return str(orjson.loads(result)["language"])


def judged_sentences(result: bytes) -> list[JudgedSentence]:
    """The sentences of a job's result."""
    return [
        JudgedSentence(
            index=sentence["index"],
            text=sentence["text"],
            aspects={
                aspect: (judged["polarity"], judged["confidence"])
                for aspect, judged in sentence["aspects"].items()
                if judged["polarity"] != NONE
            },
        )
        for sentence in orjson.loads(result)["sentences"]
    ]


def examples(feedback: Feedback) -> list[dict[str, Any]]:
    """What can be learned from it, as training data: each sentence with all of its aspects, and where they are from.

    What nobody said anything of is as the model judged it: whoever corrected the sentence left it so.
    """
    found = []
    for sentence in feedback.sentences:
        corrections = [each for each in feedback.corrections if each.sentence == sentence.index]
        aspects = {aspect: polarity for aspect, (polarity, _) in sentence.aspects.items()}
        aspects |= {each.aspect: each.polarity for each in corrections}
        source = {
            **feedback.place,
            "sentence": sentence.index,
            "language": feedback.language,
            "model": feedback.model,
            "corrections": [
                {"aspect": each.aspect, "judged": sentence.polarity(each.aspect), "by": each.by, "at": each.at}
                for each in corrections
            ],
        }
        kept = {aspect: polarity for aspect, polarity in sorted(aspects.items()) if polarity != NONE}
        found.append({"text": sentence.text, "aspects": kept, "source": source})
    return found
