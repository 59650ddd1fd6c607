"""Models in this repository that a service serves: they are as small as is said of them, and read plain sentences."""

from pathlib import Path

import pytest

from model.artifact.manifest import read_manifest
from model.composition import CASCADE
from model.predictor import Predictor

MODELS = Path(__file__).parents[3] / "models"


@pytest.fixture(scope="module", params=["kritiq", "kritiq-small", "kritiq-mini"])
def predictor(request: pytest.FixtureRequest) -> Predictor:
    """Where `kritiq` fails, a member was changed: README.md of `model` says how the cascade is made anew."""
    return Predictor.load(MODELS / request.param, device="cpu")


@pytest.mark.parametrize("predictor", ["kritiq"], indirect=True)
def test_kritiq_is_a_few_kilobytes_and_a_cascade(predictor: Predictor) -> None:
    assert predictor.info.name == "kritiq"
    assert read_manifest(MODELS / "kritiq")[0].kind == CASCADE
    assert sum(file.stat().st_size for file in (MODELS / "kritiq").iterdir()) < 20_000


def test_kritiq_small_is_small_enough_for_the_repository() -> None:
    assert sum(file.stat().st_size for file in (MODELS / "kritiq-small").iterdir()) <= 40_000_000


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Das Essen war super, aber der Service war langsam.", {"food": "positive", "service": "negative"}),
        ("The food was delicious but the staff were downright rude.", {"food": "positive", "service": "negative"}),
        ("Wir kommen gerne wieder.", {"restaurant": "positive"}),
        ("Die Preise sind viel zu hoch.", {"price": "negative"}),
        ("Wir waren am Freitag zu viert dort.", {}),
        ("ESSEN TOP, SERVICE FLOP!", {"food": "positive", "service": "negative"}),
        ("Das Essen War Super, Der Service War Langsam", {"food": "positive", "service": "negative"}),
        ("Service: 5/5", {"service": "positive"}),
        ("Service: 1/5", {"service": "negative"}),
        ("Essen 2 von 10 Punkten", {"food": "negative"}),
        (
            "Essen: 5/5 | Service: 2/5 | Ambiente: 3/5",
            {"food": "positive", "service": "negative", "ambience": "neutral"},
        ),
        ('"Das *Essen* war *schlecht*."', {"food": "negative"}),
    ],
)
def test_it_reads_plain_sentences(predictor: Predictor, text: str, wanted: dict[str, str]) -> None:
    (sentence,) = predictor.predict([text])[0].sentences
    found = {aspect: judged.polarity for aspect, judged in sentence.aspects.items() if judged.polarity != "none"}
    assert wanted.items() <= found.items()
    assert bool(found) == bool(wanted)
