"""How long it is remembered which deliveries were taken, and what was deleted at Kritiq."""

import sqlite3
from datetime import datetime, timedelta

#: Kritiq sends nothing again that is older than its log of deliveries (KRITIQ_DELIVERY_LOG_TTL_S, 30 days). Were one to
#: come later after all, it would change nothing either: of a job the newest version stays.
REMEMBERED = timedelta(days=90)
#: Rows that one call takes away: more than come with it, and few enough to be no delay.
AT_ONCE = 100
_OLD = (("deliveries", "webhook_id", "received_at"), ("erased", "subject", "at"))


def forget_old(db: sqlite3.Connection, now: datetime) -> None:
    """Forget some of what is older than `REMEMBERED`, within the transaction that is open. Raises sqlite3.Error."""
    before = (now - REMEMBERED).isoformat(timespec="milliseconds")
    for table, key, at in _OLD:
        # Names of our own. Times are compared as text, to the second.
        db.execute(
            f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {at} < ? ORDER BY {at} LIMIT ?)",  # noqa: S608
            (before, AT_ONCE),
        )
