"""What a client asks of a job: one frozen value, from the request's schema to the record and back; and what it weighs,
in sentences, in queues and limits."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache
from typing import Any

import orjson

#: What clients may ask, whichever way they come.
RESTAURANT = re.compile(r"[A-Za-z0-9._~-]{1,100}")
#: Whatever a portal knows its authors by: a number, a path, a hash, a name.
AUTHOR = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
LANGUAGE = re.compile(r"auto|[a-z]{2,3}")
MAX_METADATA_BYTES = 2048
#: Seconds that a finished job may be kept, from and to.
TTL_S = (60, 2_592_000)
#: What the evidence of a sentence costs beside judging it: about so many readings (`model.evidence`), of at most so
#: many sentences of a review.
EVIDENCE_READINGS, EVIDENCE_SENTENCES = 30, 30
_SENTENCE_END = re.compile(r"[.!?…\n]+")


class Priority(StrEnum):
    """How urgent a job is. Each priority is a queue of its own; workers look in this order."""

    HIGH = "high"
    NORMAL = "normal"
    BULK = "bulk"


class Form(StrEnum):
    """The shape in which the worker writes the result."""

    #: The v1 result: sentences with offsets, polarities and calibrated confidences.
    V1 = "v1"
    #: The old serving code's answer, for `POST /api/`.
    LEGACY = "legacy"
    #: A list of the results of a bundle (`jobs.bundle`), for the Celery client that sent it.
    BUNDLE = "bundle"
    #: One that only a newer release knows, beside this one in an upgrade: nobody here judges it, or reads its result.
    NEWER = "newer"


@dataclass(frozen=True, kw_only=True, slots=True)
class JobRequest:
    """Everything that is asked of a job but its text. Stored as one JSON field of the record.

    A new member is added here, to the schemas of the calls that take it (`api.jobs.schemas`, `api.batches.schemas`, of
    types in `api.http.fields`), to the signature of the Celery task (`jobs.review_call`), and to the client
    (`kritiq_client.reviews`). Digests and retries follow from here; answers and webhooks show what `described` has.
    """

    priority: Priority = Priority.NORMAL
    #: ISO 639-1 code of the text, or `auto`.
    language: str = "auto"
    #: An alias, or an exact version; None: the alias `default`.
    model: str | None = None
    #: Whether aspects that are not mentioned are listed too.
    include_none: bool = False
    #: Whether the words that carry each opinion are looked for.
    evidence: bool = False
    form: Form = Form.V1
    #: The client's own id of the restaurant, for grouping.
    restaurant: str | None = None
    #: When the review was written, RFC 3339.
    reviewed_at: str | None = None
    #: The client's own id of who wrote it: by it everything of theirs is found.
    external_author: str | None = None
    #: The client's own data, returned as it came.
    metadata: Mapping[str, Any] | None = None
    #: A URL that is told of the job's end, beside the endpoints.
    webhook: str | None = None
    #: When it may begin, RFC 3339 with an offset; None: at once.
    not_before: str | None = None
    #: Seconds from now after which a job that has not ended becomes `expired`.
    deadline_s: float | None = None
    #: Seconds that the finished job is kept; None: as the settings say.
    ttl_s: int | None = None
    #: The job that this one repeats.
    retry_of: str | None = None

    def encode(self) -> bytes:
        """As JSON with sorted keys, without members that have their default."""
        # `asdict` would copy every value first, at 20 times the cost.
        given = {name: value for name, default in _DEFAULTS.items() if (value := getattr(self, name)) != default}
        return orjson.dumps(given, option=orjson.OPT_SORT_KEYS)

    @staticmethod
    def decode(data: bytes | None) -> "JobRequest":
        """The opposite of `encode`; None is a request of defaults. Members of a newer version are passed over; of their
        values a priority that only it knows is normal, and such a form is `Form.NEWER`."""
        return _decoded(data or b"{}")

    def digest(self, text: str) -> str:
        """SHA-256 of the whole request, for idempotency keys."""
        return hashlib.sha256(self.encode() + b"\0" + text.encode("utf-8", "surrogatepass")).hexdigest()

    def described(self) -> dict[str, Any]:
        """The members that answers and webhooks give back to the client."""
        return {
            "restaurant": self.restaurant,
            "reviewed_at": self.reviewed_at,
            "external_author": self.external_author,
            "metadata": self.metadata,
        }


def with_id(digest: str, job_id: str) -> str:
    """A request's digest where its client chose the id: that is part of what an idempotency key is bound to."""
    return f"{digest}:{job_id}"


_DEFAULTS: Mapping[str, Any] = {field.name: field.default for field in fields(JobRequest)}


@lru_cache(maxsize=256)
def _decoded(data: bytes) -> JobRequest:
    """Most jobs ask the same as many others; each is read at its claim and whenever it is shown."""
    given = {name: value for name, value in orjson.loads(data).items() if name in _DEFAULTS}
    for name, kind, newer in (("priority", Priority, Priority.NORMAL), ("form", Form, Form.NEWER)):
        if name in given:
            given[name] = kind(given[name]) if given[name] in set(kind) else newer
    return JobRequest(**given)


def estimate_sentences(text: str) -> int:
    """About how many sentences `text` has, cheaply and from above: runs of end marks, or one per 160 characters.

    Queues, limits and waiting times are counted in this unit. The API must not load the sentence splitter.
    """
    return max(1, len(_SENTENCE_END.findall(text)), len(text) // 160)


def weight_of(text: str, request: JobRequest) -> int:
    """About how many sentences a worker reads for it: those of the text, and more where evidence is looked for."""
    if request.form is Form.BUNDLE:
        # Its reviews have weights of their own.
        return 1
    sentences = estimate_sentences(text)
    return sentences + EVIDENCE_READINGS * min(sentences, EVIDENCE_SENTENCES) if request.evidence else sentences
