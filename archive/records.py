"""What ended jobs came to, and what was said of them, where the key of an organisation's texts may be missing for a
while."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from jobs.errors import TextKeyMissing
from jobs.feedback import Feedback
from store.ended import Ended
from store.sealing import PLAIN, Sealing

log = logging.getLogger(__name__)

#: For so long all wait for an organisation's key that is missing. It may never come, and what others deleted is behind.
KEY_WAIT = timedelta(hours=1)
#: By organisation and id; see `store.feedback.FeedbackStore.read`.
_Named = Sequence[tuple[str, str]]
FeedbackReader = Callable[[_Named], list[tuple[Feedback, int] | None]]
T = TypeVar("T")
_Read = Callable[[_Named], Sequence[T | None]]


def no_feedback(named: _Named) -> list[tuple[Feedback, int] | None]:
    """Of none of them was anything said."""
    return [None for _ in named]


class Records(Protocol):
    """See `store.ended.EndedJobs`."""

    def read(self, named: _Named) -> list[Ended | None]:
        """What these jobs came to."""


class PatientRecords:
    """Reads them, and goes on without those whose key has been missing for `KEY_WAIT`."""

    def __init__(
        self,
        records: Records,
        now: Callable[[], datetime],
        sealing: Sealing = PLAIN,
        feedback: FeedbackReader = no_feedback,
    ) -> None:
        self._records, self._now, self._sealing, self._feedback = records, now, sealing, feedback
        #: Organisations whose key is missing, and since when it is waited for.
        self._keyless: dict[str, datetime] = {}

    def read(self, named: _Named) -> list[Ended | TextKeyMissing | None]:
        """What these came to; of one whose key has been missing for long: why it cannot be read. Raises Unavailable."""
        return self._patiently(self._records.read, named)

    def feedback(self, named: _Named) -> list[tuple[Feedback, int] | TextKeyMissing | None]:
        """What was said of these; the same."""
        return self._patiently(self._feedback, named)

    def _patiently(self, read: _Read[T], named: _Named) -> list[T | TextKeyMissing | None]:
        if not named:
            return []
        try:
            found = self._readable(read, named)
        except TextKeyMissing:
            return [self._read_one(read, *name) for name in named]
        for tenant, _ in named if self._keyless else ():
            self._keyless.pop(tenant, None)
        return list(found)

    def _readable(self, read: _Read[T], named: _Named) -> list[T | None]:
        """Raises TextKeyMissing where one cannot be read, or what it came to not be kept."""
        kept = {tenant: self._sealing.keeps(tenant) for tenant in dict(named)}
        found = zip(named, read(named), strict=True)
        return [each if kept[tenant] else None for (tenant, _), each in found]

    def _read_one(self, read: _Read[T], tenant: str, name: str) -> T | TextKeyMissing | None:
        try:
            return self._readable(read, [(tenant, name)])[0]
        except TextKeyMissing as error:
            if self._now() - self._keyless.setdefault(tenant, self._now()) < KEY_WAIT:
                raise
            log.error("the archive goes on without %s: %s", name, error)
            return error
