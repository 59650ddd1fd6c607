"""The intake of one lane: waits for work, claims it and makes it ready, while the device works on what came before."""

import logging
import threading
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from jobs.celery_task import CeleryMessage
from jobs.errors import KritiqError, Unavailable
from jobs.job import Claim, Outcome, Status
from jobs.lane import Lane
from jobs.request import Form
from jobs.store import JobStore
from telemetry.trouble import Trouble
from worker.consumer.arrivals import Arrivals
from worker.consumer.celery_state import headers_of
from worker.consumer.lanes import HeldClaims, Lanes
from worker.liveness import LOADING_S, Liveness
from worker.log_fields import of_claims
from worker.predict.pipeline import Pipeline

log = logging.getLogger(__name__)


class Watcher(Protocol):
    """Tells when there may be work; see `worker.consumer.watcher.QueueWatcher`."""

    def wait(self, timeout_s: float) -> bool:
        """Whether there was work within `timeout_s`."""


class Events(Protocol):
    """Where the consumer tells what it does; see `worker.consumer.celery_events`."""

    def received(self, claims: Sequence[Claim]) -> None:
        """These were claimed."""

    def started(self, claims: Sequence[Claim]) -> None:
        """These are on the device."""

    def ended(self, outcomes: Sequence[Outcome], states: Sequence[Status | None]) -> None:
        """Attempts ended; a state of None was not ours to end."""


class Adopt(Protocol):
    """What becomes of a message that a Celery client sent; see `worker.consumer.celery_messages`."""

    def __call__(self, message: CeleryMessage, *, lease_ms: int) -> Claim | None:
        """A claim for it, or None when there is nothing to do now. Raises Unavailable."""


class Bundles(Protocol):
    """Who holds what needs no device; see `worker.consumer.bundles`."""

    def take(self, claims: Sequence[Claim]) -> None:
        """Hold these."""

    def claims(self) -> list[Claim]:
        """All that are held."""


