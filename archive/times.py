"""Times as the archive has them, and as everything else does: in milliseconds since the epoch."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: The first and the last time that databases have.
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def ms_of(time: datetime) -> int:
    """Milliseconds since the epoch, without parts of one."""
    return (time - _EPOCH) // _MS


_FIRST_MS, _LAST_MS = ms_of(_FIRST), ms_of(_LAST)


def time_of(ms: int) -> datetime:
    """The opposite; of a time that no database has, the nearest one."""
    if not _FIRST_MS <= ms <= _LAST_MS:
        ms = min(max(ms, _FIRST_MS), _LAST_MS)
    return ms * _MS + _EPOCH


def in_utc(time: datetime) -> datetime:
    """A time as a database gives it: SQLite's have no zone, and are UTC. PostgreSQL's are in that of the session."""
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
