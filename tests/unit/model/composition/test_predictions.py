"""Models made of others judge as they say they do, and like any other model."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.artifact.engines import Engines, parts_of
from model.artifact.manifest import read_manifest
from model.composition import CASCADE, ENSEMBLE
from model.evidence import with_evidence
from model.predictor import Predictor
from model.runtime.composed import ComposedEngine, expected_wrong, log_shares
from model.runtime.engine import NetworkEngine
from tests.unit.model.composition.conftest import Compose
from tests.unit.model.composition.judged import ASPECTS, POLARITIES, TEXTS, shares
from tests.unit.model.conftest import BuildModel


def test_an_ensemble_adds_up_the_weighted_logarithms_of_its_members(pair: list[Path], compose: Compose) -> None:
    one, two = map(shares, pair)
    wanted = log_shares((0.3 * one + 0.7 * two) / np.float32(1.5))
    np.testing.assert_allclose(shares(compose(temperature=1.5)), wanted, atol=1e-5)
    by_aspect = compose(temperature=1.0)
    document = json.loads((by_aspect / "kritiq.json").read_text())
    document["composition"]["members"][0]["weights"][4] = 0.0
    (by_aspect / "kritiq.json").write_text(json.dumps(document))
    np.testing.assert_allclose(shares(by_aspect)[:, 4], log_shares(0.7 * two)[:, 4], atol=1e-5)


def test_a_cascade_asks_its_second_member_only_about_what_the_first_is_unsure_of(
    pair: list[Path], compose: Compose, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = map(shares, pair)
    threshold = float(np.median(expected_wrong(one)))
    unsure = expected_wrong(one) > threshold
    predictor = Predictor.load(compose(CASCADE, unsure=threshold, temperature=0.8, first_temperature=2.0), device="cpu")
    read: list[int] = []
    whole = NetworkEngine.logits

    def counted(engine: NetworkEngine, encoded: Any, *rest: Any) -> Any:
        read.append(len(encoded))
        return whole(engine, encoded, *rest)

    monkeypatch.setattr(NetworkEngine, "logits", counted)
    told: list[int] = []
    found = predictor.logits(predictor.encode(TEXTS), judged=told.extend).reshape(-1, ASPECTS, POLARITIES)
    assert read == [len(TEXTS), int(unsure.sum())]
    assert 0 < unsure.sum() < len(TEXTS)
    np.testing.assert_allclose(log_shares(found)[~unsure], log_shares(one / np.float32(2))[~unsure], atol=1e-5)
    both = log_shares((0.3 * one + 0.7 * two) / np.float32(0.8))
    np.testing.assert_allclose(log_shares(found)[unsure], both[unsure], atol=1e-5)
    assert sorted(told) == list(range(len(TEXTS)))
    assert predictor.counters.batches == 2


def test_what_a_cascade_says_of_a_sentence_does_not_depend_on_the_others(pair: list[Path], compose: Compose) -> None:
    threshold = float(np.median(expected_wrong(shares(pair[0]))))
    predictor = Predictor.load(compose(CASCADE, unsure=threshold), device="cpu")
    together = predictor.judge_sentences(TEXTS)
    alone = [predictor.judge_sentences([text])[0] for text in TEXTS]
    assert [each.labels for each in together] == [each.labels for each in alone]
    np.testing.assert_allclose([each.scores for each in together], [each.scores for each in alone], atol=1e-5)
    assert predictor.judge_sentences([]) == []


@pytest.mark.parametrize("kind", [ENSEMBLE, CASCADE])
def test_a_composition_predicts_like_any_other_model(compose: Compose, kind: str) -> None:
    predictor = Predictor.load(compose(kind, unsure=8.0 if kind == CASCADE else 0.0), device="cpu")
    [review] = predictor.predict("Das Essen war gut. Der Service war langsam, quux!")
    assert [sentence.text for sentence in review.sentences] == ["Das Essen war gut.", "Der Service war langsam, quux!"]
    assert all(0 < (sentence.unknown or 0) < sentence.tokens for sentence in review.sentences)
    assert review.overall is not None
    explained = with_evidence(predictor, review)
    assert any(each.evidence is not None for each in explained.sentences[0].aspects.values())
    assert (predictor.info.name, predictor.info.method) == ("both", "single")
    # What no member reads whole is read in pieces.
    long = " ".join(["das essen war gut,"] * 30)
    assert not predictor.predict(long)[0].sentences[0].truncated


def test_encoded_parts_of_a_composition_are_joined_and_picked_together(compose: Compose) -> None:
    predictor = Predictor.load(compose(), device="cpu")
    joined = predictor.encode(TEXTS[:3]) + predictor.encode(TEXTS[3:7])
    np.testing.assert_allclose(
        predictor.logits(joined), predictor.logits(predictor.encode(TEXTS[:7])), atol=1e-5
    )  # fmt: skip
    np.testing.assert_allclose(
        predictor.logits(joined.only([5, 1])), predictor.logits(predictor.encode([TEXTS[5], TEXTS[1]])), atol=1e-5
    )


def test_members_with_one_tokenizer_share_it_and_models_with_one_network_share_that(
    build_model: BuildModel, compose: Compose
) -> None:
    members = [build_model(name="one", method="single"), build_model("electra", name="three", method="single")]
    directory, engines = compose(members=members), Engines()
    whole = Predictor.load(directory, device="cpu", engines=engines)
    assert isinstance(whole._engine, ComposedEngine)
    one, three = whole._engine._members
    assert one.encoder is three.encoder
    alone = Predictor.load(members[0], device="cpu", engines=whole.engines)
    assert alone._engine is one
    assert Predictor.load(members[0], device="cpu")._engine is not one
    parts = parts_of(directory, *read_manifest(directory))
    assert set(parts) == {read_manifest(each)[1] for each in members}
    assert parts.items() >= parts_of(members[0], *read_manifest(members[0])).items()