class Intake:
    """Claims for one lane until it is told to stop. There is no fixed delay: what waits is taken when there is room."""

    def __init__(
        self,
        lane: Lane,
        store: JobStore,
        pipeline: Pipeline,
        lanes: Lanes,
        held: HeldClaims,
        watcher: Watcher,
        events: Events,
        *,
        jobs: int,
        weight: int,
        lease_ms: int,
        adopt: Adopt,
        bundles: Bundles,
        stopping: threading.Event,
        liveness: Liveness,
        holder: str,
    ) -> None:
        self._lane, self._store, self._pipeline, self._lanes = lane, store, pipeline, lanes
        self._held, self._watcher, self._events = held, watcher, events
        self._jobs, self._weight, self._lease_ms, self._adopt = jobs, weight, lease_ms, adopt
        self._stopping, self._liveness, self._holder, self._bundles = stopping, liveness, holder, bundles
        self._no_claims = Trouble(log, f"cannot claim for the {lane.value} lane")
        self._no_messages = Trouble(log, "cannot take a Celery client's message yet")
        self._no_stamps = Trouble(log, "cannot ask whether its stamps are revoked")
        #: A claim may have been made whose answer never came.
        self._doubt = False
        #: Held, and to go back: it is not known whether they were revoked, or their models cannot be had here. Threads
        #: that load models add to it.
        self._to_go_back: list[Claim] = []
        self._adding = threading.Lock()
        self._arrivals = Arrivals(
            lane, pipeline, lanes, liveness=liveness, stopping=stopping, give_back=self._give_back
        )
        #: The watcher has rung since the last claim that found something.
        self._signaled = False
        #: Nothing was held when the last claim was made.
        self._idle = True
        #: Set by the device threads whenever one has done something.
        self.device_done = threading.Event()

    def run(self) -> None:
        """The thread's work."""
        try:
            while not self._stopping.is_set():
                self._liveness.beat(self._lane)
                if self._lanes.reserve(self._lane, 0.5):
                    # What could not be begun now is another worker's.
                    self._between()
                    if not self._stopping.is_set():
                        self._once()
        finally:
            self._liveness.rest(self._lane)
            self._lanes.close(self._lane)

    def _once(self) -> None:
        claims: list[Claim] = []
        found = False
        self.device_done.clear()
        try:
            self._hand_back()
            if not self._pipeline.shelf.usable or not self._pipeline.shelf.serves:
                # The process is about to end, or its only model is not there yet: what waits may be others'.
                self._lanes.free(self._lane)
                self._stopping.wait(0.5)
                return
            with self._held.claiming:
                excluded = self._held.exclude(self._lane)
                if not excluded:
                    taken = self._take()
                    found, claims = bool(taken), self._claims_of(taken)
                    self._no_claims.over()
            if excluded:
                self._lanes.free(self._lane)
                self.device_done.wait(0.02)
                return
        except Unavailable as error:
            self._no_claims.met(error)
            self._doubt = True
            self._stopping.wait(0.5)
        if found:
            self._signal_answered()
        shelf = self._pipeline.shelf
        if not all(shelf.has(claim.choice.version if claim.choice is not None else None) for claim in claims):
            claims = self._arrivals.aside(claims)
        if claims:
            loading = partial(self._liveness.beat, self._lane, slow_s=LOADING_S)
            prepared = self._pipeline.prepare(claims, self._between, loading)
            # They go back with the next claim: this worker does not ask for their models any more.
            self._give_back(prepared.unready)
            if prepared.claims:
                self._lanes.put(self._lane, prepared)
                return
        self._lanes.free(self._lane)
        if found:
            # All of it waits, is scheduled or has ended: behind it there may be work.
            return
        if self._signaled and not self._idle:
            # What rang is a job that only an idle device is handed: look again when the device has done something.
            self._held.wanted_empty.add(self._lane)
            self.device_done.wait(0.02)
        elif self._idle:
            # To a worker that held nothing it would have been handed: another one has it.
            self._held.wanted_empty.discard(self._lane)
        if not self._watcher.wait(0.5):
            self._signal_answered()
        else:
            self._signaled = True

    def _signal_answered(self) -> None:
        self._signaled = False
        self._held.wanted_empty.discard(self._lane)

    def _between(self) -> None:
        """Gives way: splitting holds the interpreter, which more urgent work needs all the time."""
        self._lanes.give_way(self._lane, partial(self._liveness.beat, self._lane))

    def _take(self) -> list[Claim | CeleryMessage]:
        if self._doubt:
            ours = [*self._held.claims(), *self._bundles.claims()]
            back = self._store.reclaim(self._holder, [claim.tag for claim in ours])
            self._doubt = False
            if back:
                log.warning("handed back %d claims whose answer was lost", back)
        self._idle = not self._held
        return self._store.claim(
            jobs=self._jobs, weight=self._weight, lease_ms=self._lease_ms, idle=self._idle, lane=self._lane,
            holder=self._holder, serves=self._pipeline.shelf.serves,
        )  # fmt: skip

    def _claims_of(self, taken: Sequence[Claim | CeleryMessage]) -> list[Claim]:
        """What there is to do of what was taken; it is held from now on."""
        found = [self._adopted(item) if isinstance(item, CeleryMessage) else item for item in taken]
        claims = [claim for claim in found if claim is not None]
        if claims:
            self._held.add(claims)
            self._events.received(claims)
        asked = [claim for claim in claims if self._asked(claim)]
        if bundles := [claim for claim in asked if claim.request.form is Form.BUNDLE]:
            # A device has nothing to do for them: whoever holds nothing else is idle.
            self._bundles.take(bundles)
            self._held.remove(bundles)
            return [claim for claim in asked if claim.request.form is not Form.BUNDLE]
        return asked

    def _asked(self, claim: Claim) -> bool:
        """Whether it is known that no stamp of it was revoked, or else it is called off before it is on the device."""
        stamps = headers_of(claim).stamps if claim.celery_headers else ()
        try:
            if stamps and self._store.stamps_revoked(stamps):
                self._store.cancel(claim.tenant, claim.id)
            self._no_stamps.over()
        except Unavailable as error:
            self._no_stamps.met(error, extra=of_claims([claim]))
            self._give_back([claim])
            return False
        except KritiqError as error:
            log.info("its stamp was revoked too late: %s", error, extra=of_claims([claim]))
        return True

    def _hand_back(self) -> None:
        """Raises Unavailable; they are held until it has gone well."""
        if claims := list(self._to_go_back):
            self._store.release([claim.tag for claim in claims])
            with self._adding:
                del self._to_go_back[: len(claims)]
            self._held.remove(claims)
            self._events.ended([Outcome(claim=claim, status=Status.QUEUED) for claim in claims], [None] * len(claims))

    def _give_back(self, claims: Sequence[Claim]) -> None:
        with self._adding:
            self._to_go_back += claims

    def _adopted(self, message: CeleryMessage) -> Claim | None:
        try:
            claim = self._adopt(message, lease_ms=self._lease_ms)
        except Unavailable as error:
            # What was claimed with it must not be lost for it; the message itself comes back when its lease is over.
            self._no_messages.met(error)
            return None
        self._no_messages.over()
        return claim
