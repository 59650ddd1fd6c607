"""Corrections in the database. What was said counts, as a judgement; what the model said is kept beside it."""

import sqlite3
from typing import Any

from examples.dashboard.correction import Correction
from examples.dashboard.scheme import NONE


def has_sentence(db: sqlite3.Connection, said: Correction) -> bool:
    """Whether the sentence that is spoken of is here."""
    where = (said.job_id, said.sentence)
    return db.execute("SELECT 1 FROM sentences WHERE job_id = ? AND position = ?", where).fetchone() is not None


def put(db: sqlite3.Connection, said: Correction) -> bool:
    """Keep a correction, and let it count; the last word does. False when there is no such sentence."""
    if not has_sentence(db, said):
        return False
    # What the model said is with what was said before; the judgement is that of who said it.
    before = db.execute(
        "SELECT judged, confidence, evidence FROM corrections"
        " WHERE job_id = :job_id AND position = :position AND aspect = :aspect",
        _here(said),
    ).fetchone()
    _count(db, said, dict(before) if before is not None else _judged(db, said))
    return True


def apply_again(db: sqlite3.Connection, job_id: str) -> None:
    """Let what was said of a review count after its judgements were written anew."""
    # Told without its sentences, these may come yet.
    rows = db.execute(
        "SELECT position, aspect, polarity FROM corrections JOIN sentences USING (job_id, position) WHERE job_id = ?",
        (job_id,),
    ).fetchall()
    for row in rows:
        said = Correction(job_id=job_id, sentence=row["position"], aspect=row["aspect"], polarity=row["polarity"])
        # What the model says now is what has just been written.
        _count(db, said, _judged(db, said))


def _count(db: sqlite3.Connection, said: Correction, judged: dict[str, Any]) -> None:
    told = _here(said) | {"polarity": said.polarity} | judged
    db.execute(
        "INSERT OR REPLACE INTO corrections"
        " VALUES (:job_id, :position, :aspect, :polarity, :judged, :confidence, :evidence)",
        told,
    )
    db.execute("DELETE FROM judgements WHERE job_id = :job_id AND position = :position AND aspect = :aspect", told)
    if said.polarity != NONE:
        # How sure the model was says nothing of what somebody else said.
        sure = told["confidence"] if said.polarity == told["judged"] else None
        db.execute(
            "INSERT INTO judgements SELECT :job_id, :position, :aspect, :polarity, :sure, restaurant,"
            " substr(at, 1, 10), :evidence FROM reviews WHERE job_id = :job_id",
            told | {"sure": sure},
        )


def _judged(db: sqlite3.Connection, said: Correction) -> dict[str, Any]:
    """The judgement that is there, as the model's."""
    found = db.execute(
        "SELECT polarity AS judged, confidence, evidence FROM judgements"
        " WHERE job_id = :job_id AND position = :position AND aspect = :aspect",
        _here(said),
    ).fetchone()
    return dict(found) if found is not None else {"judged": NONE, "confidence": None, "evidence": "[]"}


def _here(said: Correction) -> dict[str, Any]:
    return {"job_id": said.job_id, "position": said.sentence, "aspect": said.aspect}
