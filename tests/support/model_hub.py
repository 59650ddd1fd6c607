"""The hub's model: tells those who wait of changes in a `ModelStore` of the same process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from api.http.feed import Changes, Log
from api.http.hub import Ending
from api.http.pauses import Signal
from jobs.job import DEFAULT_TENANT
from tests.support.model_store import ModelStore


class ModelHub:
    """See `api.http.hub.Hub`. Of an end it tells with every change: who waits looks, and waits on."""

    def __init__(self, store: ModelStore) -> None:
        self._signals: list[tuple[str, Signal]] = []
        store.on_change = self._changed

    @contextmanager
    def watch(self, task: str, tenant: str = DEFAULT_TENANT, *, end: bool = False) -> Iterator[Signal]:
        """See `Hub.watch`. The signal is set once at the start too: whoever watches stands at once."""
        entry = (task, Signal())
        entry[1].set()
        self._signals.append(entry)
        try:
            yield entry[1]
        finally:
            self._signals.remove(entry)

    @contextmanager
    def expect(self, task: str, tenant: str = DEFAULT_TENANT) -> Iterator[Ending]:
        """See `Hub.expect`. Nobody tells what the end is: who waits looks."""
        entry = (task, Ending("model"))
        self._signals.append(entry)
        try:
            yield entry[1]
        finally:
            self._signals.remove(entry)

    @contextmanager
    def changes(self, tenant: str = DEFAULT_TENANT) -> Iterator[Changes]:
        """See `Hub.changes`. Nobody tells what they are: once, that there may be some."""
        changes = Changes(Log(), threading.Lock())
        changes.set()
        yield changes

    def _changed(self, task: str) -> None:
        for watched, signal in list(self._signals):
            if watched == task:
                signal.set()
