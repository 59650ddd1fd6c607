"""A subscription to channels of Redis that outlives its connection."""

import logging
import threading
from collections.abc import Callable
from typing import Any

import redis

from telemetry.trouble import Trouble

log = logging.getLogger(__name__)

#: redis-py pings a silent subscription, first after 5 s and then every second, and never asks whether anybody answers.
MOST_PINGS = 3


class Subscription:
    """One connection and one thread, which begin when something is listened for, and mend themselves until `close`."""

    def __init__(
        self,
        client: redis.Redis,
        heard: Callable[[str, bytes], None],
        lost: Callable[[], None],
        *,
        name: str,
        patterns: bool = False,
    ) -> None:
        """What is listened for are channels or, with `patterns`, glob patterns of such.

        `heard` is told a channel and what was said there; b"" when what is listened for has come to stand. `lost` says
        that something may have been missed. Its thread, which has this `name`, calls both.
        """
        self._client, self._heard, self._lost = client, heard, lost
        self._name, self._patterns = name, patterns
        self._lock = threading.Lock()
        self._asked: set[str] = set()
        #: Whether what Redis is subscribed to may be something else than what is asked for here.
        self._behind = False
        self._pubsub: redis.client.PubSub | None = None
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._trouble, self._unsent = Trouble(log, "subscription lost"), Trouble(log, "cannot subscribe")

    def close(self) -> None:
        """End its thread and its connection, within a second. Nobody may come to listen any more."""
        self._closed.set()
        with self._lock:
            pubsub, thread = self._pubsub, self._thread
        if pubsub is not None and thread is not None:
            pubsub.subscribed_event.set()
            thread.join()

    def listen(self, channel: str) -> None:
        """From now on, until `leave`."""
        with self._lock:
            self._asked.add(channel)
            if self._pubsub is not None:
                self._send(lambda pubsub: self._subscribe(pubsub, channel))
                return
            self._pubsub = pubsub = self._client.pubsub()
            self._send(lambda pubsub: self._subscribe(pubsub, channel))
            self._thread = threading.Thread(target=self._run, args=(pubsub,), name=self._name, daemon=True)
            self._thread.start()

    def leave(self, channel: str) -> None:
        """The opposite."""
        with self._lock:
            self._asked.discard(channel)
            self._send(lambda pubsub: self._unsubscribe(pubsub, channel))

    def _subscribe(self, pubsub: redis.client.PubSub, *channels: str) -> None:
        (pubsub.psubscribe if self._patterns else pubsub.subscribe)(*channels)

    def _unsubscribe(self, pubsub: redis.client.PubSub, *channels: str) -> None:
        leave: Any = pubsub.punsubscribe if self._patterns else pubsub.unsubscribe
        leave(*channels)

    def _send(self, command: Callable[[redis.client.PubSub], object]) -> None:
        """Sends a command on the connection; when it is broken, the thread mends it and tells that it was lost."""
        try:
            if self._pubsub is not None:
                command(self._pubsub)
                self._unsent.over()
        except redis.RedisError as error:
            self._unsent.met(error)
            self._behind = True

    def _run(self, pubsub: redis.client.PubSub) -> None:
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
                # Also told when the subscription stands, with a number, and when it ends.
                if not message["type"].endswith("unsubscribe"):
                    payload = message["data"] if message["type"].endswith("message") else b""
                    self._heard(message["channel"].decode(), payload)
            except Exception as error:
                if self._closed.is_set():
                    break
                # Nobody would start this thread again, and all who wait would hear nothing any more.
                known = isinstance(error, redis.ConnectionError | redis.TimeoutError)
                self._trouble.met(error, traceback=not known)
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
                self._trouble.over()
            except redis.RedisError as error:
                if not self._closed.is_set():
                    self._trouble.met(error)
            self._lost()

    def _catch_up(self, pubsub: redis.client.PubSub) -> None:
        """Subscribes to what is asked for, and to nothing else: of what could not be sent redis-py knows nothing.

        Raises RedisError.
        """
        sent = {name.decode() for name in (pubsub.patterns if self._patterns else pubsub.channels)}
        if missing := self._asked - sent:
            self._subscribe(pubsub, *missing)
        if left_over := sent - self._asked:
            self._unsubscribe(pubsub, *left_over)
        self._behind = False
