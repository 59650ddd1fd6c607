"""What waits, what is worked on, and who works: the numbers behind `/v1/queue`, limits and estimates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jobs.choice import version_id
from jobs.served import ServedModel


@dataclass(frozen=True, kw_only=True, slots=True)
class Backlog:
    """What waits and what is being worked on, in jobs and estimated sentences, per queue: high, normal, long, bulk."""

    waiting_jobs: Mapping[str, int]
    waiting: Mapping[str, int]
    #: Sentences that attempts hold.
    running: int
    #: Sentences a second that the workers together say they do; None while none has measured.
    rate: float | None
    #: Workers that are up.
    workers: int = 0
    #: What waits for its time, in no queue yet.
    scheduled_jobs: int = 0
    scheduled: int = 0
    #: Tasks that Celery clients sent and no worker has looked at: nobody knows of how many sentences.
    celery: int = 0
    #: Versions of models that jobs wait for and no worker that is up serves.
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerInfo:
    """What a worker says of itself."""

    name: str
    model: Mapping[str, str]
    device: str
    #: Sentences a second, measured while it was busy; None before the first batch.
    rate: float | None = None
    #: Of its last minute: the share in which it had something to do, 0 to 1, and the mean of its batches in sentences;
    #: None where it does not know.
    busy: float | None = None
    batch_sentences: float | None = None
    #: What it may serve. Others are not told it with the rest, but by `store.served`.
    models: tuple[ServedModel, ...] = ()


def own_version(workers: Iterable[WorkerInfo]) -> str | None:
    """What all of them judge with where nobody has moved the alias `default`; None unless that is one version."""
    versions = {version_id(info.model["name"], info.model["version"]) for info in workers}
    return versions.pop() if len(versions) == 1 else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a waiting job stands: an estimate."""

    #: 1 is next.
    position: int
    #: Estimated sentences that are done no later than it: those before it, those being worked on, and its own.
    ahead: int
    #: The version of a model that it waits for and no worker that is up serves; None where that is not so.
    waits_for: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """Running totals of what went into and out of the queues, by name."""

    totals: Mapping[str, int]

    def waiting(self, queue: str, unit: str = "") -> int:
        """What waits in `queue`: sentences, or jobs with the unit `jobs_`.

        What is gone was canceled, expired or deleted, and only its message is in the queue still.
        """
        into, out, gone = (self.totals.get(f"{unit}{way}:{queue}", 0) for way in ("in", "out", "gone"))
        return max(0, into - out - gone)

    def messages(self, queue: str) -> int:
        """Messages of ours that lie in `queue` itself, and not apart from it (`store/lua/lib/turns.lua`)."""
        ours = self.totals.get(f"jobs_in:{queue}", 0) - self.totals.get(f"jobs_out:{queue}", 0)
        return ours - self.totals.get(f"apart:{queue}", 0)
