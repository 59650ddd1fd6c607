"""The keys that organisations' texts are encrypted with: a file for each organisation, in a folder that is not Redis'.

What a key encrypted can be read by nobody once the key is deleted, wherever copies of it lie. So its file keeps, of a
deleted key, the id: what it encrypted is known to be erased, and not taken for something whose key is missing.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import orjson
from cryptography.fernet import Fernet

from access.api_key import TENANT
from access.private_file import remove_drafts, write_private
from jobs.errors import Conflict, NotFound, SettingsError

#: The file with the secret of digests that belong to no organisation (`worker.predict.sentence_cache`).
SHARED = "shared.key"
#: Whoever changes a file holds it. A folder itself could not be held on NFS.
LOCK = ".lock"
#: What `TextKey.id` is.
KEY_ID = re.compile(r"[0-9a-f]{8}")
_SUFFIX = ".json"


@dataclass(frozen=True, kw_only=True, slots=True)
class TextKey:
    """One key. Neither `repr` nor `str` shows it."""

    #: Eight hexadecimal digits, which stand with all that it encrypted.
    id: str
    #: 32 random bytes as Fernet has them.
    secret: str = field(repr=False)
    #: From when on it encrypts, in milliseconds since the epoch: by then every process has heard of it.
    since_ms: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class TenantKeys:
    """An organisation's keys."""

    #: The newest first. All of them decrypt.
    keys: tuple[TextKey, ...] = ()
    #: What digests of its authors and requests are made with, as long as it has keys.
    index: str = field(repr=False, default="")
    #: Ids of those that were deleted.
    deleted: tuple[str, ...] = ()

    def at(self, now_ms: int) -> TextKey | None:
        """The key that encrypts; None when there is none."""
        begun = (key for key in self.keys if key.since_ms <= now_ms)
        return next(begun, self.keys[-1] if self.keys else None)

    def with_new(self, now_ms: int, *, after_s: int = 0) -> Self:
        """With a key more, which encrypts from `after_s` seconds on."""
        key = TextKey(id=secrets.token_hex(4), secret=Fernet.generate_key().decode(), since_ms=now_ms + after_s * 1000)
        return replace(self, keys=(key, *self.keys), index=self.index or secrets.token_hex(32))

    def without(self, key_id: str | None = None) -> Self:
        """Without this key, or without any. Raises NotFound."""
        gone = [key.id for key in self.keys if key_id in (None, key.id)]
        if not gone:
            raise NotFound("There is no such key.")
        left = tuple(key for key in self.keys if key.id not in gone)
        return replace(self, keys=left, index=self.index if left else "", deleted=(*self.deleted, *gone))

    def without_lost(self, key_id: str) -> Self:
        """Where a key that is nowhere any more is known as deleted. Raises Conflict for one that is here."""
        if any(key.id == key_id for key in self.keys):
            raise Conflict(f"The key {key_id} is not lost: it is here.")
        return self if key_id in self.deleted else replace(self, deleted=(*self.deleted, key_id))

    def encode(self) -> str:
        """As its file has it."""
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def decode(cls, text: str) -> Self:
        """The opposite of `encode`. Raises ValueError for anything else."""
        try:
            raw: Mapping[str, Any] = orjson.loads(text)
            found = cls(
                keys=tuple(TextKey(**key) for key in raw["keys"]), index=raw["index"], deleted=tuple(raw["deleted"])
            )
            for key in found.keys:
                Fernet(key.secret)
        except (KeyError, TypeError, ValueError):
            # Without the cause: it would carry a key into a log.
            raise ValueError("it is no file of keys") from None
        return found


class KeyFolder:
    """The files. Whoever reads them reads all texts; they are made with mode 0600."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def stamp(self, tenant: str) -> tuple[int, int, int] | None:
        """What changes when an organisation's file does; None where there is none. Raises OSError."""
        try:
            found = self._file(tenant).stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def read(self, tenant: str) -> TenantKeys | None:
        """An organisation's keys; None when it never had any. Raises OSError, ValueError for a file that has none."""
        file = self._file(tenant)
        try:
            return TenantKeys.decode(file.read_text(encoding="ascii"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise ValueError(f"{file.name}: {error}") from None

    def shared(self) -> str:
        """The secret of no organisation's digests. Raises SettingsError."""
        try:
            return (self.path / SHARED).read_text(encoding="ascii").strip()
        except (OSError, ValueError) as error:
            raise SettingsError(f"KRITIQ_TEXT_KEYS: {self.path / SHARED} cannot be read: {why(error)}") from None

    def tenants(self) -> list[str]:
        """Organisations that have a file, by name. Raises OSError."""
        names = (path.name.removesuffix(_SUFFIX) for path in self.path.iterdir() if path.name.endswith(_SUFFIX))
        return sorted(name for name in names if TENANT.fullmatch(name))

    def make(self, tenant: str, now_ms: int) -> TenantKeys:
        """Give an organisation its first key, also after all were deleted.

        Raises Conflict, NotFound, OSError, ValueError.
        """
        if not TENANT.fullmatch(tenant):
            raise NotFound(f"An organisation's name matches {TENANT.pattern}.")
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone():
            found = self.read(tenant) or TenantKeys()
            if found.keys:
                raise Conflict(f"{tenant} has a key already: `kritiq tenants key rotate` adds another.")
            if not (self.path / SHARED).exists():
                write_private(self.path / SHARED, secrets.token_hex(32))
            return self._write(tenant, found.with_new(now_ms))

    def rotate(self, tenant: str, now_ms: int, *, after_s: int) -> TenantKeys:
        """Add a key, which encrypts from `after_s` seconds on. Raises NotFound, OSError, ValueError."""
        with self._alone():
            return self._write(tenant, self._demand(tenant).with_new(now_ms, after_s=after_s))

    def delete(self, tenant: str, key_id: str | None = None) -> TenantKeys:
        """Delete a key of an organisation, or all: what they encrypted is erased.

        Raises NotFound, OSError, ValueError.
        """
        with self._alone():
            return self._write(tenant, self._demand(tenant).without(key_id))

    def give_up(self, tenant: str, key_id: str) -> TenantKeys:
        """Have it that a key is lost: what it encrypted is erased, and not waited for.

        Raises Conflict for one that is here, and as `delete`.
        """
        with self._alone():
            return self._write(tenant, self._demand(tenant).without_lost(key_id))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else changes a file of the folder meanwhile, on whichever host."""
        try:
            held = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            raise NotFound(f"There is no folder {self.path}.") from None
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield
        finally:
            os.close(held)

    def _demand(self, tenant: str) -> TenantKeys:
        found = self.read(tenant)
        if found is None or not found.keys:
            raise NotFound(f"{tenant} has no key: `kritiq tenants key make {tenant}` makes one.")
        return found

    def _write(self, tenant: str, keys: TenantKeys) -> TenantKeys:
        # One of a process that was killed may have a key that is deleted now.
        remove_drafts(self._file(tenant))
        write_private(self._file(tenant), keys.encode())
        return keys

    def _file(self, tenant: str) -> Path:
        # No path: whatever else is asked for has no file.
        return self.path / f"{tenant if TENANT.fullmatch(tenant) else '-'}{_SUFFIX}"


def why(error: Exception) -> str:
    """What is wrong with a file, without what is in it."""
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)
