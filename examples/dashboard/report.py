"""Questions to the database, each one query, answered for a selection."""

import json
import sqlite3
from dataclasses import dataclass

from examples.dashboard.selection import Selection

#: Reviews that the page shows, and the most sentences that it shows of each.
NEWEST_REVIEWS = 20
SENTENCES_EACH = 12
#: Reviews that are read at once to be saved as a table.
EXPORTED_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class Point:
    """The judgements of one day or of one review."""

    at: str
    positive: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a review is among all of them, by when it was written and when it came."""

    at: str
    number: int


def counts(db: sqlite3.Connection, chosen: Selection) -> dict[tuple[str, str], int]:
    """How often each aspect was judged in each way. The filter by aspect and polarity does not apply to bars."""
    rows = db.execute(
        "SELECT aspect, polarity, sum(n) FROM tally WHERE (:restaurant IS NULL OR restaurant = :restaurant)"
        " AND day BETWEEN :since AND :until GROUP BY aspect, polarity",
        _filter(chosen),
    )
    return {(row[0], row[1]): row[2] for row in rows if row[2]}


def daily(db: sqlite3.Connection, chosen: Selection, days: int) -> list[Point]:
    """The newest days that have judgements, oldest first."""
    rows = db.execute(
        "SELECT day, sum(n) FILTER (WHERE polarity = 'positive'), sum(n) FROM tally"
        " WHERE (:restaurant IS NULL OR restaurant = :restaurant) AND (:aspect IS NULL OR aspect = :aspect)"
        " AND day BETWEEN :since AND :until GROUP BY day HAVING sum(n) > 0 ORDER BY day DESC LIMIT :days",
        {**_filter(chosen), "days": days},
    )
    return [Point(at=row[0], positive=row[1] or 0, total=row[2]) for row in rows][::-1]


def by_review(db: sqlite3.Connection, chosen: Selection, reviews: int) -> list[Point]:
    """The newest reviews that have judgements, oldest first."""
    rows = db.execute(
        "SELECT r.at, r.number, sum(j.polarity = 'positive'), count(*) FROM ("
        " SELECT * FROM reviews WHERE status = 'succeeded' AND (:restaurant IS NULL OR restaurant = :restaurant)"
        " AND at BETWEEN :since AND :until || 'Z'"
        " AND EXISTS (SELECT 1 FROM judgements WHERE job_id = reviews.job_id AND (:aspect IS NULL OR aspect = :aspect))"
        " ORDER BY at DESC, number DESC LIMIT :reviews) r"
        " JOIN judgements j ON j.job_id = r.job_id AND (:aspect IS NULL OR j.aspect = :aspect)"
        " GROUP BY r.number ORDER BY r.at, r.number",
        {**_filter(chosen), "reviews": reviews},
    )
    return [Point(at=row[0], positive=row[2], total=row[3]) for row in rows]


def newest(db: sqlite3.Connection, chosen: Selection) -> list[sqlite3.Row]:
    """The newest reviews that have a sentence within the filter."""
    return db.execute(
        "SELECT * FROM reviews r WHERE status = 'succeeded' AND (:restaurant IS NULL OR restaurant = :restaurant)"
        " AND at BETWEEN :since AND :until || 'Z' AND ((:aspect IS NULL AND :polarity IS NULL) OR EXISTS ("
        "  SELECT 1 FROM judgements WHERE job_id = r.job_id"
        "  AND (:aspect IS NULL OR aspect = :aspect) AND (:polarity IS NULL OR polarity = :polarity)))"
        " ORDER BY at DESC, number DESC LIMIT :limit",
        {**_filter(chosen), "limit": NEWEST_REVIEWS},
    ).fetchall()


def sentences(db: sqlite3.Connection, chosen: Selection, job_id: str) -> list[sqlite3.Row]:
    """The sentences of a review that are within the filter, in the order of its text."""
    return db.execute(
        "SELECT * FROM sentences s WHERE job_id = :job_id AND ((:aspect IS NULL AND :polarity IS NULL) OR EXISTS ("
        "  SELECT 1 FROM judgements WHERE job_id = s.job_id AND position = s.position"
        "  AND (:aspect IS NULL OR aspect = :aspect) AND (:polarity IS NULL OR polarity = :polarity)))"
        " ORDER BY position",
        {**_filter(chosen), "job_id": job_id},
    ).fetchall()


def judgements(db: sqlite3.Connection, job_id: str) -> dict[int, list[sqlite3.Row]]:
    """The judgements of a review, by the position of their sentence."""
    found: dict[int, list[sqlite3.Row]] = {}
    for row in db.execute("SELECT * FROM judgements WHERE job_id = ?", (job_id,)):
        found.setdefault(row["position"], []).append(row)
    return found


def corrections(db: sqlite3.Connection, job_id: str) -> dict[tuple[int, str], sqlite3.Row]:
    """What was said of a review's judgements, by the position of the sentence and the aspect."""
    rows = db.execute("SELECT * FROM corrections WHERE job_id = ?", (job_id,))
    return {(row["position"], row["aspect"]): row for row in rows}


