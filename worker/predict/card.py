"""What the directory of a model says of it."""

import logging
from pathlib import Path
from typing import Any

import orjson

from jobs.model_card import MAX_CARD_CHARS, AspectScore, ModelCard
from model.artifact.manifest import CARD, METRICS
from model.info import ModelInfo

log = logging.getLogger(__name__)


def read_card(directory: Path, info: ModelInfo) -> ModelCard:
    """The card of the model in `directory`; without scores or text where it has none, or none that can be read."""
    try:
        scores = _scores(directory / METRICS)
    except (OSError, KeyError, TypeError, ValueError) as error:
        log.warning("the scores of %s are not told: %r", info.name, error)
        scores = {}
    try:
        text = (directory / CARD).read_text(encoding="utf-8", errors="replace")[:MAX_CARD_CHARS]
    except OSError:
        text = ""
    return ModelCard(method=info.method, languages=tuple(info.languages), text=text, **scores)


def _scores(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    report = orjson.loads(path.read_bytes())
    mentioned, judged = report["acd"], report["acsa"]
    right = judged["aspects"]
    return {
        "sentences": int(report["sentences"]),
        "mentioned_f1": float(mentioned["f1"]),
        "judged_f1": float(judged["f1"]),
        "aspects": {
            aspect: AspectScore(
                labels=int(of["support"]),
                mentioned_f1=float(of["f1"]),
                judged_f1=float(right[aspect]["f1"]),
            )
            for aspect, of in mentioned["aspects"].items()
        },
    }
