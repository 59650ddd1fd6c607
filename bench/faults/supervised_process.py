"""Processes under test, each started again when it ends, as a supervisor would."""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Before a process that ended is started again, in seconds.
PAUSE_S = 0.3


class SupervisedProcess:
    """One process, its log, and its restarts."""

    def __init__(self, name: str, command: Sequence[str], *, env: Mapping[str, str], folder: Path) -> None:
        self.name, self._command, self._env = name, list(command), dict(env)
        self._log, self._folder = folder / f"{name}.log", folder
        self._stopping, self._free = threading.Event(), threading.Event()
        self._free.set()
        self._process: subprocess.Popen[bytes] | None = None
        #: Exit statuses so far.
        self.ended: list[int] = []
        self._thread = threading.Thread(target=self._keep, name=name, daemon=True)
        self._thread.start()

    @property
    def log(self) -> str:
        """What it said, over all its lives."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def send(self, number: int) -> bool:
        """Send it a signal; False when it is not running."""
        pid = self.pid
        if pid is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        return True

    def hold(self) -> None:
        """When it ends, leave it so, until `go_on`."""
        self._free.clear()

    def go_on(self) -> None:
        """Start it again when it has ended, now and later."""
        self._free.set()

    def stop(self, number: int, *, within_s: float = 30.0) -> int | None:
        """End it for good; its status, None when it had to be killed."""
        self._stopping.set()
        self._free.set()
        process = self._process
        if process is None or process.poll() is not None:
            return process.returncode if process else 0
        self.send(number)
        try:
            return process.wait(within_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return None

    def _keep(self) -> None:
        while not self._stopping.is_set():
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    self._command, env=self._env, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self._folder
                )
            if self._stopping.is_set():
                self._process.terminate()
            self.ended.append(self._process.wait())
            time.sleep(PAUSE_S)
            self._free.wait()
