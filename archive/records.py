"""What ended jobs came to, where the key of an organisation's texts may be missing for a while."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from jobs.errors import TextKeyMissing
from store.ended import Ended
from store.sealing import PLAIN, Sealing

log = logging.getLogger(__name__)

#: For so long all wait for an organisation's key that is missing. It may never come, and what others deleted is behind.
KEY_WAIT = timedelta(hours=1)


class Records(Protocol):
    """See `store.ended.EndedJobs`."""

    def read(self, named: Sequence[tuple[str, str]]) -> list[Ended | None]:
        """What these jobs came to."""


class PatientRecords:
    """Reads them, and goes on without those whose key has been missing for `KEY_WAIT`."""

    def __init__(self, records: Records, now: Callable[[], datetime], sealing: Sealing = PLAIN) -> None:
        self._records, self._now, self._sealing = records, now, sealing
        #: Organisations whose key is missing, and since when it is waited for.
        self._keyless: dict[str, datetime] = {}

    def read(self, named: Sequence[tuple[str, str]]) -> list[Ended | TextKeyMissing | None]:
        """What these came to; of one whose key has been missing for long: why it cannot be read. Raises Unavailable."""
        try:
            found = self._readable(named)
        except TextKeyMissing:
            return [self._read_one(*name) for name in named]
        for tenant, _ in named if self._keyless else ():
            self._keyless.pop(tenant, None)
        return list(found)

    def _readable(self, named: Sequence[tuple[str, str]]) -> list[Ended | None]:
        """Raises TextKeyMissing where one cannot be read, or what it came to not be kept."""
        kept = {tenant: self._sealing.keeps(tenant) for tenant in dict(named)}
        found = zip(named, self._records.read(named), strict=True)
        return [ended if kept[tenant] else None for (tenant, _), ended in found]

    def _read_one(self, tenant: str, job_id: str) -> Ended | TextKeyMissing | None:
        try:
            return self._readable([(tenant, job_id)])[0]
        except TextKeyMissing as error:
            if self._now() - self._keyless.setdefault(tenant, self._now()) < KEY_WAIT:
                raise
            log.error("the archive goes on without %s: %s", job_id, error)
            return error
