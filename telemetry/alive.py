"""What a container's probe looks at: a file that a process touches for as long as it moves."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from telemetry.trouble import Trouble

log = logging.getLogger(__name__)

_untouched = Trouble(log, "cannot touch the liveness file")


def touch(alive_file: Path | None) -> None:
    """Tell a container's probe, when there is one, that this process moves."""
    if alive_file is not None:
        try:
            alive_file.touch()
        except OSError as error:
            _untouched.met(error)
        else:
            _untouched.over()


class PeriodicCall:
    """Calls `function` once in `every_s` seconds, in a thread of its own that is called `name`."""

    def __init__(self, function: Callable[[], None], *, name: str, every_s: float) -> None:
        self._function, self._name, self._every_s = function, name, every_s
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin, with a first call."""
        threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def stop(self) -> None:
        """No more of them: one may be under way."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._function()
            self._stopped.wait(self._every_s)
