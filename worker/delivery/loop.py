"""The delivery worker: leases webhooks that are due and sends them, many at once, apart from every model."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jobs.errors import Unavailable
from store.deliveries import DeliveryStore
from telemetry.alive import touch
from telemetry.trouble import Trouble
from webhooks.delivery import Lease
from worker.log_fields import of_delivery

log = logging.getLogger(__name__)

#: How long a leased delivery belongs to its worker: the longest attempt takes 15 s, and writing it down some more.
LEASE_MS = 30_000
#: The worker looks at the due-set at least this often, should a ring of the watcher have been lost; in seconds.
LOOK_AGAIN_S = 1.0
#: One thread in so many is kept for endpoints that have only a few deliveries under way.
KEPT_FREE = 4
#: How long a heartbeat is valid, and how often one is sent.
ALIVE_MS, HEARTBEAT_S = 15_000, 5.0


class DeliveryWorker:
    """Leases as many deliveries as threads are free. `run` until `stop`; what is held then is finished."""

    def __init__(
        self,
        store: DeliveryStore,
        deliver: Callable[[Lease], object],
        *,
        name: str,
        threads: int,
        lease_ms: int = LEASE_MS,
        alive_file: Path | None = None,
    ) -> None:
        self._store, self._deliver, self._name, self._lease_ms = store, deliver, name, lease_ms
        self._alive_file = alive_file
        self._threads = threads
        self._free = threads
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._no_leases, self._no_heartbeats = Trouble(log, "cannot lease"), Trouble(log, "no heartbeat sent")

    def run(self) -> None:
        """Deliver until `stop` is called, then finish what is held."""
        beat = threading.Thread(target=self._heartbeat, name="heartbeat", daemon=True)
        beat.start()
        with ThreadPoolExecutor(self._threads, thread_name_prefix="deliver") as pool:
            while not self._stopping.is_set():
                if self._alive_file is not None:
                    touch(self._alive_file)
                try:
                    self._turn(pool)
                except Unavailable as error:
                    self._no_leases.met(error)
                    self._stopping.wait(0.5)
        beat.join()
        try:
            self._store.report_deliverer(self._name, alive_ms=0)
        except Unavailable:
            log.warning("could not sign off: the store is away")

    def stop(self) -> None:
        """Lease nothing more. Safe in a signal handler: it takes no lock."""
        self._stopping.set()

    def _turn(self, pool: ThreadPoolExecutor) -> None:
        """Lease once, hand out, and wait when there was nothing."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._free > 0, timeout=LOOK_AGAIN_S):
                return
            free = self._free
        leases, wait_ms = self._store.lease(free, lease_ms=self._lease_ms, kept=self._threads // KEPT_FREE)
        self._no_leases.over()
        with self._changed:
            self._free -= len(leases)
        for lease in leases:
            pool.submit(self._one, lease)
        if not leases:
            seconds = LOOK_AGAIN_S if wait_ms is None else min(LOOK_AGAIN_S, wait_ms / 1000)
            if seconds > 0:
                self._store.wait(seconds)

    def _one(self, lease: Lease) -> None:
        try:
            self._deliver(lease)
        except Unavailable as error:
            # The lease runs out, and the delivery is sent again under its id.
            log.warning("delivery left to its lease: %s", error, extra=of_delivery(lease))
        except Exception:
            log.exception("delivery broke", extra=of_delivery(lease))
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify()

    def _heartbeat(self) -> None:
        while True:
            try:
                self._store.report_deliverer(self._name, alive_ms=ALIVE_MS)
                self._no_heartbeats.over()
            except Exception as error:
                # Nobody would start this thread again, and the worker would be taken for dead.
                self._no_heartbeats.met(error, traceback=not isinstance(error, Unavailable))
            if self._stopping.wait(HEARTBEAT_S):
                return
