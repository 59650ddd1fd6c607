"""What Celery clients sent, and what a job keeps of it."""

from dataclasses import dataclass

from jobs.job import Job, Status


@dataclass(frozen=True, kw_only=True, slots=True)
class CeleryMessage:
    """A message that another Celery client put into a queue by itself, held under `tag`."""

    tag: str
    message: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class CeleryTask:
    """What a job keeps of the task that a Celery client sent."""

    #: The request as JSON, when Celery has something to send after the end (links, chain, chord); else empty.
    request: bytes = b""
    #: Tells two such requests apart; empty with none.
    mark: str = ""
    #: Whether a request that was made before for the same task is made once more. It is not where Celery or its broker
    #: sends a message twice that somebody sent once.
    anew: bool = True
    #: Members of the result beside its value (children, group, parent), as JSON without braces; empty: none.
    meta: bytes = b""
    #: Nobody wants the result: it is kept for what follows only.
    ignored: bool = False
    #: How long an attempt may take, in milliseconds, and the whole result, as JSON, when it took longer.
    limit_ms: int | None = None
    limit_meta: bytes = b""
    #: What monitors are shown of the message, as JSON: see `worker.consumer.celery_headers`.
    headers: bytes = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheduled:
    """A job whose time has not come."""

    job: Job
    #: See `CeleryTask.headers`; empty for a job that no Celery client sent.
    headers: bytes = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUp:
    """An ended job that Celery has not been told of."""

    tenant: str
    id: str
    #: See `CeleryTask.request`.
    request: bytes
    status: Status
    #: The result in the format of Celery's backend.
    meta: bytes
    #: What it is confirmed with.
    token: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class UntoldEnd:
    """The end of a job that no attempt tells to Celery's monitors: it waited, or its attempt was not there any more."""

    #: As Celery names it.
    task: str
    status: Status
    #: Milliseconds since the epoch.
    at: int
    #: Whether an attempt held it.
    began: bool
    #: Whether monitors have heard of it before.
    known: bool
    #: Whether it is a part of a batch.
    chunk: bool = False
    restaurant: str | None = None
    #: Why it failed.
    why: str = ""
