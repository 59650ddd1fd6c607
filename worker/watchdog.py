"""The watchdog: a worker that does not move any more says so, and ends itself for its supervisor to start another."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from worker.liveness import Liveness

log = logging.getLogger(__name__)


class Watchdog:
    """Looks once in `every_s` seconds whether all threads of `liveness` move.

    While they do, `alive_file` is touched: a container's probe looks at its age, because a Celery worker answers
    `inspect ping` long after it has stopped consuming. When one does not, `on_stuck` is called with its name.
    """

    def __init__(
        self,
        liveness: Liveness,
        *,
        stuck_s: float,
        on_stuck: Callable[[str], None],
        alive_file: Path | None = None,
        every_s: float = 1.0,
    ) -> None:
        self._liveness, self._stuck_s, self._on_stuck = liveness, stuck_s, on_stuck
        self._alive_file, self._every_s = alive_file, every_s
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to look."""
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """Stop looking: the shutdown path has its own deadline."""
        self._stopped.set()

    def look(self) -> None:
        """One look."""
        if (thread := self._liveness.silent(self._stuck_s)) is not None:
            log.critical("stuck: thread %s has done nothing for %.0f s", thread, self._stuck_s)
            self._on_stuck(thread)
        else:
            touch(self._alive_file)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.look()
            self._stopped.wait(self._every_s)


def touch(alive_file: Path | None) -> None:
    """Tell a container's probe, when there is one, that this process moves."""
    if alive_file is not None:
        try:
            alive_file.touch()
        except OSError as error:
            log.warning("cannot touch the liveness file: %s", error)
