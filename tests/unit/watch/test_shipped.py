"""The references of the models that come with Kritiq."""

import json
from pathlib import Path

import pytest

from model.scheme import ASPECTS
from watch.traffic import traffic_of

MODELS = Path(__file__).parents[3] / "models"


@pytest.mark.parametrize("name", ["kritiq", "kritiq-mini", "kritiq-small"])
def test_a_reference_is_of_one_set_of_texts(name: str) -> None:
    traffic = traffic_of(json.loads((MODELS / name / "reference.json").read_text()))
    counted = {feature: sum(values.values()) for feature, values in traffic.features.items()}
    sentences = counted["length"]
    by_sentence = ["length", "unknown", "mentions", *(f"aspect:{aspect}" for aspect in ASPECTS)]
    by_review = ["language", "unknown_tokens"]
    assert counted == {
        "confidence": sentences * len(ASPECTS),
        **dict.fromkeys(by_sentence, sentences),
        **dict.fromkeys(by_review, traffic.reviews),
    }
