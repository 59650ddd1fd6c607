"""What a worker does of which the console tells: reviews that are judged, models that are up."""

import json
from dataclasses import replace

from jobs.feedback import Answers
from jobs.model_card import AspectScore, ModelCard
from model.scheme import ASPECTS, POLARITIES
from store.answers import AnswerStore
from store.jobs import RedisStore
from store.model_cards import CardStore
from store.traffic import model_key
from tests.support.factories import MODEL, claim, make_worker, succeeded
from tests.support.processes import Api

TEXT = "Das Essen war super, aber der Service war langsam."

RESULT = json.dumps(
    {
        "language": "de",
        "overall": {"polarity": "conflict", "confidence": 0.55},
        "sentences": [
            {
                "index": 0, "start": 0, "end": len(TEXT), "text": TEXT, "truncated": False,
                "aspects": {
                    "food": {"polarity": "positive", "confidence": 0.97, "low_confidence": False,
                             "evidence": [{"start": 14, "end": 19}]},
                    "service": {"polarity": "negative", "confidence": 0.55, "low_confidence": True},
                },
            }
        ],
    }
).encode()  # fmt: skip

TALLY = {"adler": {"2026-11-20": {"food|positive": 7, "service|negative": 6}}}


def judged(api: Api, store: RedisStore) -> str:
    """A review that has ended."""
    job_id = api.submit(TEXT, restaurant="adler")
    (taken,) = claim(store)
    store.complete([replace(succeeded(taken, RESULT), tally=TALLY)])
    return job_id


def tell_answers(store: RedisStore) -> None:
    """A worker has told what its model may say, an aspect of its own too, and how right it is."""
    model = model_key(MODEL["name"], MODEL["version"])
    AnswerStore(store.client).set(model, Answers(aspects=(*ASPECTS, "parking"), polarities=POLARITIES))
    scores = {"food": AspectScore(labels=60, mentioned_f1=0.9, judged_f1=0.7)}
    card = ModelCard(
        method="single", languages=("de",), sentences=120, mentioned_f1=0.83, judged_f1=0.62, aspects=scores,
        text="# The card of the model\n",
    )  # fmt: skip
    CardStore(store.client).set(model, card)


def loaded(store: RedisStore) -> None:
    """A worker is up with the model, and has told of it."""
    tell_answers(store)
    store.report_worker(replace(make_worker(), model=MODEL), alive_ms=60_000)
