"""Reads the outbox portion by portion, and the next one in a thread of its own while the one before is written.

A database has a core to itself, and so has reading: neither waits for the other.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Protocol

from archive.added import Step
from archive.changes import Change, Delete, Erase, Put, Say, TakeBack
from archive.ended import reviews_of
from archive.portion import Portion
from archive.records import PatientRecords
from archive.review import Kept
from jobs.errors import TextKeyMissing
from jobs.feedback import Feedback
from store.ended import Ended
from store.outbox import Entry, What

log = logging.getLogger(__name__)

#: Entries of a portion, and of those behind ones that were full: a sum that many opinions change is written once in
#: each. Whoever is killed has one to do again.
LEAST, MOST = 500, 4_000
#: Records that are read at once: a chunk of a batch may be a megabyte.
READ_AT_ONCE = 50
#: With so many reviews a portion has enough, or so many sentences of them, and leaves further entries to the next.
ENOUGH, ENOUGH_SENTENCES = 4_000, 40_000


class OutboxReader(Protocol):
    """See `store.outbox.Outbox`."""

    def read(self, after: str, *, most: int, wait_ms: int) -> list[Entry]:
        """Entries behind a place."""


class Portions:
    """One thread asks for them."""

    def __init__(
        self,
        outbox: OutboxReader,
        records: PatientRecords,
        *,
        kept: Kept,
        own: Callable[[], Mapping[str, int]],
        steps: Callable[[Sequence[Change]], Sequence[Step]],
    ) -> None:
        """`own` tells for how many days which organisations' reviews are kept (`Kept.own`), and `steps` makes changes
        ready for the database (`archive.sink.Sink.steps`); both may raise Unavailable."""
        self._outbox, self._records, self._kept, self._own, self._steps = outbox, records, kept, own, steps
        self._most = LEAST
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ahead")
        self._ahead: Future[Portion | None] | None = None

    def next(self, after: str, *, wait_ms: int) -> Portion | None:
        """What is behind a place, waiting for it a while; None when nothing is. Raises Unavailable."""
        ahead, self._ahead = self._ahead, None
        portion = ahead.result() if ahead is not None else None
        # What was said of an organisation meanwhile has reached what there was, and is to reach what is written now.
        if portion is not None and portion.after == after and portion.kept == self._kept_now():
            return portion
        return self._read(after, wait_ms)

    def read_ahead(self, portion: Portion) -> None:
        """Begin with the one behind this one, which is still to be written."""
        self._ahead = self._thread.submit(self._read, portion.to, 0)

    def close(self) -> None:
        """Nothing is read any more."""
        self._thread.shutdown()

    def _kept_now(self) -> Kept:
        return replace(self._kept, own=self._own())

    def _read(self, after: str, wait_ms: int) -> Portion | None:
        entries = self._outbox.read(after, most=self._most, wait_ms=wait_ms)
        if not entries:
            self._most = LEAST
            return None
        kept = self._kept_now()
        told = self._told(entries, kept)
        full = len(entries) == self._most
        if len(told) == len(entries):
            self._most = min(2 * self._most, MOST) if full else LEAST
        portion = Portion(after=after, told=told, kept=kept, more=full or len(told) < len(entries))
        return replace(portion, steps=self._steps(portion.changes))

    def _told(self, entries: Sequence[Entry], kept: Kept) -> list[tuple[Entry, Change | str]]:
        """The first of the entries, as many as one transaction is to have, with what they come to."""
        told: list[tuple[Entry, Change | str]] = []
        reviews = sentences = 0
        for at in range(0, len(entries), READ_AT_ONCE):
            part = entries[at : at + READ_AT_ONCE]
            records = iter(self._records.read(_named(part, What.ENDED)))
            feedback = iter(self._records.feedback(_named(part, What.CORRECTED)))
            for entry in part:
                change = _say(entry, next(feedback)) if entry.what is What.CORRECTED else _change(entry, records, kept)
                told.append((entry, change))
                if isinstance(change, Put):
                    reviews += len(change.reviews)
                    sentences += sum(len(review.sentences) for review in change.reviews)
            if reviews >= ENOUGH or sentences >= ENOUGH_SENTENCES:
                break
        return told


def _named(entries: Sequence[Entry], what: What) -> list[tuple[str, str]]:
    return [(entry.tenant, entry.id) for entry in entries if entry.what is what]


def _change(entry: Entry, records: Iterator[Ended | TextKeyMissing | None], kept: Kept) -> Change | str:
    """`records` has next what the job came to."""
    if entry.what is What.DELETED:
        return Delete(tenant=entry.tenant, id=entry.id)
    if entry.what is What.TAKEN_BACK:
        return TakeBack(tenant=entry.tenant, id=entry.id, part=entry.part)
    if entry.what is What.ERASED:
        return Erase(
            tenant=entry.tenant,
            author_digest=entry.author,
            sealed_digest=entry.sealed_author,
            restaurant=entry.id,
            place=entry.place,
        )
    return _put(entry, next(records), kept)


def _put(entry: Entry, record: Ended | TextKeyMissing | None, kept: Kept) -> Put | str:
    if isinstance(record, TextKeyMissing):
        return "refused"
    if record is None:
        # Deleted meanwhile, or past its time: the archive was away for longer than results are kept.
        return "missed"
    try:
        return Put(tenant=entry.tenant, job_id=entry.id, reviews=tuple(reviews_of(record, kept)))
    except (ValueError, KeyError, TypeError) as error:
        log.error("the archive cannot read the record of %s: %s", entry.id, type(error).__name__)
        return "refused"


def _say(entry: Entry, found: tuple[Feedback, int] | TextKeyMissing | None) -> Say | str:
    if isinstance(found, TextKeyMissing):
        return "refused"
    if found is None:
        # Taken back meanwhile, as an entry behind this one tells, or past its time.
        return "unsaid"
    feedback, made_at = found
    return Say(tenant=entry.tenant, feedback=feedback, made_at=made_at)
