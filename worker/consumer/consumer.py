"""The batch consumer: one per process, owning the device.

Seven threads. For each lane an intake claims what waits and makes it ready, and two device threads judge and complete
it: while one has the device, the other stores what it has judged. The heartbeat renews leases. Of each lane at most
three claims are held.

Urgent work never waits for bulk work: it goes to the device beside the batch of a chunk that is there, and bulk work
goes on when nothing urgent is left.
"""

import logging
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from jobs.errors import Unavailable
from jobs.job import Claim, JobError, Outcome, Status
from jobs.store import JobStore, WorkerInfo
from worker.consumer.heartbeat import Heartbeat
from worker.consumer.held_claims import HeldClaims
from worker.consumer.intake import Events, Intake, Watcher
from worker.consumer.lanes import DEVICE_THREADS, Lane, Lanes
from worker.consumer.metrics import Metrics
from worker.liveness import Liveness
from worker.log_fields import of_claims
from worker.predict.device_turn import DeviceTurn
from worker.predict.pipeline import Pipeline, Prepared

log = logging.getLogger(__name__)

#: Niceness of the threads of bulk work, and of those that the network starts for them: what is urgent gets the cores
#: first. With bulk work waiting, a single review takes 1.7 times its idle time at 5, 1.4 times at 10 and at 15; at 15
#: a slow network's batch could stand still beside urgent work until the watchdog takes it for stuck.
BULK_NICE = 10


