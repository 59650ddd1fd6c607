"""What the archive is told: jobs that have ended, what is deleted, and what people say of judgements."""

from dataclasses import dataclass

from archive.review import Review
from jobs.feedback import Feedback


@dataclass(frozen=True, kw_only=True, slots=True)
class Put:
    """These are the reviews that a job or chunk was; whatever there was of it before is replaced."""

    tenant: str
    job_id: str
    reviews: tuple[Review, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Delete:
    """All of a job, a chunk or a batch goes."""

    tenant: str
    id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Erase:
    """All of an author, of a restaurant, or with neither all of the organisation goes."""

    tenant: str
    author_digest: str = ""
    #: What stands for the author where authors are encrypted.
    sealed_digest: str = ""
    restaurant: str = ""
    #: Where it stands in the outbox.
    place: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Say:
    """This was said of a review; what was said of the same aspects before is replaced."""

    tenant: str
    feedback: Feedback
    #: When the review's job, or its line's chunk, was made, in milliseconds since the epoch: what was said of another
    #: one of its id is none of it.
    made_at: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeBack:
    """What was said of a job or a line (`jobs.feedback.line_id`) goes: of an aspect of a sentence, or all of it."""

    tenant: str
    id: str
    part: tuple[int, str] | None = None


Change = Put | Delete | Erase | Say | TakeBack
