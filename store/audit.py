"""The audit log in Redis: a stream for each organisation, which the API adds to and nobody changes."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import redis

from access.audit_entry import AuditEntry
from jobs.settings import Settings
from store import keys
from store.lists import Listed
from store.scripts import RedisBase, translated

#: How often what is past its time is taken away, in seconds; it is shown no longer in any case.
TRIM_EVERY_S = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditPage:
    """Some entries, newest first."""

    entries: Sequence[AuditEntry]
    #: Time and number, within the millisecond, of the last entry, when there may be more.
    next: tuple[int, str] | None = None


class AuditStore(RedisBase):
    """Keeps at least the last `most` entries of each organisation, for `lifetime_s` seconds; with `most` 0, none."""

    def __init__(
        self, client: redis.Redis, *, most: int, lifetime_s: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(client)
        self._clock = clock
        self.most, self.lifetime_ms = most, lifetime_s * 1000
        self._trimmed_at = float("-inf")
        #: Organisations with entries since then.
        self._untrimmed = set[str]()

    @property
    def on(self) -> bool:
        """Whether anything is kept."""
        return self.most > 0

    @translated
    def append(self, entries: Sequence[AuditEntry]) -> None:
        """Add entries, in this order."""
        if not self.on or not entries:
            return
        pipe = self._redis.pipeline(transaction=False)
        for entry in entries:
            pipe.xadd(keys.AUDIT(entry.tenant), _fields(entry), maxlen=self.most, approximate=True)
        due = self._clock() - self._trimmed_at >= TRIM_EVERY_S
        oldest = self._now_ms() - self.lifetime_ms if due else 0
        written = {entry.tenant for entry in entries}
        self._untrimmed |= written
        for tenant in self._untrimmed if due else ():
            # To the very entry: of who does little, Redis would keep a hundred for ever.
            pipe.xtrim(keys.AUDIT(tenant), minid=oldest, approximate=False)
        for tenant in written:
            pipe.pexpire(keys.AUDIT(tenant), self.lifetime_ms)
            pipe.publish(keys.LISTS(tenant), Listed.AUDIT)
        pipe.execute()
        if due:
            self._trimmed_at = self._clock()
            self._untrimmed.clear()

    @translated
    def page(self, tenant: str, *, size: int, before: tuple[int, str] | None = None) -> AuditPage:
        """Up to `size` entries of an organisation, newest first, older than `before`."""
        if before and before[0] == int(before[1]) == 0:
            # Redis refuses to look before its first number.
            return AuditPage(entries=())
        end = f"({before[0]}-{before[1]}" if before else "+"
        oldest = max(0, self._now_ms() - self.lifetime_ms)
        rows: Any = self._redis.xrevrange(keys.AUDIT(tenant), max=end, min=oldest, count=size)
        entries = [_entry(tenant, name.decode(), raw) for name, raw in rows]
        if len(entries) < size:
            return AuditPage(entries=entries)
        return AuditPage(entries=entries, next=(entries[-1].at_ms, entries[-1].id.partition("-")[2]))


def beside(log: AuditStore, entry: AuditEntry) -> list[Any]:
    """Arguments of a script that writes an entry with what it changes (`store/lua/lib/audit.lua`)."""
    return [log.most, log.lifetime_ms, *(each for pair in _fields(entry).items() for each in pair)]


#: The same of a script that has none to write.
NO_ENTRY = (0, 0)


def _fields(entry: AuditEntry) -> dict[Any, Any]:
    """An entry as the stream has it."""
    given = {
        "action": entry.action, "status": entry.status, "key": entry.key_id, "address": entry.address,
        "objects": orjson.dumps(dict(entry.objects)) if entry.objects else None,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value is not None}


def _entry(tenant: str, name: str, raw: dict[bytes, bytes]) -> AuditEntry:
    text = {key.decode(): value.decode() for key, value in raw.items()}
    return AuditEntry(
        tenant=tenant,
        action=text["action"],
        status=int(text["status"]) if "status" in text else None,
        key_id=text.get("key"),
        address=text.get("address"),
        objects=orjson.loads(text.get("objects", "{}")),
        id=name,
        at_ms=int(name.partition("-")[0]),
    )


def open_audit(settings: Settings, client: redis.Redis) -> AuditStore:
    """The log as the settings describe it."""
    return AuditStore(client, most=settings.audit_entries, lifetime_s=settings.audit_ttl_s)
