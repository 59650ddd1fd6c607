"""Processes without the seconds in which they would import torch: forked by a `fork_server`, one for each of pytest's
own processes.

They are real ones: children of this process, with ids, signals and statuses of their own. `exec` starts what cannot be
forked: with TEST_PROCESSES=exec, where coverage counts from a process's start, outside of Linux, for commands that
are no Python module, and for an environment that libraries read at import and that differs from the server's.
"""

import array
import atexit
import ctypes
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Self

from ops.process import ChildProcess
from tests.support.fork_server import READY, Request, serve

ROOT = Path(__file__).parents[2]
#: `exec`: no process is forked. Not KRITIQ_*, of which tests see nothing.
SWITCH = "TEST_PROCESSES"
#: What processes of tests have in their environment beside this process's own.
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1"}
#: Variables that may differ from the server's: no library reads them at import.
OURS = ("KRITIQ_", "CONFORMANCE_", "PYTEST_")
#: Linux' prctl: whether processes whose parent has ended become this process's children.
_PR_SET_CHILD_SUBREAPER = 36


class Forked:
    """What is used of `subprocess.Popen`, of a child that this process did not start itself."""

    def __init__(self, pid: int, stdout: IO[bytes] | None = None) -> None:
        self.pid, self.stdout = pid, stdout

    def wait(self) -> int:
        """Its status, negative for a signal."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class ForkServer:
    """A running server, for processes with this environment; what is Kritiq's own in it does not count."""

    def __init__(
        self, env: Mapping[str, str], process: "Forked | subprocess.Popen[bytes]", channel: socket.socket
    ) -> None:
        self.env, self._process, self._channel = env, process, channel

    @classmethod
    def started(cls, env: Mapping[str, str]) -> Self:
        """One that has imported the libraries."""
        channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.fork_server", str(theirs.fileno())], env=env, cwd=ROOT,
                stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True,
            )  # fmt: skip
        channel.recv(len(READY))
        return cls(env, process, channel)

    @classmethod
    def here(cls, env: Mapping[str, str]) -> Self:
        """One that has what this process has; for a process that was forked itself, and has no thread yet."""
        channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if pid == 0:
            channel.close()
            serve(theirs)
            sys.exit()
        theirs.close()
        return cls(env, Forked(pid), channel)

    def fork(self, module: str, arguments: Sequence[str], env: Mapping[str, str], folder: Path, output: int) -> int:
        """The id of a new process; 0 when this server cannot fork one like that."""
        if _at_import(env) != self.env:
            return 0
        request = Request(module=module, arguments=arguments, env=env, folder=str(folder), umask=_umask())
        prctl = ctypes.CDLL(None).prctl
        # Not for longer: whatever tests leave without a parent is not this process's business.
        prctl(_PR_SET_CHILD_SUBREAPER, 1)
        try:
            socket.send_fds(self._channel, [request.encode()], [output])
            answer = self._channel.recv(8)
        except ConnectionError:
            return 0
        finally:
            prctl(_PR_SET_CHILD_SUBREAPER, 0)
        return array.array("q", answer)[0] if answer else 0

    def close(self) -> None:
        """End it; what it has forked goes on."""
        self._channel.close()
        self._process.wait()


def _umask() -> int:
    """This process's, read without a moment in which another thread's files would have another."""
    with open("/proc/self/status", encoding="utf-8") as status:
        return next(int(line.split()[1], 8) for line in status if line.startswith("Umask:"))


def _at_import(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if not name.startswith(OURS)}


_server: ForkServer | None = None
_lock = threading.Lock()


def forked(command: Sequence[str], env: Mapping[str, str], folder: Path, output: int) -> Forked | None:
    """The running process of `python -m MODULE ARGUMENT...`; None when it has to be started by `exec`."""
    if not _can_fork(command):
        return None
    with _lock:
        pid = _server_for(env).fork(command[2], command[3:], env, folder, output)
    return Forked(pid) if pid else None


def _server_for(env: Mapping[str, str]) -> ForkServer:
    """The server, if need be a new one."""
    global _server
    # Libraries that tests import leave variables of their own, as scikit-learn does, for all later processes.
    ours = _at_import(os.environ | ENVIRONMENT)
    if _server is None or (_server.env != ours and _at_import(env) == ours):
        close()
        _server = ForkServer.started(ours)
    return _server


def get_ready() -> None:
    """Import the libraries now, where processes are forked: the first of them would wait for that."""
    if _may_fork() and _server is None:
        with _lock:
            _server_for(os.environ | ENVIRONMENT)


def fork_from_here() -> None:
    """Have the processes of this one forked from what it is now, when it was forked itself."""
    global _server
    if _may_fork() and _server is None:
        _server = ForkServer.here(_at_import(os.environ | ENVIRONMENT))


@atexit.register
def close() -> None:
    """End the server, if there is one."""
    global _server
    if _server is not None:
        _server.close()
        _server = None


class ForkedProcess(ChildProcess):
    """A child process that is forked where it can be, in each of its lives."""

    def _begin(self, out: Any) -> Any:
        env, folder = dict(os.environ if self._env is None else self._env), self._folder or Path.cwd()
        if out != subprocess.PIPE:
            return forked(self.command, env, folder, out.fileno()) or super()._begin(out)
        reading, writing = os.pipe()
        process = forked(self.command, env, folder, writing)
        os.close(writing)
        if process is None:
            os.close(reading)
            return super()._begin(out)
        process.stdout = os.fdopen(reading, "rb")
        return process


def _can_fork(command: Sequence[str]) -> bool:
    return list(command[:2]) == [sys.executable, "-m"] and _may_fork()


def _may_fork() -> bool:
    counted = any(name.startswith("COVERAGE_PROCESS_") for name in os.environ)
    return sys.platform == "linux" and not counted and os.environ.get(SWITCH) != "exec"
