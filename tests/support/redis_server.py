"""A real, private Redis: on an ephemeral port of loopback, in a folder of its own, forgotten when the tests end."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest
import redis

from jobs.errors import SettingsError
from ops.run import find_redis_server
from tests.support.waiting import wait_for


def require_server() -> Path:
    """The server's binary. Without one, tests fail in CI and are skipped elsewhere."""
    try:
        return find_redis_server()
    except SettingsError as error:
        _without(str(error))


def require_version(server: "RedisServer", major: int) -> None:
    """An older server than the test needs fails it in CI and skips it elsewhere."""
    printed = subprocess.run([server.binary, "--version"], check=True, capture_output=True, text=True).stdout
    found = re.search(r"v=(\d+)", printed)
    if not found or int(found[1]) < major:
        _without(f"needs Redis {major}, the server is {printed.strip()}")


def _without(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    """A port of loopback that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class RedisServer:
    """One server process. `stop` and `start` again is a restart on the same port; it keeps nothing."""

    def __init__(self, binary: Path | None = None) -> None:
        self._binary = binary or require_server()
        self._folder = Path(tempfile.mkdtemp(prefix="kritiq-redis-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @property
    def binary(self) -> Path:
        return self._binary

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=10, socket_connect_timeout=10)

    def start(self) -> "RedisServer":
        """Start the server and wait until it answers."""
        command = [
            str(self._binary), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self._folder),
            "--appendonly", "no", "--save", "",
        ]  # fmt: skip
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_for(self._answers, "Redis answers", explain=lambda: (self._folder / "log").read_text())
        except BaseException:
            self.stop()
            raise
        return self

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "Redis ended: " + (self._folder / "log").read_text()
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    def stop(self) -> None:
        """Kill the server at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
