"""Sends Celery's task events in groups, from a thread and a connection of its own."""

import logging
import os
import queue
import threading
import time
from typing import Any

import orjson
from celery import Celery
from celery.utils.time import utcoffset

from telemetry.trouble import Trouble

log = logging.getLogger(__name__)

#: After a failure no events are sent for this many seconds: a dead connection would cost every group its timeout.
_PAUSE_S = 2.0
#: What piled up behind a slow connection is sent in messages of about this many events; more groups than `_MOST` are
#: lost.
_GROUP, _MOST = 1000, 1000

Event = dict[str, Any]


class EventSender:
    """One message for each group of events.

    Losing events never disturbs jobs, and sending them never makes one wait: a review's claim and its end are each
    about a millisecond nearer to each other for it. Events are written here as Celery's dispatcher would write them,
    one list for each message; building them one by one there cost a third of a worker's time with a costless model.
    """

    def __init__(self, app: Celery, hostname: str) -> None:
        self._connection = app.connection_for_write()
        self._dispatcher = app.events.Dispatcher(self._connection, hostname=hostname, buffer_while_offline=False)
        self._clock = app.clock
        self._shared = {"hostname": hostname, "utcoffset": utcoffset(), "pid": os.getpid()}
        self._groups: queue.SimpleQueue[list[Event] | None] = queue.SimpleQueue()
        self._silent_until, self._trouble = 0.0, Trouble(log, "task events lost")
        #: Whether anybody wants them: remote control may say that nobody does.
        self.wanted = True
        self._thread = threading.Thread(target=self._send, name="events", daemon=True)
        self._thread.start()

    def event(self, kind: str, task: str, at: float, **more: Any) -> Event:
        """An event about a task, at `at` seconds since the epoch."""
        more.update(self._shared, type=kind, uuid=task, timestamp=at, clock=self._clock.forward())
        return more

    def put(self, events: list[Event]) -> None:
        """Send these soon, if they are wanted. Returns at once."""
        if events and self.wanted and self._groups.qsize() < _MOST:
            self._groups.put(events)

    def _send(self) -> None:
        while (events := self._groups.get()) is not None:
            last = False
            while len(events) < _GROUP and not last:
                try:
                    more = self._groups.get_nowait()
                except queue.Empty:
                    break
                last = more is None
                events += more or []
            self._publish(events)
            if last:
                return

    def _publish(self, events: list[Event]) -> None:
        if time.monotonic() < self._silent_until:
            return
        exchange = self._dispatcher.exchange
        try:
            self._dispatcher.producer.publish(
                orjson.dumps(events), content_type="application/json", content_encoding="utf-8",
                routing_key="task.multi", exchange=exchange.name, declare=[exchange], retry=False,
                headers=self._dispatcher.headers, delivery_mode=self._dispatcher.delivery_mode,
            )  # fmt: skip
            self._trouble.over()
        # kombu lets the transport's own errors through, and redis-py's are no OSErrors: whatever it is, it ends here.
        except Exception as error:
            self._trouble.met(error)
            self._silent_until = time.monotonic() + _PAUSE_S

    def close(self) -> None:
        """Send what waits, and give the connection back."""
        self._groups.put(None)
        self._thread.join(5)
        try:
            self._dispatcher.close()
            self._connection.release()
        except Exception as error:
            log.info("events' connection did not close: %s", error)
