"""A folder of this machine, or in a bucket, whose files are there whole or not at all."""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from jobs.errors import SettingsError

_SCHEMES = ("s3://", "gs://", "file:///")
_BAD = "KRITIQ_ARCHIVE_FILES: should be a folder, or s3://bucket/folder"
#: How the name of a file that is not complete begins: whoever reads the folder passes over it.
_PART = "_part."


class Folder:
    """Every call raises OSError when it does not answer or refuses. Names have `/` between their parts."""

    def __init__(self, address: str) -> None:
        """`address`: a path, or what pyarrow takes, such as `s3://bucket/folder?endpoint_override=127.0.0.1:9000`.

        Raises SettingsError, without the address, which may have a password in it.
        """
        try:
            from pyarrow import ArrowException, fs
        except ModuleNotFoundError:
            raise SettingsError("KRITIQ_ARCHIVE_FILES: pyarrow is not installed here (the extra `parquet`).") from None
        self._fs: Any
        if "://" not in address:
            self._fs, self._root = fs.LocalFileSystem(), str(Path(address).resolve())
        elif address.startswith(_SCHEMES):
            try:
                self._fs, self._root = fs.FileSystem.from_uri(address)
            except (ArrowException, ValueError, OSError):
                raise SettingsError(_BAD) from None
            if not self._root.strip("/"):
                raise SettingsError(_BAD)
        else:
            raise SettingsError(_BAD)
        self._fs, self._select = fs.SubTreeFileSystem(self._root, self._fs), fs.FileSelector

    def read(self, name: str) -> bytes | None:
        """A file; None when it is not there."""
        try:
            with self._fs.open_input_stream(name) as file:
                return bytes(file.read())
        except FileNotFoundError:
            return None

    def write(self, folder: str, name: str, pieces: Iterable[bytes]) -> None:
        """Put a file there, in place of what there was of this name."""
        self._fs.create_dir(folder or ".", recursive=True)
        # What a process that was killed had of it may be the room that is missing now.
        self._clear(folder)
        # No two have one.
        part, whole = f"{folder}/{_PART}{uuid.uuid4().hex}.{name}".lstrip("/"), f"{folder}/{name}".lstrip("/")
        try:
            with self._fs.open_output_stream(part) as file:
                for piece in pieces:
                    file.write(piece)
            self._fs.move(part, whole)
        except BaseException:
            # A disk that is full would stay so, with a part more of each attempt.
            with suppress(OSError):
                self._fs.delete_file(part)
            raise

    def folders(self) -> set[str]:
        """Which folders have files."""
        found = self._fs.get_file_info(self._select("", recursive=True, allow_not_found=True))
        return {each.path.rpartition("/")[0] for each in found if each.is_file}

    def _clear(self, folder: str) -> None:
        """Delete what is there of files that were never complete."""
        for found in self._fs.get_file_info(self._select(folder)):
            if found.is_file and found.base_name.startswith(_PART):
                with suppress(FileNotFoundError):
                    self._fs.delete_file(found.path)

    def keep(self, folder: str, name: str) -> None:
        """Delete all that is in a folder, but not this."""
        for found in self._fs.get_file_info(self._select(folder)):
            if found.is_file and found.base_name != name:
                self._fs.delete_file(found.path)

    def delete(self, folder: str) -> None:
        """Delete a folder, if it is there, with all that is in it."""
        with suppress(FileNotFoundError):
            self._fs.delete_dir(folder)
