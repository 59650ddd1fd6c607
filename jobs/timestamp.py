"""Times as clients see them, and as they give them."""

import re
from contextlib import suppress
from datetime import UTC, datetime

#: A date and a time of day to the second with an offset: RFC 3339, of which ISO 8601 allows much more.
_RFC3339 = re.compile(r"([0-9-]{10})[Tt]([0-9:]{8})(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def rfc3339(ms: int | None) -> str | None:
    """Milliseconds since the epoch as `2026-11-14T09:30:00.123Z`; None stays None."""
    if ms is None:
        return None
    # Not a division: its result is not every millisecond of far years.
    at = datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """The time that RFC 3339 text names, with its offset, to the microsecond. Raises ValueError for anything else."""
    if (found := _RFC3339.fullmatch(text)) is not None:
        day, time, fraction, offset = found.groups()
        with suppress(ValueError, OverflowError):
            at = datetime.fromisoformat(f"{day}T{time}{(fraction or '')[:7]}{offset.upper()}")
            # What is in no year of ours elsewhere cannot be compared.
            at.astimezone(UTC)
            return at
    raise ValueError("should be an RFC 3339 time with an offset, such as 2026-11-14T09:30:00+01:00")


def written(text: str) -> datetime:
    """When something was written: an RFC 3339 time, or a day such as 2026-11-14, which is then its beginning in UTC.

    So the day that somebody wrote is the one that the review counts for. Raises ValueError for anything else.
    """
    if _DAY.fullmatch(text):
        with suppress(ValueError):
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
    try:
        return moment(text)
    except ValueError:
        raise ValueError("should be a day or an RFC 3339 time with an offset, 2026-11-14T09:30:00+01:00") from None


def milliseconds(text: str) -> int:
    """RFC 3339 text as milliseconds since the epoch. Raises ValueError."""
    return round(moment(text).timestamp() * 1000)
