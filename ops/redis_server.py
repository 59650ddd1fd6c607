"""The one way to start a Redis of our own: for `kritiq run`, the tests, the benchmarks and the faults."""

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, Self

import redis

from jobs.errors import KritiqError
from ops.ports import free_port
from ops.process import ChildProcess, Output, Restart
from ops.redis_binary import RedisBinary, find_redis_server, note_version

#: `never`: no append-only file, nothing is kept.
Fsync = Literal["always", "everysec", "never"]

#: What marks a warning among its lines.
WARNING = " # "
#: Records whose text has up to this many bytes are kept in one piece: a waiting review takes 1.3 kB.
#: Redis 7 calls it `hash-max-listpack-value`, and knows this name too.
COMPACT = ("--hash-max-ziplist-value", "4096")
#: What every version logs when it takes connections.
_READY = "eady to accept connections"


class RedisFailed(KritiqError):
    """Redis cannot be started; the message ends with its own words."""


class RedisServer:
    """One server on loopback, with its data in `folder`. `stop` and `start` again is a restart on the same port.

    With `restart` it is started again when it dies, unless it ended by itself before it took connections: a file
    that it could not load then is one that it cannot load now. `failed` is told of that, with Redis' own words.
    """

    def __init__(
        self,
        folder: Path,
        *,
        fsync: Fsync = "never",
        port: int | None = None,
        binary: RedisBinary | None = None,
        options: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        output: Output | None = None,
        restart: Restart | None = None,
        say: Callable[[str], None] = lambda text: None,
        failed: Callable[[str], None] = lambda words: None,
    ) -> None:
        self.folder, self.port = folder, port or free_port()
        self.binary = binary or find_redis_server(folder)
        self._fsync, self._options, self._env = fsync, options, env
        self._output, self._restart, self._say, self._failed = output or folder / "redis.log", restart, say, failed
        self._process: ChildProcess | None = None

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def process(self) -> ChildProcess:
        """The server's process, once it was started."""
        assert self._process is not None
        return self._process

    def client(self, timeout_s: float = 10.0) -> redis.Redis:
        """A client of it; no connection is made."""
        return redis.Redis.from_url(self.url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s)

    def start(self, give_up: Callable[[], bool] = lambda: False) -> Self:
        """Start it and wait until it answers, however long it loads, or until `give_up()`.

        Raises RedisFailed with what it said.
        """
        process = ChildProcess(
            self.command(), output=self._output, env=self._env, ready=_READY, restart=self._restart,
            again=self._may_run_again, say=self._say,
        )  # fmt: skip
        self._process = process  # before it runs: it may end, and be judged, before `start` returns
        try:
            process.start()
        except OSError:
            self._process = None
            raise
        try:
            while not self.answers():
                if self.process.over:
                    raise RedisFailed(self._last_words())
                if give_up():
                    return self
                time.sleep(0.02)
            if self._fsync != "never":
                note_version(self.folder, self.binary)
        except BaseException:
            self.stop(signal.SIGKILL)
            raise
        return self

    def command(self) -> list[str]:
        """Its command line."""
        where = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder.resolve())]
        keep = ["--appendonly", "no"]
        if self._fsync != "never":
            keep = ["--appendonly", "yes", "--appendfsync", self._fsync]
        # Its slow log would keep the arguments of what was slow, texts among them, whatever was deleted since.
        quiet = ["--slowlog-log-slower-than", "-1"]
        more = ["--save", "", "--maxmemory-policy", "noeviction", *quiet, *COMPACT, *self._options]
        return [str(self.binary.path), *where, *keep, *more]

    def answers(self) -> bool:
        """Whether it can be asked."""
        with self.client(timeout_s=2.0) as client:
            try:
                return bool(client.ping())
            except redis.AuthenticationError:
                return True  # it wants to know who asks
            except redis.RedisError:
                return False

    def stop(self, number: int = signal.SIGTERM, *, within_s: float = 30.0) -> None:
        """End it for good; SIGKILL is what a power cut does."""
        if self._process is not None:
            self._process.stop(number, within_s=within_s)
            self._process = None

    def _may_run_again(self, status: int) -> bool:
        if status <= 0 or self.process.was_ready:
            return True
        self._failed(self._last_words())
        return False

    def _last_words(self) -> str:
        words = self.process.words
        warnings = [line for line in words if WARNING in line]
        return "Redis ended before it took connections. Its last words:\n" + "\n".join((warnings or words)[-3:])
