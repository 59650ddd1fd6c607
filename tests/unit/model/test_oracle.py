"""The old checkpoint's exact answers: labels equal, its doubly softmaxed numbers to 1e-4."""

import json
from pathlib import Path

import pytest

from model.predictor import Predictor
from model.runtime.judgement import SentenceJudgement
from model.text.sentences import Sentence

ORACLE = Path(__file__).parents[2] / "fixtures" / "oracle"


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor.load(str(ORACLE), device="cpu", dtype="float32")


def answers(predictor: Predictor, budget: int) -> tuple[list[SentenceJudgement], list[dict[str, dict[str, float]]]]:
    texts = [case["text"] for case in json.loads((ORACLE / "expected.json").read_text())]
    predictor.token_budget = budget
    judged = predictor.judge(predictor.encode(texts))
    sentences = [Sentence(index=i, start=0, end=len(t), text=t) for i, t in enumerate(texts)]
    legacy = predictor.assemble("de", sentences, judged).to_legacy()
    return judged, [legacy[f"sent{i}"]["pred"] for i in range(len(texts))]


@pytest.mark.parametrize("budget", [1, 700, 4096, 100_000])
def test_labels_and_scores_are_the_old_ones(predictor: Predictor, budget: int) -> None:
    expected = [case["pred"] for case in json.loads((ORACLE / "expected.json").read_text())]
    _, found = answers(predictor, budget)
    assert sum(len(aspects) for aspects in expected) == 225
    for old, new in zip(expected, found, strict=True):
        for aspect, score in old.items():
            assert new[aspect] == pytest.approx(score, abs=1e-4)


def test_the_long_sentence_is_cut_and_says_so(predictor: Predictor) -> None:
    judged, _ = answers(predictor, 4096)
    assert sum(judgement.truncated for judgement in judged) == 1


def test_the_directory_without_a_manifest_is_the_reference_method(predictor: Predictor) -> None:
    assert (predictor.info.method, predictor.info.max_tokens, predictor.info.languages) == ("NLI-B", 493, ("de",))
    assert len(predictor.info.digest) == 64
