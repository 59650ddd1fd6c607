"""Times as clients see them."""

from datetime import UTC, datetime


def rfc3339(ms: int | None) -> str | None:
    """Milliseconds since the epoch as `2026-11-14T09:30:00.123Z`; None stays None."""
    if ms is None:
        return None
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