class BatchConsumer:
    """Claims, predicts together, completes. `start` it once; `stop` finishes or hands back what it holds."""

    def __init__(
        self,
        store: JobStore,
        pipeline: Pipeline,
        watchers: Mapping[Lane, Watcher],
        events: Events,
        *,
        name: str,
        batch_jobs: int,
        batch_sentences: int,
        lease_ms: int,
        strikes: int = 3,
        result_ttl_ms: int = 86_400_000,
        stuck_s: float = 120.0,
        on_idle: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._pipeline, self._events = store, pipeline, events
        self._name, self._lease_ms, self._clock = name, lease_ms, clock
        self._lanes, self._held = Lanes(), HeldClaims()
        self._stopping, self._finished = threading.Event(), threading.Event()
        self._metrics = Metrics(clock)
        #: Whether the threads move; the watchdog's evidence.
        self.liveness = Liveness(clock)
        #: Set: `stop` waits no longer and hands back what is held.
        self.hurry = threading.Event()
        #: Called when a thread ended that never should; the bootstep ends the process then.
        self.on_crash: Callable[[BaseException], None] = lambda error: None
        # Lanes claim under names that no other process and no other thread has: see `JobStore.reclaim`.
        process = uuid.uuid4().hex[:12]
        self._intakes = [
            Intake(
                lane, store, pipeline, self._lanes, self._held, watchers[lane], events, jobs=batch_jobs,
                weight=batch_sentences, lease_ms=lease_ms, result_ttl_ms=result_ttl_ms, stopping=self._stopping,
                liveness=self.liveness, holder=f"{process}{lane}",
            )
            for lane in Lane
        ]  # fmt: skip
        self._heartbeat = Heartbeat(
            store, self._held, info=self._info, counts=self._metrics.take, lease_ms=lease_ms, strikes=strikes,
            stopping=self._stopping, finished=self._finished, liveness=self.liveness, stuck_s=stuck_s,
            on_idle=on_idle,
        )  # fmt: skip
        loops = [*((intake.run, f"intake-{lane}") for lane, intake in zip(Lane, self._intakes, strict=True))]
        for lane in Lane:
            threads = [f"device-{number}-{lane}" for number in range(DEVICE_THREADS)]
            loops += [(partial(self._device, lane, thread), thread) for thread in threads]
        loops += [(self._heartbeat.run, "heartbeat")]
        self._threads = [
            threading.Thread(target=self._guard, args=(loop,), name=thread_name, daemon=True)
            for loop, thread_name in loops
        ]

    def start(self) -> None:
        """Begin to claim."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Claim nothing more, finish what is held, hand back what is not finished after `timeout_s`.

        Returns whether everything was finished.
        """
        self._stopping.set()
        until = self._clock() + timeout_s
        *workers, heartbeat = self._threads
        for thread in workers:
            while thread.is_alive() and self._clock() < until and not self.hurry.is_set():
                thread.join(0.1)
        self._finished.set()
        heartbeat.join(1.0)
        left = self._held.claims()
        try:
            if left:
                back = self._store.release([claim.tag for claim in left])
                log.warning("handed back %d unfinished jobs", back, extra=of_claims(left))
            self._store.report_worker(self._info(), alive_ms=0)
            self._store.count(self._metrics.take())
        except Unavailable:
            log.warning("the store is away: other workers take what is left when its lease has run out")
        return not left

    @property
    def works(self) -> bool:
        """Whether a thread still runs: after `stop`, one that is in the network and cannot be called back."""
        return any(thread.is_alive() for thread in self._threads)

    def _guard(self, loop: Callable[[], None]) -> None:
        if sys.platform == "linux" and threading.current_thread().name.endswith(Lane.BULK):
            # Linux keeps niceness by thread, and every thread may become nicer.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BULK_NICE)
        try:
            loop()
        except BaseException as error:
            log.exception("the consumer broke")
            self.on_crash(error)

    def _info(self) -> WorkerInfo:
        predictor = self._pipeline.predictor
        return WorkerInfo(name=self._name, model=self._pipeline.model, device=predictor.device, rate=self._metrics.rate)

    # The device threads.

    def _device(self, lane: Lane, thread: str) -> None:
        moves = partial(self.liveness.beat, thread)
        while (prepared := self._lanes.take(lane)) is not None:
            moves()
            with self._metrics.at_work():
                self._work(lane, prepared, moves)
            self._held.remove(prepared.claims)
            self._lanes.done(lane)
            for intake in self._intakes:
                intake.device_done.set()
            self.liveness.rest(thread)

    def _work(self, lane: Lane, prepared: Prepared, moves: Callable[[], None]) -> None:
        between = partial(self._lanes.give_way, moves) if lane is Lane.BULK else moves
        acquire, release = partial(self._lanes.acquire, lane, moves), partial(self._lanes.release, lane)
        with DeviceTurn(between, acquire, release) as turn:
            claims = self._still_ours(prepared, moves)
            if not claims:
                return
            if len(claims) < len(prepared.claims):
                prepared = self._pipeline.prepare(claims)
            outcomes = self._pipeline.judge(prepared, turn, partial(self._note, moves))
        self._metrics.judged(jobs=len(claims), sentences=prepared.sentences, busy_ms=round(turn.seconds * 1000))
        self._metrics.add(**self._pipeline.take_counts())
        self._complete(outcomes, moves)

    def _note(self, moves: Callable[[], None], claim: Claim, line: int | None) -> None:
        moves()
        try:
            self._store.judging(claim, line)
        except Unavailable as error:
            log.warning("cannot note what is judged: %s", error, extra=of_claims([claim]))

    def _still_ours(self, prepared: Prepared, moves: Callable[[], None]) -> Sequence[Claim]:
        """Looks at cancellations and deadlines before the network does the work; ends what they ended."""
        try:
            states = self._store.renew(prepared.claims, lease_ms=self._lease_ms)
        except Unavailable:
            # The fence decides at the end whether the work counted.
            return prepared.claims
        go_on: list[Claim] = []
        stopped: list[Outcome] = []
        for claim, state in zip(prepared.claims, states, strict=True):
            if state is Status.RUNNING:
                go_on.append(claim)
            elif state is not None:
                words = "The deadline passed before the job was done." if state is Status.EXPIRED else "Canceled."
                stopped.append(Outcome(claim=claim, status=state, error=JobError(code=state.value, message=words)))
        if stopped:
            self._complete(stopped, moves)
        if len(go_on) < len(prepared.claims):
            kept = {claim.tag for claim in go_on}
            self._held.remove([claim for claim in prepared.claims if claim.tag not in kept])
        return go_on

    def _complete(self, outcomes: Sequence[Outcome], moves: Callable[[], None]) -> None:
        """Stores outcomes, however long the store is away: the work is done and must not be lost."""
        while True:
            moves()
            try:
                states = self._store.complete(outcomes)
                break
            except Unavailable as error:
                claims = [outcome.claim for outcome in outcomes]
                log.warning("cannot store results yet: %s", error, extra=of_claims(claims))
                if self._stopping.wait(0.5):
                    return
        self._events.ended(outcomes, states)
