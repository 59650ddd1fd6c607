"""Bundles: what becomes of the many reviews that a Celery client sent as one task (`jobs.bundle`).

A bundle needs no device. While it is held here, its reviews are jobs that any worker judges; when the last one has
ended, so has the bundle. Whoever takes one that was lost with its worker finds its reviews by their ids.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from jobs.bundle import Bundle
from jobs.errors import IdempotencyMismatch, KritiqError, NotFound, OverLimit, TextKeyMissing, Unavailable
from jobs.job import TEXT_ERASED, WITHOUT_RESULT, Claim, JobError, Outcome, Status
from jobs.store import JobStore
from telemetry.trouble import Trouble
from worker.consumer.intake import Events
from worker.log_fields import of_claims

log = logging.getLogger(__name__)

#: How often to look for reviews that other workers have judged, in seconds.
LOOK_S = 0.2
#: Reviews of one bundle that become jobs before the next bundle has its turn.
AT_ONCE = 100


@dataclass(kw_only=True, slots=True)
class _Held:
    claim: Claim
    bundle: Bundle
    #: How many reviews are jobs, and the results of the first of them, in order.
    made: int = 0
    results: list[bytes] = field(default_factory=list)


class Bundles:
    """Holds bundles, from a thread of its own, so that no review waits for it."""

    def __init__(
        self, store: JobStore, events: Events, *, lease_ms: int, finished: threading.Event, look_s: float = LOOK_S
    ) -> None:
        self._store, self._events, self._lease_ms, self._look_s = store, events, lease_ms, look_s
        self._finished, self._wake, self._lock = finished, threading.Event(), threading.Lock()
        #: By their tags.
        self.held: dict[str, _Held] = {}
        self._no_key = Trouble(log, "a bundle waits for a key")
        #: Called when one has ended: something may follow it.
        self.on_end: Callable[[], None] = lambda: None

    def take(self, claims: Sequence[Claim]) -> None:
        """Hold these: their jobs are bundles."""
        held = [_Held(claim=claim, bundle=_bundle_of(claim)) for claim in claims]
        with self._lock:
            self.held.update((each.claim.tag, each) for each in held)
        self._events.started(claims)
        self.wake()

    def claims(self) -> list[Claim]:
        """All that are held."""
        with self._lock:
            return [each.claim for each in self.held.values()]

    def wake(self) -> None:
        """A review may have ended, or nothing is held any more: look at once."""
        self._wake.set()

    def run(self) -> None:
        """The thread's work."""
        away, trouble = False, Trouble(log, "cannot look after bundles")
        while not self._finished.is_set():
            self._wake.clear()
            try:
                busy, away = self.round(), False
                trouble.over()
            except Unavailable as error:
                trouble.met(error)
                busy, away = False, True
            if away:
                self._finished.wait(0.5)
            elif not busy:
                self._wake.wait(self._look_s if self.held else None)

    def round(self) -> bool:
        """One look at each; whether there is more to do at once. Raises Unavailable."""
        with self._lock:
            held = list(self.held.values())
        if not held:
            return False
        states = self._store.renew([each.claim for each in held], lease_ms=self._lease_ms)
        busy = [self._look_after(each, state) for each, state in zip(held, states, strict=True)]
        return any(busy)

    def _look_after(self, held: _Held, state: Status | None) -> bool:
        """Whether there is more to do for it at once."""
        claim, made = held.claim, held.made
        if state is None:
            # It has ended without this worker, was deleted, or is another worker's now.
            self._leave(held, Outcome(claim=claim, status=Status.QUEUED), None)
            if self._came_to_nothing(claim):
                self._call_off(held)
        elif state is not Status.RUNNING:
            self._end(held, Outcome(claim=claim, status=state, error=_why(state)))
        elif (outcome := self._outcome(held)) is not None:
            self._end(held, outcome)
        else:
            return made < held.made < len(held.bundle.reviews)
        return False

    def _came_to_nothing(self, claim: Claim) -> bool:
        try:
            return self._store.get(claim.tenant, claim.id).job.status in WITHOUT_RESULT
        except NotFound:
            return True

    def _outcome(self, held: _Held) -> Outcome | None:
        """What it has come to; None as long as it goes on. The first review without a result ends it, as in Celery."""
        claim, every = held.claim, len(held.bundle.reviews)
        if claim.erased:
            return Outcome(claim=claim, status=Status.FAILED, error=TEXT_ERASED)
        try:
            for number in range(held.made, min(every, held.made + AT_ONCE)):
                # One that is there was made by a worker that is not.
                with suppress(IdempotencyMismatch, NotFound):
                    self._store.create(held.bundle.job(claim, number), held.bundle.reviews[number][0])
                held.made = number + 1
            while len(held.results) < held.made:
                stored = self._store.get(claim.tenant, held.bundle.job_id(claim, len(held.results)))
                status = stored.job.status
                if not status.terminal:
                    return None
                if status is not Status.SUCCEEDED:
                    return Outcome(claim=claim, status=status, error=stored.job.error or _why(status))
                held.results.append(stored.result or b"null")
        except OverLimit:
            # Its organisation may have more when some of what waits is done.
            return None
        except TextKeyMissing as error:
            self._no_key.met(error, extra=of_claims([claim]))
            return None
        except Unavailable:
            raise
        except NotFound:
            return Outcome(claim=claim, status=Status.CANCELED, error=_why(Status.CANCELED))
        except KritiqError as error:
            return Outcome(claim=claim, status=Status.FAILED, error=JobError(code="refused", message=str(error)))
        if len(held.results) < every:
            return None
        return Outcome(claim=claim, status=Status.SUCCEEDED, result=b"[" + b",".join(held.results) + b"]")

    def _end(self, held: _Held, outcome: Outcome) -> None:
        (state,) = self._store.complete([outcome])
        self._leave(held, outcome, state)
        self.on_end()
        if outcome.status is not Status.SUCCEEDED:
            self._call_off(held)

    def _leave(self, held: _Held, outcome: Outcome, state: Status | None) -> None:
        with self._lock:
            self.held.pop(held.claim.tag, None)
        self._events.ended([outcome], [state])

    def _call_off(self, held: _Held) -> None:
        """Nobody waits for the reviews that have not ended any more."""
        for number in range(len(held.results), held.made):
            with suppress(KritiqError):
                self._store.cancel(held.claim.tenant, held.bundle.job_id(held.claim, number))


def _bundle_of(claim: Claim) -> Bundle:
    return Bundle(reviews=()) if claim.erased else Bundle.decode(claim.text)


def _why(status: Status) -> JobError:
    if status is Status.EXPIRED:
        return JobError(code=status.value, message="The deadline passed before all of its reviews were judged.")
    return JobError(code=status.value, message="It was canceled, or one of its reviews was.")
