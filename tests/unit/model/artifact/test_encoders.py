"""Any encoder with any method: every answer equals what transformers says of the plain pair, unbatched."""

import numpy as np
import pytest
import torch

from model.artifact import loading
from model.artifact.manifest import read_manifest
from model.inputs.auxiliary import METHODS
from model.predictor import Predictor
from tests.unit.model.conftest import ENCODERS, STYLES, BuildModel

TEXTS = ["Das Essen war super , aber der Service war langsam .", "gut", "Die Bewertung ist schlecht ! ! !"]


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("method", METHODS)
def test_batched_logits_equal_those_of_each_pair_alone(build_model: BuildModel, encoder: str, method: str) -> None:
    directory = build_model(encoder=encoder, method=method)
    predictor = Predictor.load(str(directory), device="cpu")
    predictor.token_budget = 150 if predictor.info.method != "single" else 20
    found = predictor.logits(predictor.encode(TEXTS))
    assert predictor.counters.batches > 1
    np.testing.assert_allclose(found, _one_by_one(directory, ENCODERS[encoder][1]), atol=2e-5)


def _one_by_one(directory, style: str):  # type: ignore[no-untyped-def]
    """Logits by the plain way: the tokenizer's own pair encoding, one row at a time, no padding."""
    manifest, _ = read_manifest(directory)
    network, tokenizer = loading.load_network(directory), loading.load_tokenizer(directory)
    rows = []
    for text in TEXTS:
        for hypothesis in manifest.method.hypotheses() or [None]:
            pair = tokenizer.encode(text, hypothesis) if hypothesis else tokenizer.encode(text)
            inputs = {"input_ids": torch.tensor([pair.ids]), "attention_mask": torch.ones(1, len(pair.ids)).long()}
            if manifest.token_types and STYLES[style][3]:
                inputs["token_type_ids"] = torch.tensor([pair.type_ids])
            with torch.no_grad():
                rows.append(network(**inputs).logits[0].numpy())
    return np.stack(rows)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_judges_every_aspect(build_model: BuildModel, method: str) -> None:
    predictor = Predictor.load(str(build_model(method=method)), device="cpu")
    (review,) = predictor.predict(["Das Essen war super. Der Service war langsam."])
    assert [s.text for s in review.sentences] == ["Das Essen war super.", "Der Service war langsam."]
    for sentence in review.sentences:
        assert tuple(sentence.aspects) == predictor.info.scheme.aspects
        for judged in sentence.aspects.values():
            assert tuple(judged.scores) == predictor.info.scheme.polarities
            assert 0 < judged.confidence <= 1
            assert judged.scores[judged.polarity] == max(judged.scores.values())


def test_bfloat16_changes_few_numbers(build_model: BuildModel) -> None:
    directory = str(build_model())
    exact = Predictor.load(directory, device="cpu", dtype="float32")
    rough = Predictor.load(directory, device="cpu", dtype="bfloat16")
    encoded = exact.encode(TEXTS)
    difference = np.abs(exact.logits(encoded) - rough.logits(encoded))
    assert difference.any()
    assert difference.max() < 0.1
