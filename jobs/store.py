"""What a job store does, by who calls it: taking jobs in, attempts, upkeep, questions.

Every call is atomic; every error is a `KritiqError`; any call raises `Unavailable` when the store cannot be reached.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from jobs.allowance import NO_LIMIT, Allowance
from jobs.attempt import Course
from jobs.backlog import Backlog, Place, WorkerInfo
from jobs.budgets import Budgets, Kept
from jobs.celery_task import CeleryMessage, CeleryTask, FollowUp, Scheduled, UntoldEnd
from jobs.job import Claim, Job, Outcome, Status
from jobs.judgements import Days
from jobs.lane import Lane
from jobs.progress import Progress
from jobs.stored import Counted, Created, JobFilter, LostAttempt, Page, Reconciled, Stored
from jobs.tries import Tries


class Intake(Protocol):
    """What takes jobs in and calls them off: the API's side."""

    def create(
        self,
        job: Job,
        text: str,
        *,
        idempotency: str | None = None,
        digest: str = "",
        limit: int = 0,
        own_id: bool = False,
        own: Allowance = NO_LIMIT,
        waiter: str = "",
    ) -> Created:
        """Store a job and the message that stands for it, together. `waiter` is who is to be told of its end (`told`).

        `idempotency` is the client's key, `digest` stands for the request that it is bound to, `limit` is the most
        sentences that may wait (0: no limit), `own` what its organisation may have, unless the operator said otherwise.
        `own_id`: the client chose the id, and used its key for no other.

        Raises IdempotencyMismatch when key or id were used for another request, Gone when what they made is gone,
        TriedAgain when what it would try again already is, QueueFull, OverLimit, TooMuch.
        """

    def cancel(self, tenant: str, job_id: str, *, version: int | None = None) -> Stored:
        """Call a job off: at once while it waits, by request while it runs. With `version` at that alone.
        Raises NotFound, NotCancelable, VersionMoved."""

    def delete(self, tenant: str, job_id: str, *, version: int | None = None) -> None:
        """Purge a job's text and result; its id answers Gone from now on. With `version` at that alone.
        Raises NotFound, Gone, VersionMoved."""

    def delete_untaken(self, tenant: str, job_id: str, sees: Callable[[str | None], bool]) -> bool:
        """Whether a Celery client's message of this id was there that no worker has taken; it is told nothing but that
        its task is revoked. `sees`: which restaurants it may name."""


class Claims(Protocol):
    """What a worker does with attempts."""

    def claim(
        self,
        *,
        jobs: int,
        weight: int,
        lease_ms: int,
        idle: bool = True,
        lane: Lane | None = None,
        holder: str = "",
        serves: Sequence[str] = (),
    ) -> list[Claim | CeleryMessage]:
        """Start attempts at up to `jobs` waiting jobs of together about `weight` sentences, by priority.

        Of the work of `lane` only; None: of all.

        `idle` says that the caller's device has nothing to do: only then a job whose worker died before is handed
        out, and then alone. `holder` is a name that the caller claims under, see `reclaim`. `serves` are the versions
        of models that the caller has (none: any): a job that needs another one waits for a worker that has it.
        """

    def reclaim(self, holder: str, known: Sequence[str]) -> int:
        """Hand back what was claimed under the name `holder`, except the tags `known`; how many went back.

        For the moment after a lost connection: a claim may have been made whose answer never came.
        """

    def adopt(
        self, message: CeleryMessage, job: Job, text: str, *, lease_ms: int, task: CeleryTask | None = None
    ) -> Claim | Status | None:
        """Make a record for a task that a Celery client sent by itself.

        The status of one for which nothing is to be done now: it is due later (SCHEDULED), long or bulk work and waits
        (QUEUED), was revoked (CANCELED), or is too late (EXPIRED). None when its id is taken: as in Celery an id that
        was answered keeps its answer, and what follows the message is sent with that; one whose task ended without a
        result, or whose result was forgotten or not wanted, is tried again.
        """

    def take(self, tenant: str, job_id: str, tag: str, *, lease_ms: int, serves: Sequence[str] = ()) -> Claim | None:
        """Start an attempt at one job whose message the caller consumed elsewhere (a stock Celery worker).

        None when the job has ended, is unknown, another attempt's lease still runs, or it waits for a worker that has
        its model (`serves`: see `claim`).
        """

    def is_foreign(self, task: str) -> bool:
        """Whether a task id that a Celery client chose is, by its beginning, an organisation's own: `acme:job_1`."""

    def gather(self, *, most: int) -> int:
        """Put up to `most` messages of Celery clients that lie where no worker looks into what is read; how many."""

    def drop(self, message: CeleryMessage) -> None:
        """Acknowledge a message that is not for us."""

    def reject(self, message: CeleryMessage, reason: str = ...) -> None:
        """Acknowledge a message that nobody can be answered for, and keep it with the reason for the operator."""

    def follow_ups(self, *, most: int, lease_ms: int) -> list[FollowUp]:
        """Ended jobs whose follow-ups have not been sent; whoever gets one has `lease_ms` to do it.

        Of a job with those of several messages the first, and the next one once that was sent.
        """

    def followed_up(self, done: Sequence[FollowUp]) -> None:
        """Their follow-ups have been sent."""

    def untold(self, *, most: int) -> list[UntoldEnd]:
        """The oldest ends that monitors have not been told of; nobody gets them again."""

    def revoke(self, tasks: Sequence[str], *, for_ms: int) -> None:
        """Remember for so long that these Celery tasks are revoked, whatever is known of them."""

    def revoke_stamps(self, stamps: Sequence[str], *, for_ms: int) -> None:
        """Remember for so long that the Celery tasks with these stamps are revoked (`celery_headers.stamps_of`)."""

    def stamps_revoked(self, stamps: Sequence[str]) -> bool:
        """Whether the Celery tasks with one of these stamps are."""

    def renew(self, claims: Sequence[Claim], *, lease_ms: int) -> list[Status | None]:
        """Keep claims alive. RUNNING: go on; CANCELED, EXPIRED: need not go on; None: not ours any more."""

    def mark_line(self, claim: Claim, line: int | None) -> None:
        """Note which line of a `singled` chunk is being judged (None: none), should it take the worker with it."""

    def note_progress(self, moved: Sequence[tuple[Claim, Progress]]) -> None:
        """Note how far these are, and tell those that listen: a change of the record, as any other. Nothing happens
        where the attempt is no longer the owner, or had come as far before."""

    def complete(self, outcomes: Sequence[Outcome]) -> list[Status | None]:
        """End attempts. The state each job has now, or None where the attempt was no longer its owner."""

    def release(self, tags: Sequence[str]) -> int:
        """Hand claims back to the head of their queues; how many went back."""


