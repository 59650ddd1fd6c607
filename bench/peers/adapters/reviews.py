"""What every adapter does the same way: load the model that all of them load, and judge reviews with it."""

from collections.abc import Sequence
from typing import Any

from bench.peers.place import Place
from model.predictor import Predictor


def load(place: Place) -> Predictor:
    """The model, warm, in float32. A process with `OMP_NUM_THREADS=1` uses one core."""
    predictor = Predictor.load(place.model, dtype="float32", device="cpu", token_budget=place.budget)
    for count in (1, 8, 8):
        predictor.predict(["Das Essen war gut, der Service langsam. Wir kommen wieder!"] * count)
    place.note()
    return predictor


def judged(predictor: Predictor, texts: Sequence[str]) -> list[dict[str, Any]]:
    """The answer to each text: its sentences and their aspects."""
    return [review.to_dict() for review in predictor.predict(list(texts))]
