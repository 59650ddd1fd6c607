"""Brings the archive up to date with the outbox, as long as it is asked to.

A step is one transaction of the database: what was read, and how far it leads. Whoever dies or goes away on either
side, the next step begins where the last one that was written ended. Nothing waits for the archive but the outbox.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from archive.added import Step
from archive.alive import Alive
from archive.cards import Cards
from archive.changes import Change, Delete, Erase, Put, Say, TakeBack
from archive.portion import Portion
from archive.portions import OutboxReader, Portions
from archive.records import FeedbackReader, PatientRecords, Records, no_feedback
from archive.review import Kept
from archive.schema import words
from archive.sink import Moved
from archive.upkeep import Forgetful, Upkeep
from jobs.errors import Unavailable
from store.outbox import BEGINNING, behind
from store.sealing import PLAIN, Sealing
from telemetry.meter import Meter
from telemetry.metric import ARCHIVED
from telemetry.trouble import Trouble

log = logging.getLogger(__name__)

#: How long a step waits for a first entry, in milliseconds.
WAIT_MS = 1_000
#: Between two attempts at a database or a Redis that is away, in seconds.
AWAY_S = 2.0
#: For how long bringing the tables up to date may take, and a step, in seconds: a container's probe sees no fault in an
#: index over millions of rows, nor when all of an organisation is erased.
MIGRATION_S, STEP_S = 3_600.0, 1_800.0


class Told(OutboxReader, Protocol):
    """See `store.outbox.Outbox`."""

    def last(self) -> str | None:
        """The place of the newest."""

    def forget(self, upto: str) -> None:
        """The archive has everything up to there."""


class Writer(Forgetful, Protocol):
    """See `archive.sink.Sink`."""

    def place(self) -> str:
        """Up to where it has everything."""

    def steps(self, changes: Sequence[Change]) -> Sequence[Step]:
        """Changes made ready for `apply`, by any thread."""

    def apply(self, changes: Sequence[Change | Step], *, after: str, to: str) -> None:
        """Make changes that lead from one place to another."""


def _now() -> datetime:
    return datetime.now(UTC)


class Archiver:
    """`run` until `stop`; or step by step."""

    def __init__(
        self,
        outbox: Told,
        records: Records,
        sink: Writer,
        *,
        kept: Kept,
        meter: Meter,
        begin: Callable[[], None] = lambda: None,
        own: Callable[[], Mapping[str, int]] = dict,
        cards: Callable[[], Cards] = dict,
        alive_file: Path | None = None,
        now: Callable[[], datetime] = _now,
        sealing: Sealing = PLAIN,
        feedback: FeedbackReader = no_feedback,
        again: Callable[[], bool] = lambda: False,
    ) -> None:
        """`begin` is called before the first step, until it returns: it makes the database ready.

        `own` tells for how many days which organisations' reviews are kept (`Kept.own`), and `cards` what versions of
        models say of themselves; both may raise Unavailable. `sealing`: how the sink encrypts what guests wrote.
        `feedback` reads what was said of jobs and lines (`store.feedback.FeedbackStore.read`). `again` tells a Redis
        that has lost its data of the archive, and whether it did (`store.outbox.Outbox.switch_on`).
        """
        self._begin, self._again = begin, again
        self._outbox, self._sink, self._meter = outbox, sink, meter
        self._portions = Portions(
            outbox, PatientRecords(records, now, sealing, feedback), kept=kept, own=own, steps=sink.steps
        )
        self._alive = Alive(alive_file)
        self._stopping = threading.Event()
        self.upkeep = Upkeep(sink, own=own, cards=cards, now=now)

    def run(self) -> None:
        """Go on until `stop` is called. What is away is waited for."""
        try:
            with self._alive:
                self._run()
        finally:
            self._portions.close()

    def stop(self) -> None:
        """End after the step that is under way. Safe in a signal handler."""
        self._stopping.set()

    def step(self, *, wait_ms: int = WAIT_MS) -> int:
        """Write what the outbox has next, waiting for it a while; how many entries.

        Raises Unavailable, SQLAlchemyError.
        """
        after = self._sink.place()
        portion = self._portions.next(after, wait_ms=wait_ms)
        if portion is None:
            self._tidy(after)
            return 0
        if portion.more:
            self._portions.read_ahead(portion)
        try:
            self._write(portion)
        except Moved:
            log.info("another process writes the archive, too")
            return 0
        self._outbox.forget(portion.to)
        return len(portion.told)

    def _run(self) -> None:
        begun = more = False
        trouble = Trouble(log, "the archive waits")
        while not self._stopping.is_set():
            try:
                if not begun:
                    self._alive.work(MIGRATION_S)
                    self._begin()
                    begun = True
                self._alive.work(STEP_S)
                self.step(wait_ms=0 if more else WAIT_MS)
                more = self.upkeep.forget()
                trouble.over()
            except (Unavailable, SQLAlchemyError) as error:
                trouble.met(words(error))
                self._stopping.wait(AWAY_S)

    def _tidy(self, place: str) -> None:
        """There is nothing behind `place`. It may have been written and not forgotten, or be that of another outbox."""
        if self._again():
            log.warning("Redis has lost its data: it notes again from now on what ends; what ended before is missing")
        last = self._outbox.last()
        if last is None:
            return
        if behind(place, last):
            log.warning("the outbox has begun anew: the archive reads it from its beginning")
            self._sink.apply([], after=place, to=BEGINNING)
        else:
            self._outbox.forget(place)

    def _write(self, portion: Portion) -> None:
        try:
            self._sink.apply(portion.steps or portion.changes, after=portion.after, to=portion.to)
        except (DataError, IntegrityError) as error:
            if len(portion.told) > 1:
                for half in portion.halves():
                    self._write(half)
                return
            # One that no database takes must not hold up all behind it. What it says may have the review in it.
            log.error("the archive cannot take %s: %s", portion.told[0][0].id, type(error.orig).__name__)
            self._meter.count(ARCHIVED, "refused")
            self._sink.apply([], after=portion.after, to=portion.to)
            return
        for _, change in portion.told:
            self._meter.count(ARCHIVED, change if isinstance(change, str) else _COUNTED[type(change)])


_COUNTED = {Put: "ended", Delete: "deleted", Erase: "erased", Say: "said", TakeBack: "taken-back"}
