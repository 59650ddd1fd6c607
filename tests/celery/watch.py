"""A stock receiver of task events that remembers what it saw.

Its thread has an application of its own: tests change the settings of theirs, and make schedules and tasks of it, while
it listens.
"""

import threading
from contextlib import suppress
from typing import Any

from tests.support.celery_client import celery_client

Event = dict[str, Any]
#: What a watch tells itself, until it hears it.
HEARD = "watch-heard"


class Watch:
    """Listens from a thread of its own until it is closed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._seen: list[Event] = []
        self._changed = threading.Condition()
        self._closing, self._listening = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._listen, name="watch", daemon=True)
        self._thread.start()
        assert self._listening.wait(30), "the watch does not listen"

    def of(self, task_id: str) -> list[Event]:
        """What was told of a task until now."""
        with self._changed:
            return [event for event in self._seen if event.get("uuid") == task_id]

    def wait(self, task_id: str, kind: str, timeout_s: float) -> Event:
        """The first event of this kind about the task."""

        def found() -> Event | None:
            return next((event for event in self.of(task_id) if event["type"] == kind), None)

        with self._changed:
            event = self._changed.wait_for(found, timeout_s)
        assert event is not None, f"no {kind} of {task_id}, only {[event['type'] for event in self.of(task_id)]}"
        return event

    def close(self) -> None:
        """Listen no more."""
        self._closing.set()
        self._thread.join(10)

    def _note(self, event: Event) -> None:
        if event["type"] == HEARD:
            self._listening.set()
            return
        with self._changed:
            self._seen.append(event)
            self._changed.notify_all()

    def _listen(self) -> None:
        with celery_client(self._url) as app, app.connection_for_read() as connection, app.connection() as own:
            receiver = app.events.Receiver(connection, handlers={"*": self._note})
            # kombu subscribes with its first look for events, and says nothing of when Redis has heard of that.
            with receiver.consumer_context() as (consuming, _, _), app.events.Dispatcher(own) as dispatcher:
                while not self._closing.is_set():
                    heard = self._listening.is_set()
                    with suppress(OSError):
                        consuming.drain_events(timeout=0.2 if heard else 0.02)
                    if not heard:
                        dispatcher.send(HEARD)
