"""The real processes of a measurement: a private Redis and Kritiq's own, on loopback, stopped by their own handles."""

import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis

from bench.fleet import Client, request
from jobs.settings import Settings, load_settings
from ops.ports import free_port
from ops.process import ChildProcess
from ops.redis_server import Fsync, RedisServer
from store import keys

#: How long a process may take to be ready, in seconds: models are loaded meanwhile, on machines that may be busy.
READY_S = 120.0
_TICKS_S = os.sysconf("SC_CLK_TCK")


def until(condition: Callable[[], object], what: str, *, within_s: float, every_s: float = 0.002) -> None:
    """Return when `condition()` holds. Raises TimeoutError naming `what`."""
    end = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {within_s:.0f} s for {what}")
        time.sleep(every_s)


class Process(ChildProcess):
    """A process of ours and its memory."""

    def check(self) -> bool:
        """True. Raises RuntimeError with the end of the log when the process has ended."""
        if self.over:
            raise RuntimeError(f"{self.command!r} ended:\n{self.log[-3000:]}")
        return True

    def rss_mb(self) -> float:
        """Resident memory of the process alone, in MB."""
        return rss_mb(self.pid or 0)


def rss_mb(pid: int) -> float:
    """Resident memory of a process, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def cpu_s(pid: int | None) -> float:
    """Processor seconds of a process and its children so far."""
    return sum(_cpu_s(each) for each in [pid, *_children(pid)]) if pid else 0.0


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS_S


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


class Stack:
    """A private Redis, and the processes started beside it. A context manager: leaving it stops everything."""

    def __init__(self, *, fsync: Fsync = "never") -> None:
        self._fsync = fsync
        self._folder = Path(tempfile.mkdtemp(prefix="kritiq-bench-"))
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> "Stack":
        self._stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
        server = RedisServer(self._folder, fsync=self._fsync).start()
        self._stack.callback(server.stop)
        self.url, self.redis = server.url, server.process
        self.client = self._stack.enter_context(server.client(timeout_s=30))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def settings(self) -> Settings:
        """The settings as our processes get them."""
        return load_settings().model_copy(update={"redis_url": self.url, "cache": False, "dtype": "float32"})

    def _start(self, command: Sequence[str], env: dict[str, str]) -> Process:
        log = self._folder / f"{len(list(self._folder.glob('*.log')))}.log"
        process = Process(command, env=dict(os.environ) | env, output=log).start()
        self._stack.callback(process.stop)
        return process

    @contextmanager
    def process(self, *arguments: str, **env: str) -> Iterator[Process]:
        """`python -m ARGUMENTS` with our Redis and caching off, in float32, until the block ends."""
        ours = {"KRITIQ_REDIS_URL": self.url, "KRITIQ_CACHE": "false", "KRITIQ_DTYPE": "float32"}
        process = self._start([sys.executable, "-m", *arguments], ours | env)
        try:
            yield process
        finally:
            process.stop()

    @contextmanager
    def api(self, *arguments: str, **env: str) -> Iterator[tuple[Process, int]]:
        """The HTTP API (default: `kritiq api`) and its port, when it answers."""
        port = free_port()
        with self.process(*(arguments or ("ops", "api")), KRITIQ_PORT=str(port), **env) as process:
            until(lambda: process.check() and _quiet(lambda: _alive(port)), "the API", within_s=READY_S, every_s=0.05)
            yield process, port

    @contextmanager
    def worker(self, *arguments: str, **env: str) -> Iterator[Process]:
        """A worker (default: `kritiq worker`), when it has loaded its model and claims."""
        self.client.delete(keys.WORKERS)
        with self.process(*(arguments or ("ops", "worker", "--log-level", "WARNING")), **env) as process:
            ready = lambda: process.check() and self.client.zcard(keys.WORKERS)  # noqa: E731
            until(ready, "the worker", within_s=READY_S, every_s=0.05)
            yield process

    def drained(self, *, within_s: float = 300.0) -> None:
        """Wait until no job is left that has not ended."""
        until(lambda: not self.client.zcard(keys.LIVE), "all jobs to end", within_s=within_s)

    def check_results(self, most: int = 200) -> None:
        """Raises RuntimeError when one of the newest jobs did not succeed: failing is fast, and no rate."""
        ids: Any = self.client.zrevrange(keys.JOBS("default"), 0, most - 1)
        pipe = self.client.pipeline(transaction=False)
        for job_id in ids:
            pipe.hmget(keys.JOB("default", job_id.decode()), "status", "error")
        for status, error in pipe.execute():
            if status != b"succeeded":
                raise RuntimeError(f"a job of the benchmark ended as {status}: {error}")


def _quiet(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except (redis.ConnectionError, OSError):
        return None


def _alive(port: int) -> bool:
    client = Client(port, timeout_s=5)
    try:
        return client(request("GET", "/livez")).status == 200
    finally:
        client.close()
