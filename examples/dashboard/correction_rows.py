"""Corrections in the database. What was said counts, as a judgement; what the model said is kept beside it."""

import sqlite3
from typing import Any

from examples.dashboard.correction import Correction
from examples.dashboard.scheme import NONE


def has_sentence(db: sqlite3.Connection, correction: Correction) -> bool:
    """Whether the sentence that is spoken of is here."""
    where = (correction.job_id, correction.sentence)
    return db.execute("SELECT 1 FROM sentences WHERE job_id = ? AND position = ?", where).fetchone() is not None


def put(db: sqlite3.Connection, correction: Correction) -> bool:
    """Keep a correction, and let it count; the last word does. False when there is no such sentence."""
    if not has_sentence(db, correction):
        return False
    # What the model said is with what was said before; the judgement is that of who said it.
    before = db.execute(
        "SELECT judged, confidence, evidence FROM corrections"
        " WHERE job_id = :job_id AND position = :position AND aspect = :aspect",
        _here(correction),
    ).fetchone()
    _count(db, correction, dict(before) if before is not None else _judged(db, correction))
    return True


def apply_again(db: sqlite3.Connection, job_id: str) -> None:
    """Let what was said of a review count after its judgements were written anew."""
    # Told without its sentences, these may come yet.
    rows = db.execute(
        "SELECT position, aspect, polarity FROM corrections JOIN sentences USING (job_id, position) WHERE job_id = ?",
        (job_id,),
    ).fetchall()
    for row in rows:
        correction = Correction(job_id=job_id, sentence=row["position"], aspect=row["aspect"], polarity=row["polarity"])
        # What the model says now is what has just been written.
        _count(db, correction, _judged(db, correction))


def _count(db: sqlite3.Connection, correction: Correction, judged: dict[str, Any]) -> None:
    told = _here(correction) | {"polarity": correction.polarity} | judged
    db.execute(
        "INSERT OR REPLACE INTO corrections"
        " VALUES (:job_id, :position, :aspect, :polarity, :judged, :confidence, :evidence)",
        told,
    )
    db.execute("DELETE FROM judgements WHERE job_id = :job_id AND position = :position AND aspect = :aspect", told)
    if correction.polarity != NONE:
        # How sure the model was says nothing of what somebody else said.
        sure = told["confidence"] if correction.polarity == told["judged"] else None
        db.execute(
            "INSERT INTO judgements SELECT :job_id, :position, :aspect, :polarity, :sure, restaurant,"
            " substr(at, 1, 10), :evidence FROM reviews WHERE job_id = :job_id",
            told | {"sure": sure},
        )


def _judged(db: sqlite3.Connection, correction: Correction) -> dict[str, Any]:
    """The judgement that is there, as the model's."""
    found = db.execute(
        "SELECT polarity AS judged, confidence, evidence FROM judgements"
        " WHERE job_id = :job_id AND position = :position AND aspect = :aspect",
        _here(correction),
    ).fetchone()
    return dict(found) if found is not None else {"judged": NONE, "confidence": None, "evidence": "[]"}


def _here(correction: Correction) -> dict[str, Any]:
    return {"job_id": correction.job_id, "position": correction.sentence, "aspect": correction.aspect}
