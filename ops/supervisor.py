"""Keeps one process running: what systemd, Docker and Kubernetes do elsewhere, for `kritiq run` and the fault tests."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import IO

#: A process that ended is started again after so many seconds; longer each time that it did not live for LIVED_S.
FIRST_PAUSE_S, LONGEST_PAUSE_S, LIVED_S = 0.5, 10.0, 10.0


class Supervisor:
    """Starts a command, and again whenever it ends with an error, until `stop`."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        output: IO[bytes] | None = None,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._command, self._env, self._output, self._say = list(command), env, output, say
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        #: Times that it was started again.
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def run(self) -> int:
        """Keep it running; the status of a process that ended well, or after `stop`."""
        pause = FIRST_PAUSE_S
        while True:
            began = time.monotonic()
            self._process = subprocess.Popen(  # noqa: S603  the caller's own command
                self._command, env=self._env, stdout=self._output, stderr=self._output
            )
            if self._stopping.is_set():
                self._process.terminate()
            status = self._process.wait()
            if status == 0 or self._stopping.is_set():
                return status
            pause = FIRST_PAUSE_S if time.monotonic() - began > LIVED_S else min(2 * pause, LONGEST_PAUSE_S)
            self._say(f"ended with {status}, starts again in {pause:.1f} s")
            if self._stopping.wait(pause):
                return status
            self.restarts += 1

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Pass the signal on, and do not start again. Safe in a signal handler."""
        self._stopping.set()
        if self.pid is not None and self._process is not None:
            self._process.send_signal(number)


def main() -> None:
    """`python -m ops.supervisor COMMAND...`"""
    supervisor = Supervisor(sys.argv[1:], say=lambda text: print(f"supervisor: {text}", file=sys.stderr, flush=True))

    def stop(number: int, frame: FrameType | None) -> None:
        supervisor.stop(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, stop)
    sys.exit(supervisor.run())


if __name__ == "__main__":
    main()