def totals(db: sqlite3.Connection, chosen: Selection) -> dict[str, int]:
    """Reviews and sentences within the filter, and the reviews of the restaurant and the days that ended otherwise."""
    found: sqlite3.Row = db.execute(
        "SELECT count(*) FILTER (WHERE status = 'succeeded') AS reviews, coalesce(sum(sentences), 0) AS sentences,"
        " count(*) FILTER (WHERE status IN ('failed', 'expired')) AS unfinished"
        " FROM reviews WHERE (:restaurant IS NULL OR restaurant = :restaurant) AND at BETWEEN :since AND :until || 'Z'",
        _filter(chosen),
    ).fetchone()
    if chosen.aspect is None and chosen.polarity is None:
        return dict(found)
    within: sqlite3.Row = db.execute(
        "SELECT count(DISTINCT job_id) AS reviews, count(DISTINCT job_id || ' ' || position) AS sentences"
        " FROM judgements WHERE (:restaurant IS NULL OR restaurant = :restaurant)"
        " AND (:aspect IS NULL OR aspect = :aspect) AND (:polarity IS NULL OR polarity = :polarity)"
        " AND day BETWEEN :since AND :until",
        _filter(chosen),
    ).fetchone()
    return {**dict(found), **dict(within)}


def exported(db: sqlite3.Connection, chosen: Selection, after: Place | None) -> tuple[list[sqlite3.Row], Place | None]:
    """Judgements within the filter, oldest first, of the next reviews behind `after`; and where these end.

    Of each: when, of which restaurant, the sentence, aspect, polarity, what the model had said of one that was
    corrected. None: there are no more.
    """
    begin = after or Place(at=chosen.since or "", number=0)
    reviews = db.execute(
        "SELECT at, number, job_id FROM reviews WHERE status = 'succeeded'"
        " AND (:restaurant IS NULL OR restaurant = :restaurant)"
        " AND (at, number) > (:at, :number) AND at <= :until || 'Z' ORDER BY at, number LIMIT :most",
        {**_filter(chosen), "at": begin.at, "number": begin.number, "most": EXPORTED_AT_ONCE},
    ).fetchall()
    # By their ids: of a batch thousands have one moment, and those before would be looked at for every part.
    rows = db.execute(
        "SELECT r.at, r.restaurant, r.job_id, s.text, j.aspect, j.polarity, j.confidence, c.judged"
        " FROM json_each(:jobs) one CROSS JOIN reviews r ON r.job_id = one.value"
        " CROSS JOIN judgements j ON j.job_id = r.job_id"
        " CROSS JOIN sentences s ON s.job_id = j.job_id AND s.position = j.position"
        " LEFT JOIN corrections c ON c.job_id = j.job_id AND c.position = j.position AND c.aspect = j.aspect"
        " WHERE (:aspect IS NULL OR j.aspect = :aspect) AND (:polarity IS NULL OR j.polarity = :polarity)"
        " ORDER BY r.at, r.number, j.position, j.aspect",
        {**_filter(chosen), "jobs": json.dumps([review["job_id"] for review in reviews])},
    ).fetchall()
    if len(reviews) < EXPORTED_AT_ONCE:
        return rows, None
    return rows, Place(at=reviews[-1]["at"], number=reviews[-1]["number"])


def restaurants(db: sqlite3.Connection) -> list[str]:
    """Every restaurant with a review, by name; '' for those that name none."""
    rows = db.execute("SELECT DISTINCT restaurant FROM reviews WHERE status = 'succeeded'")
    return sorted((row[0] for row in rows), key=lambda name: (not name, name.casefold()))


def state(db: sqlite3.Connection) -> dict[str, str]:
    """Moments worth knowing: received_at, enabled_at, disabled_at."""
    return {row["key"]: row["value"] for row in db.execute("SELECT key, value FROM state")}


def _filter(chosen: Selection) -> dict[str, str | None]:
    return {
        "restaurant": chosen.restaurant, "aspect": chosen.aspect, "polarity": chosen.polarity,
        # Between all that there may be, where nothing was chosen.
        "since": chosen.since or "", "until": chosen.until or "9999",
    }  # fmt: skip
