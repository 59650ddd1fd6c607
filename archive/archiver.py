"""Brings the archive up to date with the outbox, as long as it is asked to.

A step is one transaction of the database: what was read, and how far it leads. Whoever dies or goes away on either
side, the next step begins where the last one that was written ended. Nothing waits for the archive but the outbox.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from archive.alive import Alive
from archive.records import PatientRecords, Records
from archive.review import Kept, reviews_of
from archive.schema import words
from archive.sink import Change, Delete, Erase, Moved, Put
from archive.upkeep import Forgetful, Upkeep
from jobs.errors import TextKeyMissing, Unavailable
from store.ended import Ended
from store.outbox import BEGINNING, Entry, What, behind
from telemetry.meter import Meter
from telemetry.metric import ARCHIVED

log = logging.getLogger(__name__)

#: Entries of one step, and records that are read at once: a chunk of a batch may be a megabyte.
MOST, READ_AT_ONCE = 500, 50
#: With so many reviews a step has enough, and leaves further entries to the next.
ENOUGH = 4_000
#: How long a step waits for a first entry, in milliseconds.
WAIT_MS = 1_000
#: Between two attempts at a database or a Redis that is away, in seconds.
AWAY_S = 2.0
#: For how long bringing the tables up to date may take, and a step, in seconds: a container's probe sees no fault in an
#: index over millions of rows, nor when all of an organisation is erased.
MIGRATION_S, STEP_S = 3_600.0, 1_800.0


class OutboxReader(Protocol):
    """See `store.outbox.Outbox`."""

    def read(self, after: str, *, most: int, wait_ms: int) -> list[Entry]:
        """Entries behind a place."""

    def last(self) -> str | None:
        """The place of the newest."""

    def forget(self, upto: str) -> None:
        """The archive has everything up to there."""


class Writer(Forgetful, Protocol):
    """See `archive.sink.Sink`."""

    def place(self) -> str:
        """Up to where it has everything."""

    def apply(self, changes: Sequence[Change], *, after: str, to: str) -> None:
        """Make changes that lead from one place to another."""


def _now() -> datetime:
    return datetime.now(UTC)


class Archiver:
    """`run` until `stop`; or step by step."""

    def __init__(
        self,
        outbox: OutboxReader,
        records: Records,
        sink: Writer,
        *,
        kept: Kept,
        meter: Meter,
        begin: Callable[[], None] = lambda: None,
        own: Callable[[], Mapping[str, int]] = dict,
        alive_file: Path | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        """`begin` is called before the first step, until it returns: it makes the database ready.

        `own` tells for how many days which organisations' reviews are kept (`Kept.own`); it may raise Unavailable.
        """
        self._begin, self._own = begin, own
        self._outbox, self._records, self._sink = outbox, PatientRecords(records, now), sink
        self._kept, self._meter = kept, meter
        self._alive = Alive(alive_file)
        self._stopping = threading.Event()
        self.upkeep = Upkeep(sink, own=own, now=now)

    def run(self) -> None:
        """Go on until `stop` is called. What is away is waited for."""
        with self._alive:
            self._run()

    def stop(self) -> None:
        """End after the step that is under way. Safe in a signal handler."""
        self._stopping.set()

    def step(self, *, wait_ms: int = WAIT_MS) -> int:
        """Write what the outbox has next, waiting for it a while; how many entries.

        Raises Unavailable, SQLAlchemyError.
        """
        after = self._sink.place()
        entries = self._outbox.read(after, most=MOST, wait_ms=wait_ms)
        if not entries:
            self._tidy(after)
            return 0
        self._kept = replace(self._kept, own=self._own())
        try:
            written = self._write(entries, after)
        except Moved:
            log.info("another process writes the archive, too")
            return 0
        self._outbox.forget(entries[written - 1].place)
        return written

    def _run(self) -> None:
        away = begun = more = False
        while not self._stopping.is_set():
            try:
                if not begun:
                    self._alive.work(MIGRATION_S)
                    self._begin()
                    begun = True
                self._alive.work(STEP_S)
                self.step(wait_ms=0 if more else WAIT_MS)
                more = self.upkeep.forget()
                if away:
                    log.info("the archive goes on")
                away = False
            except (Unavailable, SQLAlchemyError) as error:
                if not away:
                    log.warning("the archive waits: %s", words(error))
                away = True
                self._stopping.wait(AWAY_S)

    def _tidy(self, place: str) -> None:
        """There is nothing behind `place`. It may have been written and not forgotten, or be that of another outbox."""
        last = self._outbox.last()
        if last is None:
            return
        if behind(place, last):
            log.warning("the outbox has begun anew: the archive reads it from its beginning")
            self._sink.apply([], after=place, to=BEGINNING)
        else:
            self._outbox.forget(place)

    def _write(self, entries: Sequence[Entry], after: str) -> int:
        """Write the first of the entries, as many as one transaction is to have; how many."""
        changes, left_out, count = self._changes(entries)
        try:
            self._sink.apply(changes, after=after, to=entries[count - 1].place)
        except (DataError, IntegrityError) as error:
            if count == 1:
                # One that no database takes must not hold up all behind it. What it says may have the review in it.
                log.error("the archive cannot take %s: %s", entries[0].id, type(error.orig).__name__)
                self._meter.count(ARCHIVED, "refused")
                self._sink.apply([], after=after, to=entries[0].place)
                return 1
            for entry in entries[:count]:
                self._write([entry], after)
                after = entry.place
            return count
        for change in changes:
            self._meter.count(ARCHIVED, _COUNTED[type(change)])
        for why, times in left_out.items():
            self._meter.count(ARCHIVED, why, by=times)
        return count

    def _changes(self, entries: Sequence[Entry]) -> tuple[list[Change], Counter[str], int]:
        """What entries come to, how many come to nothing, by what is counted of them, and how many were looked at."""
        changes: list[Change] = []
        left_out: Counter[str] = Counter()
        looked_at = reviews = 0
        for at in range(0, len(entries), READ_AT_ONCE):
            portion = entries[at : at + READ_AT_ONCE]
            named = [(entry.tenant, entry.id) for entry in portion if entry.what is What.ENDED]
            records = iter(self._records.read(named))
            for entry in portion:
                change = self._change(entry, records)
                if isinstance(change, str):
                    left_out[change] += 1
                else:
                    changes.append(change)
                    reviews += len(change.reviews) if isinstance(change, Put) else 0
            looked_at += len(portion)
            if reviews >= ENOUGH:
                break
        return changes, left_out, looked_at

    def _change(self, entry: Entry, records: Iterator[Ended | TextKeyMissing | None]) -> Change | str:
        """`records` has next what the job came to."""
        if entry.what is What.DELETED:
            return Delete(tenant=entry.tenant, id=entry.id)
        if entry.what is What.ERASED:
            return Erase(tenant=entry.tenant, author_digest=entry.author, restaurant=entry.id)
        return self._put((entry.tenant, entry.id), next(records))

    def _put(self, name: tuple[str, str], record: Ended | TextKeyMissing | None) -> Put | str:
        tenant, job_id = name
        if isinstance(record, TextKeyMissing):
            return "refused"
        if record is None:
            # Deleted meanwhile, or past its time: the archive was away for longer than results are kept.
            return "missed"
        try:
            return Put(tenant=tenant, job_id=job_id, reviews=tuple(reviews_of(record, self._kept)))
        except (ValueError, KeyError, TypeError) as error:
            log.error("the archive cannot read the record of %s: %s", job_id, type(error).__name__)
            return "refused"


_COUNTED = {Put: "ended", Delete: "deleted", Erase: "erased"}
