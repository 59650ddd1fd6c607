"""`kritiq models`: what model directories are, and how two of them differ."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.artifact.manifest import read_manifest
from model.artifact.sealing import seal
from model.data.dataset import Example, write
from model.evaluation.disagreement import agreement, disagreements
from model.evaluation.sureness import Sureness
from model.predictor import Predictor
from model.runtime.judgement import SentenceJudgement
from model.scheme import Scheme
from tests.support.commands import models
from tests.unit.model.conftest import BuildModel


def test_a_folder_is_listed_and_what_cannot_be_used_is_named(build_model: BuildModel, tmp_path: Path) -> None:
    good, bad = build_model(name="good"), build_model(name="bad")
    (tmp_path / "no-model").mkdir()
    listed = models("list", tmp_path, "--json")
    assert (listed.exit_code, [json.loads(line)["name"] for line in listed.stdout.splitlines()]) == (0, ["bad", "good"])
    (bad / "README.md").write_text("another card\n")
    listed = models("list", tmp_path)
    assert listed.exit_code == 1
    assert "bad/README.md is not the file that was saved" in listed.stderr
    assert listed.stdout.startswith(f"{good}  good 1  {read_manifest(good)[1][:12]}  de  not measured")
    assert models("list", good).exit_code == 0
    assert "there is no model in" in models("list", tmp_path / "no-model").output


def test_a_model_is_shown_with_its_digest_scores_and_card(build_model: BuildModel) -> None:
    directory = build_model()
    (directory / "metrics.json").write_text('{"acd": {"f1": 0.81}, "acsa": {"f1": 0.7}}')
    told = json.loads(models("show", directory, "--json").stdout)
    assert (told["digest"], told["method"]) == (read_manifest(directory)[1], "NLI-B")
    assert (told["scores"], told["variants"]) == ({"acd": 0.81, "acsa": 0.7}, ["model.safetensors"])
    assert told["bytes"] == sum(path.stat().st_size for path in directory.iterdir())
    shown = models("show", directory).stdout
    assert "scores         acd 0.81 acsa 0.7\n" in shown
    assert models("card", directory).stdout == "a tiny model\n"
    (directory / "README.md").write_text("another\n")
    assert models("card", directory).exit_code == 1


def test_how_sure_an_opinion_has_to_be_is_written_into_manifest_and_card(
    build_model: BuildModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory, data = build_model(method="single"), tmp_path / "data.jsonl"
    write(data, [Example(text="Das Essen war gut.", aspects={"food": "positive"})])
    before = Predictor.load(str(directory), device="cpu").predict("Das Essen war gut.")[0]
    assert {each.low_confidence for each in before.sentences[0].aspects.values()} == {None}
    for confidence in (0.9, 0.0):
        found = Sureness(confidence=confidence, share=0.5)
        monkeypatch.setattr("model.evaluation.sureness.sureness", lambda *_, found=found: found)
        assert models("sureness", directory, "--data", data, "--device", "cpu").exit_code == 0
        assert models("card", directory).stdout.count("95 in 100 of those are right") == 1
        assert f"at least {confidence:.4f}" in models("card", directory).stdout
        predictor = Predictor.load(str(directory), device="cpu")
        assert predictor.info.digest == read_manifest(directory)[1]
        after = predictor.predict("Das Essen war gut.")[0].sentences[0].aspects
        for aspect, judged in before.sentences[0].aspects.items():
            low = None if judged.polarity == "none" else round(judged.confidence, 4) < confidence
            assert after[aspect] == replace(judged, low_confidence=low)
    monkeypatch.undo()
    # Nor does it keep what other sentences said, when these say that nothing is enough.
    told = models("sureness", directory, "--data", data, "--device", "cpu").stdout
    assert "no 100 or more are sure enough" in told
    assert models("card", directory).stdout.count(told) == models("card", directory).stdout.count("Sureness") == 1
    assert Predictor.load(str(directory), device="cpu").predict("Das Essen war gut.")[0] == before


def test_what_bfloat16_keeps_is_written_into_scores_and_card_and_decides_what_a_cpu_computes_in(
    build_model: BuildModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.runtime.backends.cpu_has_bfloat16", lambda: True)
    directory, texts = build_model(method="single"), tmp_path / "texts.jsonl"
    texts.write_text('{"text": "Das Essen war gut."}\n{"text": "Der Service war langsam."}\n')
    for spoken, chosen in ((1.0, "bfloat16"), (0.5, "float32")):
        kept = {"agreement": spoken, "spoken_agreement": spoken}
        monkeypatch.setattr("model.evaluation.rounding.labels_kept", lambda *_, kept=kept: kept)
        told = models("rounding", directory, "--data", texts)
        assert (told.exit_code, told.stdout) == (
            0,
            f"In bfloat16 it keeps {spoken} of the labels; of those that say something, {spoken}.\n",
        )
        assert models("card", directory).stdout.count("In bfloat16") == 1
        assert told.stdout in models("card", directory).stdout
        assert Predictor.load(str(directory), device="cpu").dtype == chosen
    monkeypatch.undo()
    assert models("rounding", directory, "--data", texts).exit_code == 0
    judged = [
        Predictor.load(str(directory), device="cpu", dtype=each).judge_sentences(
            ["Das Essen war gut.", "Der Service war langsam."]
        )
        for each in ("float32", "bfloat16")
    ]
    same = [a == b for one, other in zip(*judged, strict=True) for a, b in zip(one.labels, other.labels, strict=True)]
    found = json.loads((directory / "metrics.json").read_text())["bfloat16"]["agreement"]
    assert found == round(sum(same) / len(same), 4)


def test_scores_that_are_none_are_told_of_and_left(build_model: BuildModel, tmp_path: Path) -> None:
    directory, texts = build_model(method="single"), tmp_path / "texts.jsonl"
    texts.write_text('{"text": "Das Essen war gut."}\n')
    (directory / "metrics.json").write_text("[]")
    seal(directory, read_manifest(directory)[0])
    told = models("rounding", directory, "--data", texts)
    assert (told.exit_code, "metrics.json cannot be read" in told.output) == (1, True)
    assert (directory / "metrics.json").read_text() == "[]"


def test_two_models_differ_in_what_they_say_and_in_their_files(build_model: BuildModel) -> None:
    one, other = build_model(name="one"), build_model(name="other", max_tokens=32)
    assert models("diff", one, one).stdout == "They are the same model.\n"
    found = json.loads(models("diff", one, other, "--json").stdout)
    assert found.keys() == {"name", "digest", "max_tokens", "bytes"}
    assert found["max_tokens"] == [64, 32]
    assert "max_tokens: 64 -> 32\n" in models("diff", one, other).stdout
    assert models("diff", one, one / "none").exit_code == 1


def test_two_models_are_compared_on_texts_and_on_labelled_sentences(build_model: BuildModel, tmp_path: Path) -> None:
    one, other = build_model(name="one"), build_model(name="other", encoder="roberta")
    texts, labelled = tmp_path / "texts.jsonl", tmp_path / "labelled.jsonl"
    texts.write_text('{"text": "Das Essen war gut. Der Service auch."}\n')
    write(labelled, [Example(text="das essen war gut", aspects={"food": "positive"}), Example(text="gut")])
    found = json.loads(models("compare", one, other, "--input", texts, "--json").stdout)
    assert found["agreement"]["sentences"] == 2, "a text is read sentence by sentence"
    assert "comparison" not in found
    found = json.loads(models("compare", one, other, "--input", labelled, "--json").stdout)
    assert found["comparison"]["sentences"] == 2
    same = models("compare", one, one, "--input", labelled)
    assert "2 of 2 sentences are judged the same in all aspects.\n" in same.stdout
    assert "that may be chance" in same.stdout
    assert models("compare", one, other, "--input", tmp_path / "none").exit_code == 1


SCHEME = Scheme(aspects=("food", "price"), polarities=("positive", "negative", "none"))


def judgement(labels: tuple[int, int], confidences: tuple[float, float]) -> SentenceJudgement:
    return SentenceJudgement(labels=labels, confidences=confidences, scores=())


def test_where_both_are_sure_of_different_things_comes_first() -> None:
    one = [judgement((0, 2), (0.6, 0.9)), judgement((0, 2), (0.9, 0.9)), judgement((1, 2), (0.9, 0.9))]
    other = [judgement((1, 2), (0.9, 0.9)), judgement((1, 2), (0.8, 0.9)), judgement((1, 2), (0.5, 0.9))]
    found = disagreements(["half", "sure", "same"], one, other, SCHEME)
    assert [row["text"] for row in found] == ["sure", "half"]
    assert found[0]["aspects"] == {
        "food": {
            "one": {"polarity": "positive", "confidence": 0.9},
            "other": {"polarity": "negative", "confidence": 0.8},
        }
    }


def test_agreement_counts_where_either_finds_an_aspect() -> None:
    one, other = np.array([[0, 2], [0, 2], [2, 2]]), np.array([[0, 2], [1, 2], [2, 0]])
    assert agreement(one, other, SCHEME) == {
        "sentences": 3,
        "same": 1,
        "aspects": {"food": {"found": 2, "same": 1}, "price": {"found": 1, "same": 0}},
    }


@pytest.mark.parametrize("command", ["list", "show", "card", "diff", "compare"])
def test_every_command_says_what_it_does(command: str) -> None:
    assert models(command, "--help").exit_code == 0
