"""Corrections in the database. What was said counts, as a judgement; what the model said is kept beside it."""

import sqlite3
from typing import Any

from examples.dashboard.correction import Correction
from examples.dashboard.scheme import NONE


def put(db: sqlite3.Connection, said: Correction) -> bool:
    """Keep a correction, and let it count; the last word does. False when there is no such sentence."""
    if not _has_sentence(db, said.job_id, said.sentence):
        return False
    here = {"job_id": said.job_id, "position": said.sentence, "aspect": said.aspect}
    told = here | {"polarity": said.polarity} | _judged(db, here)
    _forget(db, here)
    db.execute(
        "INSERT INTO corrections VALUES (:job_id, :position, :aspect, :polarity, :judged, :confidence, :evidence)", told
    )
    db.execute("DELETE FROM judgements WHERE job_id = :job_id AND position = :position AND aspect = :aspect", here)
    if said.polarity != NONE:
        # How sure the model was says nothing of what somebody else said.
        sure = told["confidence"] if said.polarity == told["judged"] else None
        db.execute(
            "INSERT INTO judgements SELECT :job_id, :position, :aspect, :polarity, :sure, restaurant,"
            " substr(at, 1, 10), :evidence FROM reviews WHERE job_id = :job_id",
            told | {"sure": sure},
        )
    return True


def apply_again(db: sqlite3.Connection, job_id: str) -> None:
    """Let what was said of a review count after its judgements were written anew."""
    rows = db.execute("SELECT position, aspect, polarity FROM corrections WHERE job_id = ?", (job_id,)).fetchall()
    for row in rows:
        # Told without its sentences, these may come yet.
        if _has_sentence(db, job_id, row["position"]):
            # What the model says now is what has just been written.
            _forget(db, {"job_id": job_id, "position": row["position"], "aspect": row["aspect"]})
            put(db, Correction(
                job_id=job_id, sentence=row["position"], aspect=row["aspect"], polarity=row["polarity"]
            ))  # fmt: skip


def _judged(db: sqlite3.Connection, here: dict[str, Any]) -> dict[str, Any]:
    """What the model said, whatever was said since."""
    found = db.execute(
        "SELECT judged, confidence, evidence FROM corrections"
        " WHERE job_id = :job_id AND position = :position AND aspect = :aspect"
        " UNION ALL SELECT polarity, confidence, evidence FROM judgements"
        " WHERE job_id = :job_id AND position = :position AND aspect = :aspect",
        here,
    ).fetchone()
    return dict(found) if found is not None else {"judged": NONE, "confidence": None, "evidence": "[]"}


def _forget(db: sqlite3.Connection, here: dict[str, Any]) -> None:
    db.execute("DELETE FROM corrections WHERE job_id = :job_id AND position = :position AND aspect = :aspect", here)


def _has_sentence(db: sqlite3.Connection, job_id: str, position: int) -> bool:
    row = db.execute("SELECT 1 FROM sentences WHERE job_id = ? AND position = ?", (job_id, position)).fetchone()
    return row is not None
