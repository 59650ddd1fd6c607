"""The checkpoint of `kritiq-small` in this repository."""

from pathlib import Path

import pytest

from model.predictor import Predictor

CHECKPOINT = Path(__file__).parents[4] / "models" / "kritiq-small"


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor.load(str(CHECKPOINT), device="cpu")


def test_it_is_small_enough_for_the_repository() -> None:
    assert sum(file.stat().st_size for file in CHECKPOINT.iterdir()) <= 40_000_000


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Das Essen war super, aber der Service war langsam.", {"food": "positive", "service": "negative"}),
        ("The food was delicious but the staff were downright rude.", {"food": "positive", "service": "negative"}),
        ("Wir kommen gerne wieder.", {"restaurant": "positive"}),
        ("Die Preise sind viel zu hoch.", {"price": "negative"}),
        ("Wir waren am Freitag zu viert dort.", {}),
    ],
)
def test_it_reads_plain_sentences(predictor: Predictor, text: str, wanted: dict[str, str]) -> None:
    (sentence,) = predictor.predict([text])[0].sentences
    found = {aspect: judged.polarity for aspect, judged in sentence.aspects.items() if judged.polarity != "none"}
    assert wanted.items() <= found.items()
    assert bool(found) == bool(wanted)
