"""A real, private Redis: on an ephemeral port of loopback, in a folder of its own, forgotten when the tests end."""

import os
import shutil
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from jobs.errors import SettingsError
from ops import redis_server
from ops.redis_binary import RedisBinary, find_redis_server


def require_server() -> RedisBinary:
    """The server. Without one, tests fail in CI and are skipped elsewhere."""
    try:
        return find_redis_server()
    except SettingsError as error:
        _without(str(error))


def require_version(server: "RedisServer", major: int) -> None:
    """An older server than the test needs fails it in CI and skips it elsewhere."""
    if server.binary.major < major:
        _without(f"needs Redis {major}, the server is {server.binary.version}")


def _without(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class RedisServer(redis_server.RedisServer):
    """A server that keeps nothing. `stop` and `start` again is a power cut; the port stays."""

    def __init__(self, binary: RedisBinary | None = None, options: Sequence[str] = ()) -> None:
        folder = Path(tempfile.mkdtemp(prefix="kritiq-redis-"))
        super().__init__(folder, binary=binary or require_server(), options=options)

    def stop(self, number: int = signal.SIGKILL, *, within_s: float = 30.0) -> None:
        """End it at once, as a power cut would."""
        super().stop(number, within_s=within_s)

    def close(self) -> None:
        """End it and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
