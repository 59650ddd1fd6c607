"""A review in the database: a row, its sentences and their judgements."""

import json
import sqlite3

from examples.dashboard import correction_rows
from examples.dashboard.event import Review


def put(db: sqlite3.Connection, review: Review) -> None:
    """Write a review, unless what we have is as new: events may overtake each other, and two endpoints tell twice."""
    known = db.execute("SELECT version FROM reviews WHERE job_id = ?", (review.job_id,)).fetchone()
    if known is None or known["version"] < review.version:
        write(db, review)


def write(db: sqlite3.Connection, review: Review) -> None:
    """Write a review in the place of what we have of it. What was said of its judgements still counts."""
    job_id, day = review.job_id, review.at[:10]
    db.execute("DELETE FROM judgements WHERE job_id = ?", (job_id,))
    db.execute("DELETE FROM sentences WHERE job_id = ?", (job_id,))
    db.execute(
        "INSERT INTO reviews (job_id, status, version, restaurant, at, language, model, truncated, sentences,"
        " overall) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (job_id) DO UPDATE SET"
        " status = excluded.status, version = excluded.version, restaurant = excluded.restaurant, at = excluded.at,"
        " language = excluded.language, model = excluded.model, truncated = excluded.truncated,"
        " sentences = excluded.sentences, overall = excluded.overall, asked = 0",
        (job_id, review.status, review.version, review.restaurant, review.at, review.language, review.model,
         review.truncated, len(review.sentences), review.overall),
    )  # fmt: skip
    db.executemany(
        "INSERT INTO sentences VALUES (?, ?, ?, ?, ?)",
        [(job_id, each.index, each.start, each.end, each.text) for each in review.sentences],
    )
    db.executemany(
        "INSERT INTO judgements VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (job_id, each.index, one.aspect, one.polarity, one.confidence, review.restaurant, day,
             json.dumps(one.evidence))
            for each in review.sentences
            for one in each.judgements
        ],
    )  # fmt: skip
    correction_rows.apply_again(db, job_id)
