"""The reconciler: takes back what lost workers held, expires what is too late, purges what is past its time.

Every step is one script on Redis' own clock, so two of them at once do no harm, and one that dies leaves nothing
half done. Workers sweep too; the reconciler is there for when none is left to.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from jobs.budgets import Budgets, Kept
from jobs.errors import Unavailable
from jobs.stored import Reconciled
from telemetry.alive import touch
from telemetry.trouble import Trouble

log = logging.getLogger(__name__)

#: Between two rounds, in seconds.
EVERY_S = 1.0
#: After so long without any sweep Redis itself was away; see `JobStore.sweep`. A few rounds of ours.
QUIET_MS = 5_000
#: How long a heartbeat is valid.
ALIVE_MS = 10_000
#: Items that one call of the store looks at: a script should not hold Redis for more than some milliseconds.
MOST = 200
#: Rounds from one weighing of what is kept to the next.
WEIGHED_EVERY = 10
#: Calls in a row before the next round begins: a large backlog is worked off without starving the heartbeats.
CALLS = 100


#: What the log calls each kind.
WORDS = {
    Kept.CACHE: "remembered judgements",
    Kept.DELIVERY_LOG: "deliveries that had ended",
    Kept.RESULTS: "finished jobs",
}


class ReconcilerStore(Protocol):
    """What the reconciler needs of the store; see `jobs.store.JobStore`."""

    def sweep(self, *, strikes: int = 3, most: int = 100, quiet_ms: int = 0) -> tuple[int, int]:
        """Take back what lost workers held."""

    def reconcile(self, *, strikes: int = 3, most: int = 100) -> Reconciled:
        """Expire, purge, revive."""

    def relieve(self, budgets: Budgets | None = None) -> Mapping[Kept, int]:
        """Forget some of what takes too much, or of what a nearly full store can do without."""

    def report_reconciler(self, name: str, *, alive_ms: int) -> None:
        """A heartbeat, valid for `alive_ms`; 0 signs off."""


class LeftoverStore(Protocol):
    """What would outlive its time where nobody asks for it; see `store.leftovers.Leftovers`."""

    def forget_rejects(self, *, after_s: int) -> int:
        """Forget messages that were rejected longer ago; how many."""

    def rewrite_files(self, *, after_s: int) -> bool:
        """Have the store's own files written anew when something was deleted longer ago; whether that was begun."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lifetimes:
    """How long what was deleted or rejected may be found, in seconds."""

    rejects_s: int
    #: 0: as long as the store itself leaves it there.
    files_s: int


class Reconciler:
    """Does a round each `every_s` seconds. `run` until `stop`."""

    def __init__(
        self,
        store: ReconcilerStore,
        *,
        name: str,
        strikes: int,
        every_s: float = EVERY_S,
        alive_file: Path | None = None,
        notes: Sequence[Callable[[], object]] = (),
        leftovers: tuple[LeftoverStore, Lifetimes] | None = None,
        budgets: Budgets | None = None,
    ) -> None:
        """`notes` are made once a round: what is next in each queue (`store.metrics`), what was counted
        (`store.activity`), what becomes of rollouts (`worker.reconciler.rollouts`)."""
        self._notes, self._leftovers, self._budgets, self._rounds = notes, leftovers, budgets or {}, 0
        self._store, self._name, self._strikes, self._every_s = store, name, strikes, every_s
        self._alive_file = alive_file
        self._stopping = threading.Event()

    def run(self) -> None:
        """Reconcile until `stop` is called. A store that is away is waited for."""
        trouble = Trouble(log, "cannot reconcile")
        while not self._stopping.is_set():
            try:
                self.round()
                trouble.over()
            except Unavailable as error:
                trouble.met(error)
            touch(self._alive_file)
            self._stopping.wait(self._every_s)
        try:
            self._store.report_reconciler(self._name, alive_ms=0)
        except Unavailable:
            log.info("could not sign off: the store is away")

    def stop(self) -> None:
        """End after the call that is under way. Safe in a signal handler."""
        self._stopping.set()

    def round(self) -> None:
        """One round. Raises Unavailable."""
        requeued = failed = expired = purged = 0
        for _ in range(CALLS):
            back, lost = self._store.sweep(strikes=self._strikes, most=MOST, quiet_ms=QUIET_MS)
            requeued, failed = requeued + back, failed + lost
            if back + lost < MOST or self._stopping.is_set():
                break
        for _ in range(CALLS):
            done = self._store.reconcile(strikes=self._strikes, most=MOST)
            requeued, failed = requeued + done.requeued, failed + done.failed
            expired, purged = expired + done.expired, purged + done.purged
            if not done.more or self._stopping.is_set():
                break
        self._relieve()
        if self._leftovers is not None:
            self._clear(*self._leftovers)
        if requeued or failed:
            log.warning("lost attempts: %d jobs wait again, %d failed", requeued, failed)
        if expired or purged:
            log.info("%d jobs expired, %d purged", expired, purged)
        for note in self._notes:
            note()
        self._store.report_reconciler(self._name, alive_ms=ALIVE_MS)

    def _relieve(self) -> None:
        budgets = None if self._rounds % WEIGHED_EVERY else self._budgets
        self._rounds += 1
        forgotten: Counter[Kept] = Counter()
        for _ in range(CALLS):
            some = self._store.relieve(budgets)
            forgotten.update(some)
            if not some or self._stopping.is_set():
                break
        for kind, count in forgotten.items():
            log.warning("%d %s are forgotten: the store is nearly full, or they take more than their budget",
                        count, WORDS[kind])  # fmt: skip

    @staticmethod
    def _clear(store: LeftoverStore, lifetimes: Lifetimes) -> None:
        if forgotten := store.forget_rejects(after_s=lifetimes.rejects_s):
            log.info("%d rejected messages are past their time", forgotten)
        if store.rewrite_files(after_s=lifetimes.files_s):
            log.info("the append-only file is written anew, without what was deleted")
