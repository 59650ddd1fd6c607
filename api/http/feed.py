"""What changes of an organisation's jobs, batches and deliveries, and of its lists, for whoever listens to all of it.

Each change is announced anyway, on a channel of its job, to those who wait for that. A process where somebody listens
to all hears all channels by three patterns, on a connection of its own, so that who waits for one job is told as soon
as ever; where nobody listens it costs nothing.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

import redis

from api.http.pauses import Signal
from api.http.subscription import Subscription
from jobs.batch import is_chunk_id
from jobs.job import DEFAULT_TENANT, job_id_of
from store import keys, webhook_keys
from store.lists import EVERYBODY, RESTAURANTS

#: Things of an organisation whose change is remembered for those who listen: of more they hear that there were more.
MOST = 200

_JOB, _DELIVERY, _LISTS = keys.CHANGES(""), webhook_keys.DELIVERY_CHANGES(""), keys.LISTS("")
#: All channels but those on which API processes are told of ends. Redis' ACL names the same patterns, to the letter.
PATTERNS = frozenset({f"{_JOB}[^~]*", f"{_DELIVERY}*", f"{_LISTS}*"})


#: The status of what was deleted.
DELETED = "deleted"


class Kind(StrEnum):
    """What has changed."""

    JOBS = "jobs"
    BATCHES = "batches"
    DELIVERIES = "deliveries"
    RESTAURANTS = "restaurants"
    LISTS = "lists"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A change of something: its new status, or `deleted`; of restaurants and lists that there was one."""

    kind: Kind
    #: A restaurant's or a list's name is its id.
    id: str
    status: str = ""
    #: Of jobs and batches; 0 when it was deleted.
    version: int = 0
    #: Of what was deleted, the restaurants that it was about: with "" where it was about none, too, and `TOO_MANY`
    #: where there are more. Of a list, those to which that is limited which has changed in it; none: to nothing.
    restaurants: tuple[str, ...] = ()

    @property
    def thing(self) -> tuple[str, ...]:
        """Of two changes of the same one the later says it all; who may see one entry of a list may not see another."""
        return (self.kind, self.id, *(self.restaurants if self.kind is Kind.LISTS else ()))


class Log:
    """The last changes of an organisation; those who listen remember how far each is. `Feed` guards it."""

    def __init__(self) -> None:
        #: The last change of each thing, with its number; what has changed last stands last.
        self.recent = OrderedDict[tuple[str, ...], tuple[int, Change]]()
        self.count = 0
        #: The number of the last change that is not remembered any more.
        self.forgotten = 0
        self.listeners: list[Changes] = []

    def add(self, change: Change) -> None:
        """It has happened now."""
        self.count += 1
        self.recent[change.thing] = self.count, change
        self.recent.move_to_end(change.thing)
        if len(self.recent) > MOST:
            _, (self.forgotten, _) = self.recent.popitem(last=False)


class Changes(Signal):
    """Set when something has changed, or may have."""

    def __init__(self, log: Log, lock: threading.Lock) -> None:
        super().__init__()
        self._log, self._lock = log, lock
        self._place = log.count
        #: What was before is not known.
        self.missed = True

    def take(self) -> tuple[list[Change], bool]:
        """What has changed since the last time, each once with what it is now; and whether that is all."""
        with self._lock:
            self.clear()
            new = [change for number, change in self._log.recent.values() if number > self._place]
            all_of_it = self._log.forgotten <= self._place and not self.missed
            self._place, self.missed = self._log.count, False
        return new, all_of_it


class Feed:
    """Hears everything while somebody listens, and remembers the last of it for the organisations of these."""

    def __init__(self, client: redis.Redis) -> None:
        self._lock = threading.Lock()
        self._logs: dict[str, Log] = {}
        self._standing: set[str] = set()
        self._subscription = Subscription(client, self._heard, self._lost, name="feed", patterns=True)

    def close(self) -> None:
        """As `Subscription.close`."""
        self._subscription.close()

    @contextmanager
    def listening(self, tenant: str) -> Iterator[Changes]:
        """What changes from now on. It is set once at the start too, when the subscription stands."""
        with self._lock:
            log = self._logs.setdefault(tenant, Log())
            log.listeners.append(changes := Changes(log, self._lock))
            if self._standing == PATTERNS:
                changes.set()
            if sum(len(each.listeners) for each in self._logs.values()) == 1:
                for pattern in PATTERNS:
                    self._subscription.listen(pattern)
        try:
            yield changes
        finally:
            with self._lock:
                log.listeners.remove(changes)
                if not log.listeners:
                    del self._logs[tenant]
                if not self._logs:
                    self._standing.clear()
                    for pattern in PATTERNS:
                        self._subscription.leave(pattern)

    def _heard(self, channel: str, payload: bytes) -> None:
        with self._lock:
            if not payload:
                self._standing.add(channel)
                # What was announced before it stood was not heard.
                if self._standing == PATTERNS:
                    self._miss()
                return
            for tenant, change in _changes(channel, payload, self._logs):
                log = self._logs[tenant]
                log.add(change)
                for listener in log.listeners:
                    if not listener.is_set():
                        listener.set()

    def _lost(self) -> None:
        with self._lock:
            self._standing.clear()
            self._miss()

    def _miss(self) -> None:
        for log in self._logs.values():
            for listener in log.listeners:
                listener.missed = True
                listener.set()


def _changes(channel: str, payload: bytes, of: Iterable[str]) -> list[tuple[str, Change]]:
    """Whose changes of what were announced; none of organisations that nobody listens to, and of chunks.

    Nor, in the default organisation, of tasks of Celery clients whose ids look like another one's.
    """
    words = payload.decode().split(" ")
    if channel.startswith(_LISTS):
        tenant = channel.removeprefix(_LISTS)
        whose = of if tenant == EVERYBODY else {tenant}.intersection(of)
        if words[0] == RESTAURANTS:
            changed = [Change(kind=Kind.RESTAURANTS, id=name) for name in words[1:]]
        else:
            changed = [Change(kind=Kind.LISTS, id=words[0], restaurants=_named(words[1:]))]
        return [(each, change) for each in whose for change in changed]
    if channel.startswith(_DELIVERY):
        tenant = channel.removeprefix(_DELIVERY)
        name, status = words
        return [(tenant, Change(kind=Kind.DELIVERIES, id=name, status=status))] if tenant in of else []
    tenant, colon, name = channel.removeprefix(_JOB).partition(":")
    if not colon:
        tenant, name = DEFAULT_TENANT, tenant
    if tenant not in of or is_chunk_id(name):
        return []
    kind = Kind.BATCHES if name.startswith("batch_") else Kind.JOBS
    version, status, *about = words
    change = Change(kind=kind, id=job_id_of(name), status=status, version=int(version), restaurants=_named(about))
    return [(tenant, change)]


def _named(about: Sequence[str]) -> tuple[str, ...]:
    """The restaurants that an announcement ends with, if it names any."""
    return tuple(about[0].split(",")) if about else ()
