"""The one way to run a child process: started, logged, started again when it ends, stopped within a deadline."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

#: A process's output: a file that its lines are appended to, or what is called with each of them.
Output = Path | Callable[[str], None]
#: Lines of a process that are kept as its last words.
LAST_WORDS = 30
#: Linux' prctl: the signal that a process gets when the thread that started it is gone.
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Restart:
    """When a process that ended is started again: after `first_s`, twice as long after each life under `lived_s`."""

    first_s: float = 0.5
    longest_s: float = 10.0
    lived_s: float = 10.0


class ChildProcess:
    """A command, in a session of its own: a terminal's Ctrl-C reaches only who started it, who stops it in order.
    Should who started it be killed, it gets SIGTERM (on Linux).

    Without `restart` it runs once. With it, it is started again whenever it ends and `again(status)` holds (always,
    unless given), until `stop`; `say` is told of each end. What a dead process leaves behind in its session is killed.
    `ready` is part of a line that it prints when it is up, see `was_ready`.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        output: Output,
        env: Mapping[str, str] | None = None,
        folder: Path | None = None,
        ready: str = "",
        restart: Restart | None = None,
        again: Callable[[int], bool] = lambda status: True,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.command, self._output, self._env, self._folder = list(command), output, env, folder
        self._ready, self._restart, self._again, self._say = ready, restart, again, say
        self._changed = threading.Condition()
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._words: deque[str] = deque(maxlen=LAST_WORDS)
        self._life_began_at, self._was_ready = 0, False
        self._stopping, self._may_start = threading.Event(), threading.Event()
        self._may_start.set()
        self._started = threading.Event()
        self._error: OSError | None = None
        self._keeper = threading.Thread(target=self._keep, name=f"keeper of {command[0]}", daemon=True)
        #: The exit status of each life, negative for a signal.
        self.ended: list[int] = []

    @property
    def pid(self) -> int | None:
        """Its id while it runs."""
        with self._changed:
            return self._process.pid if self._process else None

    @property
    def log(self) -> str:
        """All that it wrote, over all its lives, when its output is a file; else its last words."""
        if isinstance(self._output, Path):
            return self._output.read_text(errors="replace") if self._output.exists() else ""
        return "\n".join(self._words)

    @property
    def words(self) -> list[str]:
        """The last lines of its present life, or of its last."""
        return self._life().splitlines()[-LAST_WORDS:] if isinstance(self._output, Path) else list(self._words)

    @property
    def was_ready(self) -> bool:
        """Whether it has said in its present life, or its last, that it was ready."""
        return self._ready in self._life() if isinstance(self._output, Path) else self._was_ready

    @property
    def over(self) -> bool:
        """Whether it has ended and is not started again."""
        return not self._keeper.is_alive()

    def start(self) -> Self:
        """Start it. Raises OSError when the command cannot be run."""
        self._keeper.start()
        self._started.wait()
        if self._error is not None:
            raise self._error
        return self

    def send(self, number: int) -> bool:
        """Send it a signal; False when it is not running."""
        with self._changed:
            # Only `_reap` takes the process from its table, under this lock: the id is still its own.
            if self._process is not None:
                os.kill(self._process.pid, number)
            return self._process is not None

    def wait(self, within_s: float | None = None) -> int:
        """Its status once it has ended for good. Raises TimeoutError."""
        self._keeper.join(within_s)
        if not self.over:
            raise TimeoutError(f"still running after {within_s} s: {self.command}")
        return self.ended[-1]

    def stop(self, number: int = signal.SIGTERM, *, within_s: float = 30.0) -> int | None:
        """End it for good: send the signal, after `within_s` SIGKILL. Its status; None when it had to be killed."""
        self.ask_to_stop(number)
        try:
            return self.wait(within_s)
        except TimeoutError:
            self.send(signal.SIGKILL)
            self.wait()
            return None

    def ask_to_stop(self, number: int = signal.SIGTERM) -> None:
        """Send the signal and never start it again; returns at once."""
        with self._changed:
            self._stopping.set()
            self._may_start.set()
            self.send(number)

    def hold(self) -> None:
        """When it ends, leave it so until `go_on`."""
        self._may_start.clear()

    def go_on(self) -> None:
        """Start it again when it has ended, now and later."""
        self._may_start.set()

    def _life(self) -> str:
        assert isinstance(self._output, Path)
        with self._output.open("rb") as log:
            log.seek(self._life_began_at)
            return log.read().decode(errors="replace")

    def _keep(self) -> None:
        # All of its lives begin in this thread, which lives as long as they do: see _PR_SET_PDEATHSIG.
        try:
            self._spawn()
        except OSError as error:
            self._error = error
            return
        finally:
            self._started.set()
        pause_s = 0.0
        while True:
            began = time.monotonic()
            status = self._reap()
            if self._stopping.is_set() or self._restart is None or not self._again(status):
                return
            short = time.monotonic() - began < self._restart.lived_s
            pause_s = min(2 * pause_s, self._restart.longest_s) if short and pause_s else self._restart.first_s
            self._say(f"ended with {status}, starts again in {pause_s:.1f} s")
            self._stopping.wait(pause_s)
            self._may_start.wait()
            try:
                if not self._spawn():
                    return
            except OSError as error:
                self._say(f"cannot be started: {error}")

    def _spawn(self) -> bool:
        """Begin a life; False when it is to be stopped."""
        with self._changed, contextlib.ExitStack() as stack:
            if self._stopping.is_set():
                return False
            self._words.clear()
            self._was_ready = False
            if isinstance(self._output, Path):
                file = stack.enter_context(self._output.open("ab"))
                self._life_began_at = file.tell()
            out = file if isinstance(self._output, Path) else subprocess.PIPE
            self._process = self._begin(out)
            if self._process.stdout is not None:
                self._reader = threading.Thread(target=self._relay, args=(self._process,), daemon=True)
                self._reader.start()
        return True

    def _begin(self, out: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """The process of a new life, which writes to `out`."""
        prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
        return subprocess.Popen(  # noqa: S603  the caller's own command
            self.command, env=self._env, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=out,
            stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=prctl and (lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)),
        )  # fmt: skip

    def _relay(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        assert not isinstance(self._output, Path)
        with process.stdout as lines:
            for line in lines:
                text = line.decode(errors="replace").rstrip("\r\n")
                self._words.append(text)
                self._was_ready |= self._ready in text
                self._output(text)

    def _reap(self) -> int:
        """Wait until it has ended; its status."""
        process = self._process
        if process is None:
            return 127  # as a shell says of what it could not start
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        # While its own entry is still in the table, no other group can have its number.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        if self._reader is not None:
            self._reader.join(1.0)
        with self._changed:
            self._process = None
            self.ended.append(process.wait())
        return self.ended[-1]


def stop_all(processes: Sequence[ChildProcess], *, within_s: float) -> None:
    """End all of them for good, at the same time: SIGTERM, and SIGKILL for those that run after `within_s`."""
    until = time.monotonic() + within_s
    for process in processes:
        process.ask_to_stop()
    for process in processes:
        process.stop(within_s=max(0.0, until - time.monotonic()))
