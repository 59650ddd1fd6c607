"""What becomes of the rows of a file, by one loaded model."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kritiq_client.bulk.rows import Row
from model.errors import OutOfMemory
from model.predictions import ReviewPrediction
from model.predictor import Predictor

log = logging.getLogger(__name__)

#: Members of a row that come back with its result, as the service has them.
DESCRIBED = ("restaurant", "reviewed_at", "external_author", "metadata")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is asked of all rows."""

    #: ISO 639 code of those that do not say theirs; None: detected for each.
    language: str | None = None
    #: Whether aspects that are not mentioned are listed too.
    include_none: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """Why a review has no result, in the service's words."""

    code: str
    message: str


def outcomes(predictor: Predictor, rows: Sequence[Row], asked: Asked) -> list[dict[str, Any]]:
    """What the output says of each row, without the number of its line."""
    given = [row.outcome() for row in rows]
    judged = iter(_judged(predictor, [row for row, known in zip(rows, given, strict=True) if known is None], asked))
    return [_line(row, next(judged), asked) if known is None else known for row, known in zip(rows, given, strict=True)]


def _judged(predictor: Predictor, rows: Sequence[Row], asked: Asked) -> list[ReviewPrediction | Failed]:
    """A row that breaks the model fails alone: the others are judged in halves."""
    try:
        languages = [_language(row, asked) for row in rows]
        return list(predictor.stream([row.text or "" for row in rows], languages))
    except OutOfMemory:
        failed = Failed(code="out_of_memory", message="The model ran out of memory on this text.")
    except Exception:
        log.exception("prediction failed, of %d reviews", len(rows))
        failed = Failed(code="prediction_failed", message="The model failed on this text.")
    if len(rows) == 1:
        return [failed]
    middle = len(rows) // 2
    return [found for half in (rows[:middle], rows[middle:]) for found in _judged(predictor, half, asked)]


def _language(row: Row, asked: Asked) -> str | None:
    language = row.details.get("language", asked.language)
    return None if language == "auto" else language


def _line(row: Row, found: ReviewPrediction | Failed, asked: Asked) -> dict[str, Any]:
    failed = isinstance(found, Failed)
    described = {name: row.details.get(name) for name in DESCRIBED}
    if isinstance(moment := described["reviewed_at"], datetime):
        described["reviewed_at"] = moment.isoformat()
    return {
        "custom_id": row.identity,
        "status": "failed" if failed else "succeeded",
        **described,
        "warnings": [] if row.warning is None else [row.warning],
        "result": None if isinstance(found, Failed) else found.to_dict(asked.include_none),
        "error": {"code": found.code, "message": found.message} if isinstance(found, Failed) else None,
    }
