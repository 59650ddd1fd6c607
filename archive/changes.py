"""What the archive is told: jobs that have ended, and what is deleted."""

from dataclasses import dataclass

from archive.review import Review


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


Change = Put | Delete | Erase
