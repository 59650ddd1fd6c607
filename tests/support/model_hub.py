"""The hub's model: tells waiting threads of changes in a `ModelStore` of the same process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from jobs.job import DEFAULT_TENANT
from tests.support.model_store import ModelStore


class ModelHub:
    """See `api.http.waiting.Hub`."""

    def __init__(self, store: ModelStore) -> None:
        self._events: list[tuple[str, threading.Event]] = []
        store.on_change = self._changed

    @contextmanager
    def watch(self, task: str, tenant: str = DEFAULT_TENANT) -> Iterator[threading.Event]:
        """See `Hub.watch`."""
        entry = (task, threading.Event())
        self._events.append(entry)
        try:
            yield entry[1]
        finally:
            self._events.remove(entry)

    def _changed(self, task: str) -> None:
        for watched, event in list(self._events):
            if watched == task:
                event.set()
