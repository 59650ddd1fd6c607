"""The data folder of `kritiq run`: one at a time has it, and nobody else may read it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.errors import SettingsError

#: The file in the folder that a `kritiq run` holds as long as it lives; what is in it says nothing.
LOCK = "in-use"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make the folder, and keep every other `kritiq run` out of it: two servers would ruin the append-only file.

    Raises SettingsError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        lock = (folder / LOCK).open("ab")
    except OSError as error:
        raise SettingsError(f"KRITIQ_DATA_DIR: {error.filename} cannot be used: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(
                f"KRITIQ_DATA_DIR: another `kritiq run` uses {folder}: stop it, or name another"
            ) from None
        yield
