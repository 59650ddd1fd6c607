"""The heartbeat: renews leases, tells that the worker lives and what it did, and takes back what other workers lost."""

import logging
import threading
from collections import Counter
from collections.abc import Callable

from jobs.backlog import WorkerInfo
from jobs.errors import Unavailable
from jobs.store import JobStore
from telemetry.trouble import Trouble
from worker.consumer.lanes import HeldClaims
from worker.liveness import Liveness

log = logging.getLogger(__name__)


class Heartbeat:
    """Does its round three times in every lease, until `finished` is set."""

    def __init__(
        self,
        store: JobStore,
        held: HeldClaims,
        *,
        info: Callable[[], WorkerInfo],
        counts: Callable[[], Counter[str]],
        lease_ms: int,
        strikes: int,
        stopping: threading.Event,
        finished: threading.Event,
        liveness: Liveness,
        stuck_s: float,
        on_idle: Callable[[], None] = lambda: None,
        on_round: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_idle` is called when a round finds nothing held, once until there was work again; `on_round` in each,
        and may raise Unavailable."""
        self._store, self._held, self._info, self._counts = store, held, info, counts
        self._lease_ms, self._strikes = lease_ms, strikes
        self._stopping, self._finished = stopping, finished
        self._liveness, self._stuck_s = liveness, stuck_s
        self._on_idle, self._on_round, self._idle = on_idle, on_round, False
        self._not_renewed = Trouble(log, "cannot renew")

    def run(self) -> None:
        """The thread's work."""
        while True:
            try:
                self._round()
                self._not_renewed.over()
                pause_s = self._lease_ms / 3000
            except Unavailable as error:
                self._not_renewed.met(error)
                # When the store is back, what is held must be renewed before anybody takes it back.
                pause_s = min(0.5, self._lease_ms / 3000)
            if self._finished.wait(pause_s):
                return

    def _round(self) -> None:
        if self._liveness.silent(self._stuck_s) is not None:
            # What a worker that is stuck holds is for others: it lives on only until the watchdog has seen it.
            return
        if held := self._held.claims():
            self._store.renew(held, lease_ms=self._lease_ms)
        if self._stopping.is_set():
            return
        if not held and not self._idle:
            self._on_idle()
        self._idle = not held
        self._on_round()
        self._store.report_worker(self._info(), alive_ms=self._lease_ms)
        if counts := self._counts():
            self._store.count(counts)
        requeued, failed = self._store.sweep(strikes=self._strikes, quiet_ms=max(5_000, self._lease_ms))
        if requeued or failed:
            log.warning("took back lost jobs: %d wait again, %d failed", requeued, failed)
