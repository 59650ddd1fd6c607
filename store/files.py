"""Uploaded files in Redis: a record each, and what is in it, in parts."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import redis

from jobs.errors import FilesFull, Gone, NotFound, TextErased, Unavailable
from jobs.file import File
from store import keys
from store.job_record import pairs
from store.listing import Slice, newest
from store.scripts import RedisBase, translated
from store.sealing import Sealing

#: Most files of a tenant.
MOST_FILES = 1_000
#: What a part takes beside its bytes.
PART_BYTES = 150
#: When all files together have as much room as they may, and how long whoever is refused should wait, in seconds.
ALL_FULL, RETRY_S = "All files that are kept here leave no room for more (KRITIQ_FILES_BYTES).", 300
UNKNOWN, GONE = "There is no such file.", "The file was deleted or is past its time."
_SEPARATOR = ","
#: What `_file_from` reads, in its order.
_READ = ("filename", "bytes", "digest", "restaurants", "parts", "created_at", "expires_at", "gone")


class FileStore(RedisBase):
    """Keeps files."""

    @translated
    def create(self, file: File, parts: Iterable[bytes], *, told: Callable[[], tuple[str, int]], budget: int) -> File:
        """Store a file as its parts come; it is there when the last one is. What raises in between leaves nothing.

        When all have come, `told` gives its name and how long it is kept, in milliseconds. `budget` is the most bytes
        that the tenant's files may have together. Raises FilesFull, Unavailable.
        """
        found, size, stored, count, whole = hashlib.sha256(), 0, 0, 0, False
        try:
            for part in parts:
                size += len(part)
                found.update(part)
                sealed = self._sealing.seal(file.tenant, part)
                stored += len(sealed) + PART_BYTES
                args = [
                    file.tenant,
                    file.id,
                    count,
                    sealed,
                    size,
                    budget,
                    MOST_FILES,
                    self._retention.upload_ms,
                    stored,
                ]
                count += 1
                kept = self._run("file/put_part", args=args)
                if not kept:
                    raise FilesFull
                if kept < 0:
                    raise Unavailable(ALL_FULL, retry_after_s=RETRY_S)
            filename, ttl_ms = told()
            digest = self._sealing.digest(file.tenant, found.hexdigest())
            file = replace(file, filename=filename, bytes=size, digest=digest, parts=count)
            name = self._sealing.seal(file.tenant, filename.encode())
            fields: dict[str, str | bytes | int | None] = {
                "filename": name,
                "digest": file.digest,
                "restaurants": _SEPARATOR.join(file.restaurants),
            }
            times = self._run("file/finish", args=[file.tenant, file.id, count, ttl_ms, *pairs(fields)])
            if not times:
                raise Unavailable("The file did not come in time.")
            whole = True
            return replace(file, created_at=int(times[0]), expires_at=int(times[1]))
        finally:
            if not whole:
                # What cannot be taken away, for Redis does not answer, goes by itself a little later.
                with suppress(redis.RedisError):
                    self._run("file/delete", args=[file.tenant, file.id, count])

    @translated
    def get(self, tenant: str, file_id: str) -> File:
        """A file's record. Raises NotFound, Gone."""
        (found,) = self._files(tenant, [file_id])
        if isinstance(found, File):
            return found
        raise found

    @translated
    def parts(self, file: File) -> Iterator[bytes]:
        """What is in it, part by part. Raises Gone when its time comes meanwhile."""
        for number in range(file.parts):
            yield self._part(file, number)

    @translated
    def _part(self, file: File, number: int) -> bytes:
        found: Any = self._redis.get(keys.FILE_PART(file.tenant, file.id, str(number)))
        if found is None:
            raise Gone(GONE)
        return self._sealing.open(file.tenant, bytes(found))

    @translated
    def page(
        self, tenant: str, *, restaurants: frozenset[str], size: int, before: tuple[int, str] | None = None
    ) -> Slice[File]:
        """Up to `size` files, newest first, older than `before`; with `restaurants` those for none but them."""

        def read(ids: list[str]) -> list[File | None]:
            found = self._files(tenant, ids)
            return [each if isinstance(each, File) and shown(each, restaurants) else None for each in found]

        return newest(self._redis, [keys.FILES(tenant)], read, size=size, before=before)

    @translated
    def delete(self, tenant: str, file_id: str) -> None:
        """Take a file away; what was made of it stays. Raises NotFound, Gone."""
        try:
            parts = self.get(tenant, file_id).parts
        except NotFound:
            self._confirm()
            raise
        self._run("file/delete", args=[tenant, file_id, parts])

    def _files(self, tenant: str, ids: Sequence[str]) -> list[File | NotFound]:
        now = self._now_ms()
        pipe = self._redis.pipeline(transaction=False)
        for file_id in ids:
            pipe.hmget(keys.FILE(tenant, file_id), _READ)
        return [_file_from(tenant, *row, now, self._sealing) for row in zip(ids, pipe.execute(), strict=True)]


def shown(file: File, restaurants: frozenset[str]) -> bool:
    """Whether who may see these restaurants only (empty: all) may see the file."""
    return not restaurants or (bool(file.restaurants) and restaurants.issuperset(file.restaurants))


def _file_from(
    tenant: str, file_id: str, values: Sequence[bytes | None], now_ms: int, sealing: Sealing
) -> File | NotFound:
    """The file whose fields `_READ` are `values`, or why there is none."""
    raw = dict(zip(_READ, values, strict=True))
    if raw["gone"]:
        return Gone(GONE)
    # One that is being uploaded was not made yet.
    if raw["created_at"] is None or raw["expires_at"] is None:
        return NotFound(UNKNOWN)
    if int(raw["expires_at"]) <= now_ms:
        return Gone(GONE)
    try:
        filename = sealing.open(tenant, raw["filename"] or b"").decode()
    except TextErased as erased:
        return erased
    names = (raw["restaurants"] or b"").decode()
    return File(
        id=file_id,
        tenant=tenant,
        filename=filename,
        bytes=int(raw["bytes"] or 0),
        digest=(raw["digest"] or b"").decode(),
        restaurants=tuple(names.split(_SEPARATOR)) if names else (),
        parts=int(raw["parts"] or 0),
        created_at=int(raw["created_at"]),
        expires_at=int(raw["expires_at"]),
    )
