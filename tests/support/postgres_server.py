"""A real, private PostgreSQL: on a port of loopback, in a folder of its own, forgotten when the tests end."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from ops.ports import free_port
from tests.support.waiting import wait_for

#: Where Debian puts what is not on the path.
_DEBIAN = Path("/usr/lib/postgresql")


def find_binaries() -> Path:
    """The folder with `initdb` and `postgres`. Without one, tests fail in CI and are skipped elsewhere."""
    for folder in sorted(_DEBIAN.glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True):
        if (folder / "initdb").exists():
            return folder
    if (found := shutil.which("initdb")) is not None:
        return Path(found).resolve().parent
    reason = "needs PostgreSQL (Debian: postgresql)"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class PostgresServer:
    """A server; `stop` and `start` again is a power cut. It refuses to be root's: then it is Debian's user's for it."""

    def __init__(self) -> None:
        self._binaries = find_binaries()
        self._user = "postgres" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="kritiq-postgres-"))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://kritiq@127.0.0.1:{self.port}/postgres"

    def start(self) -> "PostgresServer":
        data = self.folder / "data"
        if not data.exists():
            self._make(data)
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [self._binaries / "postgres", "-D", data, "-p", str(self.port), *settings],
            user=self._user, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        ready = [self._binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        wait_for(lambda: subprocess.run(ready, check=False).returncode == 0, "PostgreSQL is ready", deadline_s=60)
        return self

    def _make(self, data: Path) -> None:
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        # Trust: nobody but this machine reaches it, and nothing is in it.
        init = ["--auth=trust", "--username=kritiq", "--no-sync", "--locale=C.UTF-8", "--encoding=UTF8"]
        subprocess.run(
            [self._binaries / "initdb", *init, data], user=self._user, check=True, capture_output=True, cwd="/"
        )

    def stop(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)

    def close(self) -> None:
        """End it and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
