"""Who waits for a job, how many may, and the Redis subscription that all of a process share."""

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Protocol

import redis

from api.http.feed import Changes, Feed
from api.http.pauses import Signal
from api.http.problems import TooManyOfYoursWaiting, TooManyWaiting
from api.http.subscription import Subscription
from jobs.batch_status import BatchStatus
from jobs.job import DEFAULT_TENANT, Status
from store import keys

#: What is announced of a job or batch that goes on.
_GOES_ON = frozenset(status.value for status in (*Status, *BatchStatus) if not status.terminal)


class Ending(Signal):
    """Set when a job has ended."""

    def __init__(self, waiter: str) -> None:
        super().__init__()
        #: What the job's record is to name, so that its end is told here.
        self.waiter = waiter
        #: What was told of the end (`JobStore.told`), if anything was: otherwise one has to look.
        self.news = b""


class Hub(Protocol):
    """Tells those who wait that a job changed."""

    def watch(self, task: str, tenant: str = DEFAULT_TENANT, *, end: bool = False) -> AbstractContextManager[Signal]:
        """A signal that is set whenever the job with this Celery task id may have changed; of its `end`, has ended.

        Raises TooManyWaiting, and TooManyOfYoursWaiting when those are of one organisation.
        """

    def expect(self, task: str, tenant: str = DEFAULT_TENANT) -> AbstractContextManager[Ending]:
        """A signal that is set when a job has ended (`task`: its `jobs.job.reference`) which is about to be made with
        this `Ending.waiter`. That costs no subscription of its own, and mostly nobody has to read the job.

        Raises as `watch`.
        """

    def changes(self, tenant: str = DEFAULT_TENANT) -> AbstractContextManager[Changes]:
        """What changes of an organisation from now on: its jobs, batches and deliveries.

        Raises as `watch`.
        """


class Places:
    """How many requests of a process may wait at once, and how many of an organisation: `most` for all, and as many as
    `own` says for an organisation (0: as many as there are)."""

    def __init__(self, most: int, own: Callable[[str], int]) -> None:
        self._most, self._own = most, own
        self._lock = threading.Lock()
        self._of: Counter[str] = Counter()
        self._taken = 0

    @contextmanager
    def take(self, tenant: str) -> Iterator[None]:
        """One of them, for a while. Raises TooManyWaiting, and TooManyOfYoursWaiting."""
        own = self._own(tenant)
        with self._lock:
            if own and self._of[tenant] >= own:
                raise TooManyOfYoursWaiting(
                    f"{own} requests of your organisation wait or listen already: ask without waiting.", retry_after_s=5
                )
            if self._taken >= self._most:
                raise TooManyWaiting
            self._of[tenant] += 1
            self._taken += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken -= 1
                self._of[tenant] -= 1
                if not self._of[tenant]:
                    del self._of[tenant]


class RedisHub:
    """One pub/sub connection and one thread for all waiting clients of the process; and a `Feed`."""

    def __init__(
        self,
        client: redis.Redis,
        *,
        most: int,
        own: Callable[[str], int] = lambda tenant: 0,
        all_tell: Callable[[], bool] = lambda: True,
    ) -> None:
        """`all_tell`: whether every process tells `Ending.waiter` of ends. It may raise Unavailable."""
        self._all_tell = all_tell
        self._places = Places(most, own)
        self._lock = threading.Lock()
        #: Channel -> who listens there, and whether only for the end.
        self._signals: dict[str, list[tuple[Signal, bool]]] = {}
        #: Nobody can guess it, or a Celery client could choose a task id whose changes are told there.
        self._waiter = secrets.token_urlsafe(12)
        #: Where this process is told of ends, and who expects that of which job there.
        self._ends = keys.ENDS(self._waiter)
        self._endings: dict[str, list[Ending]] = {}
        self._ends_asked_for = False
        self._subscription = Subscription(client, self._tell, lambda: self._wake(None), name="hub")
        self._feed = Feed(client)

    def close(self) -> None:
        """End its threads and connections, within two seconds. Nobody may be waiting any more, nor come to wait."""
        self._subscription.close()
        self._feed.close()

    @contextmanager
    def watch(self, task: str, tenant: str = DEFAULT_TENANT, *, end: bool = False) -> Iterator[Signal]:
        """See `Hub.watch`. The signal is set once at the start too, when the subscription stands."""
        signal = Signal()
        with self._places.take(tenant), self._listening(keys.CHANGES(task), signal, end=end):
            yield signal

    @contextmanager
    def changes(self, tenant: str = DEFAULT_TENANT) -> Iterator[Changes]:
        """See `Hub.changes`. It is set once at the start too, when the subscription stands."""
        with self._places.take(tenant), self._feed.listening(tenant) as changes:
            yield changes

    @contextmanager
    def _listening(self, channel: str, signal: Signal, *, end: bool) -> Iterator[None]:
        """The signal is set by what is told on the channel."""
        with self._lock:
            waiting = self._signals.setdefault(channel, [])
            waiting.append(entry := (signal, end))
            if len(waiting) == 1:
                self._subscription.listen(channel)
            else:
                signal.set()
        try:
            yield
        finally:
            with self._lock:
                waiting.remove(entry)
                if not waiting:
                    del self._signals[channel]
                    self._subscription.leave(channel)

    @contextmanager
    def expect(self, task: str, tenant: str = DEFAULT_TENANT) -> Iterator[Ending]:
        """See `Hub.expect`. When the subscription has only come to stand, everybody looks.

        Beside processes of an older release, which tell only that a job has changed, it is listened for that as well.
        """
        ending = Ending(self._waiter)
        with self._places.take(tenant), ExitStack() as listening:
            if not self._all_tell():
                listening.enter_context(self._listening(keys.CHANGES(task), ending, end=True))
            with self._lock:
                self._endings.setdefault(task, []).append(ending)
                if not self._ends_asked_for:
                    self._ends_asked_for = True
                    self._subscription.listen(self._ends)
            try:
                yield ending
            finally:
                with self._lock:
                    self._endings[task].remove(ending)
                    if not self._endings[task]:
                        del self._endings[task]

    def _tell(self, channel: str, data: bytes) -> None:
        if channel != self._ends:
            _, _, status = data.decode().partition(" ")
            self._wake(channel, goes_on=status in _GOES_ON)
            return
        task = data.partition(b"\n")[0].decode()
        with self._lock:
            lists = [self._endings.get(task, [])] if data else self._endings.values()
            for ending in [ending for endings in lists for ending in endings]:
                ending.news = data
                ending.set()

    def _wake(self, channel: str | None, *, goes_on: bool = False) -> None:
        """Of one channel, or of all: whoever waits looks."""
        with self._lock:
            lists = self._signals.values() if channel is None else [self._signals.get(channel, [])]
            for signal, end in [entry for entries in lists for entry in entries]:
                if not (end and goes_on):
                    signal.set()
        if channel is None:
            self._tell(self._ends, b"")
