"""What the archive has still to be told of: ids of what ended, was deleted or has feedback, in the order of events.

The scripts write it, in the step in which it happens (`store/lua/lib/archive.lua`). It has no text and no name of
anybody, so that a deletion need not look for anything in it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from jobs.errors import Unavailable
from jobs.history import Deletions
from store import keys
from store.key import author_digest
from store.scripts import RedisBase, translated
from store.whose import Whose

#: In front of all entries of a stream.
BEGINNING = "0-0"
#: How many entries are looked through for what was deleted, and how many are read at once: an archive that is further
#: behind is away.
MOST_LOOKED_THROUGH, _AT_ONCE = 20_000, 1_000
#: For how long it is known how much an erasure deleted in the archive, in seconds: who waits for it asks each second.
_NOTED_S = 7 * 86_400


class What(StrEnum):
    """What an entry tells."""

    #: A job or a chunk of a batch has ended: its record has the rest.
    ENDED = "ended"
    #: A job, a chunk or a batch was deleted by somebody; what is only past its time in Redis is not told.
    DELETED = "deleted"
    #: All of an author's, of a restaurant's or of an organisation's was.
    ERASED = "erased"
    #: Something was said of a judged job or a line of a batch: what is kept of that has the rest.
    CORRECTED = "said"
    #: What was said of one was taken back, or a part of it; what is only past its time in Redis is not told.
    TAKEN_BACK = "taken-back"


#: Those after which something is not to be seen any more.
_DELETIONS = frozenset({What.DELETED, What.ERASED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One event."""

    #: Its place in the stream.
    place: str
    tenant: str
    what: What
    #: Of a job, a chunk or a batch; of an erasure of a restaurant, the restaurant; of feedback, a job's or what
    #: `jobs.feedback.line_id` gives.
    id: str = ""
    #: Of an erasure of an author: `store.key.author_digest`, and what stands for them where authors are encrypted.
    author: str = ""
    sealed_author: str = ""
    #: Of what was taken back, if that is not all: the sentence's index and the aspect.
    part: tuple[int, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Lag:
    """How far the archive is behind."""

    #: Whether there is to be an archive at all.
    on: bool
    waiting: int = 0
    #: How long the first entry has waited, in seconds.
    oldest_s: float = 0.0
    #: Ends that found the outbox full, ever: the archive has not heard of them.
    dropped: int = 0
    #: How long ago its files last had all that it has, in seconds; None where it has no files.
    files_s: float | None = None


class Outbox(RedisBase):
    """The stream, and the switch that has the scripts write it."""

    @translated
    def switch_on(self, most: int, *, again: bool = False) -> bool:
        """From now on there is an archive: keep up to `most` ends for it, also while it is away. Whether that is new.

        `again`: unless it was switched off; for a Redis that has lost what it had.
        """
        return bool(self._run("archive/switch", args=["again" if again else "on", most]))

    @translated
    def switch_off(self) -> None:
        """There is no archive any more: forget what it has not been told."""
        self._run("archive/switch", args=["off"])

    @translated
    def files(self, *, on: bool) -> None:
        """Whether the archive has files, too. Until `filed` says so they lack what changes from now on."""
        if on:
            self._run("archive/filed", args=[0, 1])
        else:
            self._redis.hdel(keys.ARCHIVE, "filed")

    @translated
    def filed(self, ago_s: float) -> None:
        """The archive's files have all that it had `ago_s` seconds ago."""
        self._run("archive/filed", args=[round(ago_s * 1000), 0])

    @translated
    def read(self, after: str, *, most: int, wait_ms: int) -> list[Entry]:
        """Up to `most` entries behind a place; for the first one it waits up to `wait_ms`, and with 0 not at all."""
        # To Redis, 0 is for ever; and of what it is told to wait it is late by up to a tenth of a second.
        found: Any = self._redis.xread({keys.OUTBOX: after}, count=most, block=wait_ms or None)
        rows = found.values() if isinstance(found, dict) else [rows for _, rows in found or ()]
        return [_entry(place.decode(), raw) for part in rows for place, raw in _flat(part)]

    @translated
    def last(self) -> str | None:
        """The place of the newest entry; None while there is none."""
        found: Any = self._redis.xrevrange(keys.OUTBOX, count=1)
        return found[0][0].decode() if found else None

    @translated
    def forget(self, upto: str) -> None:
        """The archive has everything up to this place, with the entry there."""
        self._redis.xtrim(keys.OUTBOX, minid=_next(upto), approximate=False)

    @translated
    def erase(self, whose: Whose) -> str | None:
        """Have the archive forget all that it has of somebody; the entry's place, None when there is no archive."""
        if not self._redis.hexists(keys.ARCHIVE, "most"):
            return None
        told: dict[Any, Any] = {"tenant": whose.tenant, "what": What.ERASED.value, "id": whose.restaurant or ""}
        if whose.external_author is not None:
            told["author"] = author_digest(whose.external_author)
            # Where authors are encrypted, what stands for this one comes first.
            sealed = self._sealing.authors(whose.tenant, whose.external_author)[:-1]
            told |= {"sealed_author": sealed[0]} if sealed else {}
        place: Any = self._redis.xadd(keys.OUTBOX, told)
        return str(place.decode())

    @translated
    def note_erased(self, place: str, reviews: int) -> None:
        """The archive deletes so many for what stands there; said again, it is as many."""
        self._run("archive/note_erased", args=[place, reviews, _NOTED_S * 1000])

    @translated
    def erased(self, place: str) -> int | None:
        """How many the archive has deleted for it; None when it has not, or long ago."""
        told: Any = self._redis.get(keys.ARCHIVE_ERASED(place))
        return None if told is None else int(told)

    @translated
    def has(self, place: str) -> bool:
        """Whether the archive has not been told yet what stands there."""
        return bool(self._redis.xrange(keys.OUTBOX, min=place, max=place))

    @translated
    def deletions(self, tenant: str) -> Deletions:
        """What of an organisation the archive is still to delete. Raises Unavailable while it is too far behind."""
        told: list[Entry] = []
        after = BEGINNING
        for _ in range(MOST_LOOKED_THROUGH // _AT_ONCE):
            found: Any = self._redis.xrange(keys.OUTBOX, min=_next(after), count=_AT_ONCE)
            entries = [_entry(place.decode(), raw) for place, raw in found]
            told += (entry for entry in entries if entry.tenant == tenant and entry.what in _DELETIONS)
            if len(entries) < _AT_ONCE:
                return _deletions(told)
            after = entries[-1].place
        raise Unavailable("The archive is being brought up to date.")

    @translated
    def lag(self) -> Lag:
        """How much waits, and for how long."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.hmget(keys.ARCHIVE, "most", "dropped", "filed")
        pipe.xlen(keys.OUTBOX)
        pipe.xrange(keys.OUTBOX, count=1)
        pipe.time()
        (most, dropped, filed), waiting, first, time = pipe.execute()
        now, oldest_s = _seconds(time), 0.0
        if first:
            oldest_s = max(0.0, now - int(first[0][0].partition(b"-")[0]) / 1000)
        files_s = max(0.0, now - float(filed)) if filed is not None else None
        return Lag(on=most is not None, waiting=waiting, oldest_s=oldest_s, dropped=int(dropped or 0), files_s=files_s)


def _deletions(told: Sequence[Entry]) -> Deletions:
    erased = [entry for entry in told if entry.what is What.ERASED]
    return Deletions(
        ids=frozenset(entry.id for entry in told if entry.what is What.DELETED),
        authors=frozenset(entry.author for entry in erased if entry.author),
        restaurants=frozenset(entry.id for entry in erased if entry.id and not entry.author),
        all=any(not entry.id and not entry.author for entry in erased),
    )


_PLACE = re.compile(r"(\d+)-(\d+)")


def behind(one: str, other: str) -> bool:
    """Whether the first of two places comes later in the stream."""
    return _numbers(one) > _numbers(other)


def _next(place: str) -> str:
    time, _, number = place.partition("-")
    return f"{time}-{int(number) + 1}"


def _numbers(place: str) -> tuple[int, int]:
    found = _PLACE.fullmatch(place)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _seconds(time: Any) -> float:
    """What Redis says that it is, in Unix seconds."""
    seconds, micros = time
    return float(seconds + micros / 1e6)


def _flat(part: Sequence[Any]) -> Sequence[Any]:
    # Under RESP 3 the entries of a stream stand in one more list.
    return part[0] if part and isinstance(part[0], list) else part


def _entry(place: str, raw: dict[bytes, bytes]) -> Entry:
    told = {name.decode(): value.decode() for name, value in raw.items()}
    return Entry(
        place=place, tenant=told["tenant"], what=What(told.get("feedback", told["what"])), id=told["id"],
        author=told.get("author", ""), sealed_author=told.get("sealed_author", ""),
        part=(int(told["sentence"]), told["aspect"]) if "aspect" in told else None,
    )  # fmt: skip