class Upkeep(Protocol):
    """What keeps going what others lost, and tells who lives."""

    #: Called with attempts at traced jobs that `sweep`, `reconcile` and `take` have taken back: once, or not at all.
    on_lost: Callable[[Sequence[LostAttempt]], None]

    def sweep(self, *, strikes: int = 3, most: int = 100, quiet_ms: int = 0) -> tuple[int, int]:
        """Take back what lost workers held: how many wait again, how many failed for good.

        When nobody has swept for `quiet_ms` (0: however long), the store itself was away and no worker could renew:
        what ran out meanwhile is given 5 s more instead, and nobody is blamed.
        """

    def reconcile(self, *, strikes: int = 3, most: int = 100) -> Reconciled:
        """Expire what is past its deadline, purge what is past its time, revive what lost its message or worker."""

    def relieve(self, budgets: Budgets | None = None) -> Mapping[Kept, int]:
        """Forget some of each kind that takes more than its budget and, while the store is nearly full, of what it can
        do without. How many of which; empty when there is nothing to do. None: no kind is weighed.
        """

    def report_worker(self, info: WorkerInfo, *, alive_ms: int) -> None:
        """A worker's heartbeat, valid for `alive_ms`; 0 signs it off."""

    def count(self, counts: Mapping[str, int]) -> None:
        """Add to what the workers count: batches, tokens, hits of the cache."""


class Queries(Protocol):
    """What can be asked without changing anything."""

    def get(self, tenant: str, job_id: str) -> Stored:
        """A job and its result. Raises NotFound, Gone."""

    def told(self, tenant: str, job_id: str, news: bytes) -> Stored:
        """The same of a job whose end its `waiter` was told of: by the `news` alone, where they have it all."""

    def text(self, tenant: str, job_id: str) -> str:
        """The review itself. Raises NotFound, Gone."""

    def page(self, tenant: str, wanted: JobFilter, *, size: int, before: tuple[int, str] | None = None) -> Page:
        """Up to `size` jobs, newest first, older than `before`; fewer when many were looked at that do not fit."""

    def how_many(self, tenant: str, wanted: JobFilter) -> Counted:
        """How many jobs `page` would find; at least so many, when many were looked at."""

    def course(self, tenant: str, job_id: str) -> Course:
        """What became of its attempts. Raises NotFound, Gone."""

    def present(self, tenant: str, ids: Sequence[str]) -> frozenset[str]:
        """Which of these jobs `get` would find."""

    def judgements(self, tenant: str, restaurant: str, *, first: str, last: str) -> Days:
        """What succeeded jobs found in the reviews of the days `first` to `last` (`YYYY-MM-DD`)."""

    def restaurants(self, tenant: str, *, size: int, after: str = "") -> list[str]:
        """Up to `size` restaurants that something was found about, by name, from behind `after` on."""

    def place(self, job: Job) -> Place:
        """Where a waiting job stands."""

    def dead(self, tenant: str, *, most: int = 100) -> list[Job]:
        """Jobs that failed because their workers died, newest first."""

    def scheduled(self, *, most: int = 100) -> list[Scheduled]:
        """Jobs whose time has not come, soonest first."""

    def scheduled_among(self, tasks: Sequence[str]) -> list[Scheduled]:
        """Those of the jobs with these task ids."""

    def live_headers(self) -> list[tuple[str, str, bytes]]:
        """Tenant, id and `CeleryTask.headers` of the jobs of Celery clients that have not ended. Looks at all jobs."""

    def revoked(self) -> list[str]:
        """The Celery tasks that are revoked, whether or not they were ever sent."""

    def backlog(self) -> Backlog:
        """What waits and what runs."""

    def counters(self) -> Mapping[str, int]:
        """What the workers have counted."""

    def workers(self) -> list[WorkerInfo]:
        """The workers that are up."""

    def ping(self) -> None:
        """Raises Unavailable when the store does not answer."""

    def check_writable(self) -> None:
        """Raises Unavailable when the store does not answer, takes nothing new, or would not have it where it must."""


class JobStore(Intake, Claims, Upkeep, Queries, Tries, Protocol):
    """All of it: what `store.jobs.RedisStore` is."""
