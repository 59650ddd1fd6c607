"""Clients that wait for a job: how long they wish to, and the one Redis subscription that all of a process share."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, Protocol

import redis
from flask import Response
from werkzeug.http import parse_options_header

from api.http.deferred import Deferred
from api.http.measures import waited
from api.http.pauses import Signal
from api.http.problems import TooManyOfYoursWaiting, TooManyWaiting
from jobs.batch import BatchStatus
from jobs.job import DEFAULT_TENANT, Status, task_id
from jobs.store import JobStore
from jobs.stored import Stored
from store import keys

log = logging.getLogger(__name__)

#: A stream looks by itself after this many seconds, should an announcement have been lost with a connection.
STREAM_LOOKS_S = 5.0
#: What is announced of a job or batch that goes on.
_GOES_ON = frozenset(status.value for status in (*Status, *BatchStatus) if not status.terminal)
#: redis-py pings a silent subscription, first after 5 s and then every second, and never asks whether anybody answers.
MOST_PINGS = 3


#: Longest wait, in seconds. Longer wishes are cut to this.
MAX_WAIT_S = 30


class Hub(Protocol):
    """Tells those who wait that a job changed."""

    def watch(self, task: str, tenant: str = DEFAULT_TENANT, *, end: bool = False) -> AbstractContextManager[Signal]:
        """A signal that is set whenever the job with this Celery task id may have changed; of its `end`, has ended.

        Raises TooManyWaiting, and TooManyOfYoursWaiting when those are of one organisation.
        """


class RedisHub:
    """One pub/sub connection and one thread for all waiting clients of the process."""

    def __init__(self, client: redis.Redis, *, most: int, own: Callable[[str], int] = lambda tenant: 0) -> None:
        #: How many may wait, and how many of an organisation (0: as many).
        self._most, self._own = most, own
        self._waiting: Counter[str] = Counter()
        self._client = client
        self._lock = threading.Lock()
        #: Channel -> who listens there, and whether only for the end.
        self._signals: dict[str, list[tuple[Signal, bool]]] = {}
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
        channel = keys.CHANGES(task)
        signal, own = Signal(), self._own(tenant)
        with self._lock:
            if own and self._waiting[tenant] >= own:
                raise TooManyOfYoursWaiting(
                    f"{own} requests of your organisation wait or listen already: ask without waiting.", retry_after_s=5
                )
            if self._waiting.total() >= self._most:
                raise TooManyWaiting
            self._waiting[tenant] += 1
            waiting = self._signals.setdefault(channel, [])
            waiting.append(entry := (signal, end))
            if len(waiting) == 1:
                self._subscribe(channel)
            else:
                signal.set()
        try:
            yield signal
        finally:
            with self._lock:
                waiting.remove(entry)
                self._waiting[tenant] -= 1
                if not self._waiting[tenant]:
                    del self._waiting[tenant]
                if not waiting:
                    del self._signals[channel]
                    self._send(lambda pubsub: pubsub.unsubscribe(channel))

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

    def _listen(self, pubsub: redis.client.PubSub) -> None:
        while not self._closed.is_set():
            try:
                message = pubsub.get_message(timeout=1.0) if pubsub.subscribed else None
                if message is None:
                    if not pubsub.subscribed:
                        pubsub.subscribed_event.wait(1.0)
                    elif pubsub.health_check_response_counter > MOST_PINGS:
                        raise redis.TimeoutError("dead connection: pings are not answered")
                    continue
                # Also told when the subscription stands: with a number, and no status.
                _, _, status = message["data"].decode().partition(" ") if message["type"] == "message" else ("", "", "")
                self._wake(message["channel"].decode(), goes_on=status in _GOES_ON)
            except Exception as error:
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
                connected = True
            except redis.RedisError as error:
                log.warning("subscription lost: %s", error)
            self._wake(None)

    def _wake(self, channel: str | None, *, goes_on: bool = False) -> None:
        with self._lock:
            lists = self._signals.values() if channel is None else [self._signals.get(channel, [])]
            for signal, end in [entry for entries in lists for entry in entries]:
                if not (end and goes_on):
                    signal.set()


def when_ended(
    store: JobStore, hub: Hub, tenant: str, job_id: str, seconds: float, answer: Callable[[Stored], Response]
) -> Deferred:
    """What `answer` makes of the job when it has ended, or as it is after `seconds`. Raises as `Hub.watch`."""
    held = ExitStack()
    signal = held.enter_context(watch_end(hub, tenant, job_id))
    return ended(store, signal, held, tenant, job_id, seconds, answer)


def ended(
    store: JobStore, signal: Signal, held: ExitStack, tenant: str, job_id: str, seconds: float,
    answer: Callable[[Stored], Response],
) -> Deferred:  # fmt: skip
    """The same for whoever watched the job before it was made; `held` lets go of that."""
    began = time.monotonic()

    def look(last: bool) -> Response | None:
        stored = store.get(tenant, job_id)
        if not (stored.job.status.terminal or last):
            return None
        waited(time.monotonic() - began)
        return answer(stored)

    return Deferred(signal, seconds, look, held)


def watch_job(hub: Hub, tenant: str, job_id: str) -> AbstractContextManager[Signal]:
    """`hub.watch` for a job's id."""
    return hub.watch(task_id(tenant, job_id), tenant)


def watch_end(hub: Hub, tenant: str, job_id: str) -> AbstractContextManager[Signal]:
    """The same of its end alone."""
    return hub.watch(task_id(tenant, job_id), tenant, end=True)


def wait_seconds(headers: Iterable[str]) -> int | None:
    """The `wait` preference of `Prefer` headers (RFC 7240) in seconds, or None.

    The first one of a list counts; what cannot be read is ignored.
    """
    for header in headers:
        for item in header.split(","):
            name, _ = parse_options_header(item.strip())
            key, equals, value = name.partition("=")
            if key.strip().lower() == "wait" and equals:
                digits = value.strip().strip('"')
                if not (digits.isascii() and digits.isdigit()):
                    return None
                # Python reads no number of thousands of digits.
                return min(int(digits.lstrip("0")[:4] or "0"), MAX_WAIT_S)
    return None
