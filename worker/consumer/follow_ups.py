"""The outboxes: what Celery sends after a task once its end is stored, and sends again when that was not confirmed.

The end of a job and its entry in the outbox are one step (`finish` in `store/lua/lib/job_end.lua`), so that a worker
which dies between the end and the sending leaves the entry to the others. That is at least once: what follows has its
id from the start, so that a second message is the same task; only errbacks are new tasks each time.

What ended without an attempt is told to monitors from here, too, at most once, and messages in lists that no worker
reads are put where one does.
"""

import logging
import threading
from collections.abc import Callable, Sequence

from jobs.celery_task import FollowUp, UntoldEnd
from jobs.store import JobStore
from worker.consumer.celery_ends import CeleryEnds

log = logging.getLogger(__name__)

#: How often to look for what others left, in seconds: a job that ended without a worker waits for this too.
LOOK_S = 1.0
#: How long one look's entries are this worker's, in milliseconds.
LEASE_MS = 30_000
#: Entries of one look, and ends that monitors are told of at once.
MOST, MOST_TOLD = 50, 1_000
#: Messages that one look puts where they are read.
MOST_GATHERED = 1_000


class FollowUps:
    """Sends from a thread of its own, so that no review waits for it."""

    def __init__(
        self,
        store: JobStore,
        ends: CeleryEnds,
        *,
        tell: Callable[[Sequence[UntoldEnd]], None] | None = None,
        look_s: float = LOOK_S,
    ) -> None:
        """`tell` gets the ends that no attempt tells to monitors; None: others get them."""
        self._store, self._ends, self._tell, self._look_s = store, ends, tell, look_s
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="follow-ups", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def wake(self) -> None:
        """A job of a Celery client has ended: look at once."""
        self._wake.set()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Send what is there, and end."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout_s)

    def round(self) -> int:
        """One look; how many entries it found. What cannot be sent is owed still. Raises Unavailable."""
        untold = [] if self._tell is None else self._store.untold(most=MOST_TOLD)
        if self._tell is not None:
            self._tell(untold)
        found = self._store.follow_ups(most=MOST, lease_ms=LEASE_MS)
        for entry in found:
            self._send(entry)
        return len(found) + len(untold) + self._store.gather(most=MOST_GATHERED)

    def _send(self, entry: FollowUp) -> None:
        try:
            self._ends.follow(entry)
            self._store.followed_up([entry])
        except Exception as error:
            # A queue that is none, or that nobody may write to, looks as if Redis were away: is it?
            self._store.ping()
            fields = {"tenant": entry.tenant, "job_id": entry.id}
            log.warning("cannot send what follows a job yet: %s", _why(error), extra=fields)

    def _run(self) -> None:
        away = False
        while True:
            self._wake.clear()
            last = self._stopping.is_set()
            try:
                while self.round():
                    pass
                away = False
            except Exception as error:
                # Whatever it is: nobody would start this thread again.
                if not away:
                    log.warning("cannot send what follows ended jobs yet: %s", _why(error))
                away = True
            if last:
                return
            # While the broker is away, waking does not help.
            (self._stopping if away else self._wake).wait(self._look_s)


def _why(error: BaseException) -> str:
    """What is behind an error, in one line."""
    cause = error.__cause__ or error
    return f"{type(cause).__name__}: {cause}"
