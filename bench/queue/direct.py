"""Prediction without a queue: what the service's rates are compared to."""

import time
from collections.abc import Sequence

from jobs.settings import Settings
from model.predictor import Predictor
from worker.consumer.models import load_predictor
from worker.predict.budget import choose_budget


def load_direct(settings: Settings) -> Predictor:
    """The model that a worker would load, with the token budget that a worker would choose: direct at its best."""
    predictor = load_predictor(settings)
    predictor.token_budget = settings.token_budget or choose_budget(predictor)
    return predictor


def rate(predictor: Predictor, texts: Sequence[str]) -> float:
    """Reviews a second, all texts in one call."""
    started = time.perf_counter()
    predictor.predict(texts)
    return len(texts) / (time.perf_counter() - started)
