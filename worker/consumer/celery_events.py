"""Task events for Flower: Celery's own, sent in groups, with the job's id and never its text."""

import logging
import os
import queue
import threading
import time
from collections.abc import Sequence
from typing import Any

import orjson
from celery import Celery
from celery.utils.time import utcoffset

from jobs.job import Claim, Outcome, Status
from worker.consumer.celery_state import HeldTasks

log = logging.getLogger(__name__)

#: After a failure no events are sent for this many seconds: a dead connection would cost every group its timeout.
_PAUSE_S = 2.0
#: What piled up behind a slow connection is sent in messages of about this many events; more groups than `_MOST` are
#: lost.
_GROUP, _MOST = 1000, 1000

Event = dict[str, Any]


def _exception(outcome: Outcome) -> str:
    return f"{outcome.error.code}: {outcome.error.message}" if outcome.error else "failed"


class TaskEvents:
    """Sends one message per group of events, from a thread and a connection of its own.

    Losing events never disturbs jobs, and sending them never makes one wait: a review's claim and its end are each
    about a millisecond nearer to each other for it. Events are written here as Celery's dispatcher would write them,
    one list for each message; building them one by one there cost a third of a worker's time with a costless model.
    """

    def __init__(self, app: Celery, hostname: str, model: str = "") -> None:
        """`model` is the name of the one that judges, for monitors."""
        #: What the worker holds, for remote control.
        self.tasks = HeldTasks(hostname, model)
        self._connection = app.connection_for_write()
        self._dispatcher = app.events.Dispatcher(self._connection, hostname=hostname, buffer_while_offline=False)
        self._clock = app.clock
        self._said = {"hostname": hostname, "utcoffset": utcoffset(), "pid": os.getpid()}
        self._groups: queue.SimpleQueue[list[Event] | None] = queue.SimpleQueue()
        self._silent_until = 0.0
        self._thread = threading.Thread(target=self._send, name="events", daemon=True)
        self._thread.start()

    def received(self, claims: Sequence[Claim]) -> None:
        """Tell that these were claimed."""
        now = time.time()
        events: list[Event] = []
        for task in self.tasks.received(claims):
            headers, task_id = task.headers, task.claim.task_id
            event = self._event("task-received", task_id, now)
            event |= {
                "name": headers.name, "args": "()", "kwargs": task.kwargs, "eta": headers.eta,
                "expires": headers.expires, "retries": headers.retries + task.claim.attempt - 1,
                "root_id": headers.root or task_id, "parent_id": headers.parent,
            }  # fmt: skip
            events.append(event)
        self._put(events)

    def started(self, claims: Sequence[Claim]) -> None:
        """Tell that these are on the device."""
        now = time.time()
        self._put([self._event("task-started", task.claim.task_id, now) for task in self.tasks.started(claims)])

    def ended(self, outcomes: Sequence[Outcome], states: Sequence[Status | None]) -> None:
        """Tell how these attempts ended; nothing of one that was not ours to end."""
        now = time.time()
        events: list[Event] = []
        tasks = self.tasks.ended([outcome.claim for outcome in outcomes], states)
        for outcome, state, task in zip(outcomes, states, tasks, strict=True):
            began = task.time_start if task is not None else None
            if state is Status.SUCCEEDED:
                event = self._event("task-succeeded", outcome.claim.task_id, now)
                events.append(event | {"result": "", "runtime": now - (began or now)})
            elif state is Status.FAILED:
                event = self._event("task-failed", outcome.claim.task_id, now)
                events.append(event | {"exception": _exception(outcome), "traceback": ""})
            elif state is not None:
                event = self._event("task-revoked", outcome.claim.task_id, now)
                # Of one that was called off on the device Celery says that it was terminated.
                expired = state is Status.EXPIRED
                terminated = began is not None and not expired
                events.append(event | {"terminated": terminated, "signum": None, "expired": expired})
        self._put(events)

    def _event(self, kind: str, task: str, at: float) -> Event:
        return {"type": kind, "uuid": task, "timestamp": at, "clock": self._clock.forward(), **self._said}

    def _put(self, events: list[Event]) -> None:
        if events and self._groups.qsize() < _MOST:
            self._groups.put(events)

    # The thread.

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
        # kombu lets the transport's own errors through, and redis-py's are no OSErrors: whatever it is, it ends here.
        except Exception as error:
            log.warning("task events lost: %s", error)
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
