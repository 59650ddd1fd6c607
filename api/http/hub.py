"""Who waits for a job, and the one Redis subscription that all of a process share."""

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, Protocol

import redis

from api.http.pauses import Signal
from api.http.places import Places
from jobs.batch_status import BatchStatus
from jobs.job import DEFAULT_TENANT, Status
from store import keys

log = logging.getLogger(__name__)

#: What is announced of a job or batch that goes on.
_GOES_ON = frozenset(status.value for status in (*Status, *BatchStatus) if not status.terminal)
#: redis-py pings a silent subscription, first after 5 s and then every second, and never asks whether anybody answers.
MOST_PINGS = 3


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


class RedisHub:
    """One pub/sub connection and one thread for all waiting clients of the process."""

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
        self._client = client
        self._lock = threading.Lock()
        #: Channel -> who listens there, and whether only for the end.
        self._signals: dict[str, list[tuple[Signal, bool]]] = {}
        #: Nobody can guess it, or a Celery client could choose a task id whose changes are told there.
        self._waiter = secrets.token_urlsafe(12)
        #: Where this process is told of ends, and who expects that of which job there.
        self._ends = keys.ENDS(self._waiter)
        self._endings: dict[str, list[Ending]] = {}
        self._ends_asked_for = False
        #: Whether what Redis is subscribed to may be something else than what is asked for here.
        self._behind = False
        self._pubsub: redis.client.PubSub | None = None
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def close(self) -> None:
        """End its thread and its connection, within a second. Nobody may be waiting any more, nor come to wait."""
        self._closed.set()
        with self._lock:
            pubsub, thread = self._pubsub, self._thread
        if pubsub is not None and thread is not None:
            pubsub.subscribed_event.set()
            thread.join()

    @contextmanager
    def watch(self, task: str, tenant: str = DEFAULT_TENANT, *, end: bool = False) -> Iterator[Signal]:
        """See `Hub.watch`. The signal is set once at the start too, when the subscription stands."""
        signal = Signal()
        with self._places.take(tenant), self._listening(keys.CHANGES(task), signal, end=end):
            yield signal

    @contextmanager
    def _listening(self, channel: str, signal: Signal, *, end: bool) -> Iterator[None]:
        """The signal is set by what is told on the channel."""
        with self._lock:
            waiting = self._signals.setdefault(channel, [])
            waiting.append(entry := (signal, end))
            if len(waiting) == 1:
                self._subscribe(channel)
            else:
                signal.set()
        try:
            yield
        finally:
            with self._lock:
                waiting.remove(entry)
                if not waiting:
                    del self._signals[channel]
                    self._send(lambda pubsub: pubsub.unsubscribe(channel))

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
                    self._subscribe(self._ends)
            try:
                yield ending
            finally:
                with self._lock:
                    self._endings[task].remove(ending)
                    if not self._endings[task]:
                        del self._endings[task]

    def _subscribe(self, channel: str) -> None:
        if self._pubsub is None:
            self._pubsub = self._client.pubsub()
            self._send(lambda pubsub: pubsub.subscribe(channel))
            self._thread = threading.Thread(target=self._listen, args=(self._pubsub,), name="hub", daemon=True)
            self._thread.start()
        else:
            self._send(lambda pubsub: pubsub.subscribe(channel))

    def _send(self, command: Callable[[redis.client.PubSub], object]) -> None:
        """Sends a command on the shared connection; when it is broken, the listener mends it and wakes everybody."""
        try:
            if self._pubsub is not None:
                command(self._pubsub)
        except redis.RedisError as error:
            log.warning("subscription: %s", error)
            self._behind = True

    def _listen(self, pubsub: redis.client.PubSub) -> None:
        while not self._closed.is_set():
            try:
                if self._behind:
                    raise redis.ConnectionError("a command could not be sent")
                message = pubsub.get_message(timeout=1.0) if pubsub.subscribed else None
                if message is None:
                    if not pubsub.subscribed:
                        pubsub.subscribed_event.wait(1.0)
                    elif pubsub.health_check_response_counter > MOST_PINGS:
                        raise redis.TimeoutError("dead connection: pings are not answered")
                    continue
                # Also told when the subscription stands: with a number.
                self._tell(message["channel"].decode(), message["data"] if message["type"] == "message" else b"")
            except Exception as error:
                if self._closed.is_set():
                    break
                # Nobody would start this thread again, and all who wait would hear nothing any more.
                known = isinstance(error, redis.ConnectionError | redis.TimeoutError)
                log.warning("subscription lost: %s", error, exc_info=not known)
                self._mend(pubsub)
        pubsub.close()

    def _mend(self, pubsub: redis.client.PubSub) -> None:
        """Connects anew, which subscribes to all channels again, and has everybody look by themselves.

        Who comes and goes meanwhile sends on the same connection: under the lock, or both would connect it at once,
        and each would read the answers to the other's handshake.
        """
        connected = False
        while not connected and not self._closed.is_set():
            connection: Any = pubsub.connection
            with self._lock:
                if connection is not None:
                    connection.disconnect()
                pubsub.health_check_response_counter = 0
            self._closed.wait(0.2)
            try:
                with self._lock:
                    if connection is not None:
                        # One try, not the client's several: nobody can come or go while it lasts.
                        connection.connect_check_health(retry_socket_connect=False)
                    self._catch_up(pubsub)
                connected = True
            except redis.RedisError as error:
                if not self._closed.is_set():
                    log.warning("subscription lost: %s", error)
            self._wake(None)

    def _catch_up(self, pubsub: redis.client.PubSub) -> None:
        """Subscribes to what is asked for, and to nothing else: of what could not be sent redis-py knows nothing.

        Raises RedisError.
        """
        asked = {*self._signals, *((self._ends,) if self._ends_asked_for else ())}
        sent = {name.decode() for name in pubsub.channels}
        if missing := asked - sent:
            pubsub.subscribe(*missing)
        if left_over := sent - asked:
            pubsub.unsubscribe(*left_over)
        self._behind = False

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
