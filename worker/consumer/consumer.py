"""The batch consumer: one per process, owning the device.

Twelve threads. For each lane an intake claims what waits and makes it ready, and two device threads judge and complete
it: while one has the device, the other stores what it has judged. The heartbeat renews leases, one tells how far
long reviews are, and one holds bundles. Of each lane at most three claims are held. A batch is formed when the device
is free, of all that is ready in the lane, up to the size of a claim.

No work waits for less urgent work: it goes to the device beside the batch that is there, and what is less urgent goes
on when nothing more urgent is left.
"""

import logging
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from functools import partial

from jobs.attempt import holder_of
from jobs.backlog import WorkerInfo
from jobs.differing import Differences
from jobs.errors import Unavailable
from jobs.job import Claim
from jobs.lane import Lane
from jobs.store import JobStore
from telemetry.meter import Meter
from telemetry.traces import Tracer
from worker.consumer.bundles import Bundles
from worker.consumer.device import Device
from worker.consumer.heartbeat import Heartbeat
from worker.consumer.intake import Adopt, Events, Intake, Watcher
from worker.consumer.lanes import DEVICE_THREADS, HeldClaims, Lanes
from worker.consumer.measures import Measures
from worker.consumer.progress_teller import ProgressTeller
from worker.consumer.traces import BatchTraces
from worker.liveness import Liveness
from worker.log_fields import of_claims
from worker.predict.pipeline import Pipeline

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
        adopt: Adopt,
        *,
        name: str,
        batch_jobs: int,
        batch_sentences: int,
        lease_ms: int,
        strikes: int = 3,
        stuck_s: float = 120.0,
        on_idle: Callable[[], None] = lambda: None,
        on_round: Callable[[], None] = lambda: None,
        on_celery_end: Callable[[], None] = lambda: None,
        on_differing: Callable[[Claim, Differences], object] = lambda claim, found: None,
        meter: Meter | None = None,
        tracer: Tracer | None = None,
        device_bytes: Callable[[], int | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._pipeline = store, pipeline
        self._name, self._clock = name, clock
        self._lanes, self._held = Lanes(), HeldClaims(clock)
        self._stopping, self._finished = threading.Event(), threading.Event()
        #: Whether the threads move; the watchdog's evidence.
        self.liveness = Liveness(clock)
        #: Set: `stop` waits no longer and hands back what is held.
        self.hurry = threading.Event()
        #: Called when a thread ended that never should; the bootstep ends the process then.
        self.on_crash: Callable[[BaseException], None] = lambda error: None
        measures = Measures(
            meter or Meter(on=False), model=pipeline.model, device=pipeline.device, device_bytes=device_bytes
        )
        traces = BatchTraces(tracer, model=pipeline.model, device=pipeline.device) if tracer and tracer.on else None
        self._device = Device(
            store, pipeline, self._lanes, self._held, events, jobs=batch_jobs, weight=batch_sentences,
            lease_ms=lease_ms, stopping=self._stopping, liveness=self.liveness, measures=measures, traces=traces,
            clock=clock,
        )  # fmt: skip
        self._bundles = Bundles(store, events, lease_ms=lease_ms, finished=self._finished)
        self._bundles.on_end = on_celery_end
        # Lanes claim under names that no other process and no other thread has: see `jobs.store.Claims.reclaim`.
        process = uuid.uuid4().hex[:12]
        self._intakes = [
            Intake(
                lane, store, pipeline, self._lanes, self._held, watchers[lane], events, jobs=batch_jobs,
                weight=batch_sentences, lease_ms=lease_ms, adopt=adopt, bundles=self._bundles,
                stopping=self._stopping, liveness=self.liveness, holder=holder_of(name, process, lane),
            )
            for lane in Lane
        ]  # fmt: skip
        self._device.on_done, self._device.on_celery_end = self._device_done, on_celery_end
        self._device.on_differing = on_differing
        self._heartbeat = Heartbeat(
            store, self._held, info=self._info, counts=self._device.metrics.take, lease_ms=lease_ms, strikes=strikes,
            stopping=self._stopping, finished=self._finished, liveness=self.liveness, stuck_s=stuck_s,
            on_idle=on_idle, on_round=on_round,
        )  # fmt: skip
        loops = [*((intake.run, f"intake-{lane}") for lane, intake in zip(Lane, self._intakes, strict=True))]
        for lane in Lane:
            threads = [f"device-{number}-{lane}" for number in range(DEVICE_THREADS)]
            loops += [(partial(self._device.run, lane, thread), thread) for thread in threads]
        teller = ProgressTeller(store, self._device.readings)
        loops += [(self._bundles.run, "bundles"), (partial(teller.run, self._finished), "progress")]
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
        *workers, bundles, progress, heartbeat = self._threads
        for thread in workers:
            while thread.is_alive() and self._clock() < until and not self.hurry.is_set():
                thread.join(0.1)
        self._finished.set()
        self._bundles.wake()
        bundles.join(5.0)
        progress.join(1.0)
        heartbeat.join(1.0)
        left = [*self._held.claims(), *self._bundles.claims()]
        try:
            if left:
                back = self._store.release([claim.tag for claim in left])
                log.warning("handed back %d unfinished jobs", back, extra=of_claims(left))
            self._store.report_worker(self._info(), alive_ms=0)
            self._store.count(self._device.metrics.take())
        except Unavailable:
            log.warning("the store is away: other workers take what is left when its lease has run out")
        return not left

    @property
    def works(self) -> bool:
        """Whether a thread still runs: after `stop`, one that is in the network and cannot be called back."""
        return any(thread.is_alive() for thread in self._threads)

    def _device_done(self) -> None:
        for intake in self._intakes:
            intake.device_done.set()
        if self._bundles.held:
            self._bundles.wake()

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
        pipeline, lately = self._pipeline, self._device.metrics.lately()
        return WorkerInfo(
            name=self._name, model=pipeline.model, device=pipeline.device, rate=self._device.metrics.rate,
            models=pipeline.shelf.served(), busy=lately.busy, batch_sentences=lately.batch_sentences,
        )  # fmt: skip
