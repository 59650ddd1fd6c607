"""`kritiq models compose` makes a model of others, `show` says what it is made of, and that is exported instead."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from model.artifact.manifest import read_manifest
from model.artifact.sealing import seal
from model.composition import CASCADE, ENSEMBLE
from model.errors import ExportError
from model.predictor import Predictor
from tests.support.commands import models
from tests.unit.model.composition.conftest import Compose
from tests.unit.model.composition.judged import TEXTS, labelled


def test_the_command_makes_a_model_that_trusts_the_member_which_is_right(tmp_path: Path, pair: list[Path]) -> None:
    data, output = labelled(tmp_path / "data.jsonl", pair[1]), tmp_path / "made"
    done = models("compose", output, "--kind", ENSEMBLE, "--member", pair[0], "--member", pair[1], "--data", data)
    assert done.exit_code == 0, done.output
    composition = read_manifest(output)[0].composition
    assert composition is not None
    one, two = composition.members
    assert (one.path, two.path) == ("../one", "../two")
    assert one.weights[0] < 0.1 < 0.9 < two.weights[0]
    assert one.weights[0] + two.weights[0] == pytest.approx(1, abs=1e-3)
    found = Predictor.load(output, device="cpu").judge_sentences(TEXTS)
    wanted = Predictor.load(pair[1], device="cpu").judge_sentences(TEXTS)
    assert [each.labels for each in found] == [each.labels for each in wanted]
    card = models("card", output).stdout
    assert f"Made of: two, ../two, version {read_manifest(pair[1])[1]}" in card
    assert json.loads((output / "reference.json").read_text())["reviews"] == 60
    # Once more, in its place, and as a cascade.
    again = models("compose", output, "--member", pair[0], "--member", pair[1], "--data", data, "--share", 0.4)
    assert again.exit_code == 0, again.output
    manifest, _ = read_manifest(output)
    assert (manifest.name, manifest.kind) == ("made", CASCADE)
    assert "40 % of the sentences below" in models("card", output).stdout


def test_the_command_refuses_what_cannot_be_made(tmp_path: Path, pair: list[Path]) -> None:
    few = labelled(tmp_path / "few.jsonl", pair[1], count=10)
    one, two, output = pair[0], pair[1], tmp_path / "made"
    for members, why in (
        ([one], "two others or more"), ([one, one], "one and the same"), ([one, two], "are too few"),
        ([one, tmp_path / "none"], "there is no model directory"),
    ):  # fmt: skip
        options = [part for each in members for part in ("--member", each)]
        done = models("compose", output, *options, "--data", few)
        assert (done.exit_code, why in done.output) == (1, True), done.output
    assert not output.exists()


def test_what_no_member_speaks_and_what_does_nothing_is_refused(tmp_path: Path, pair: list[Path]) -> None:
    data = labelled(tmp_path / "data.jsonl", pair[1])
    members = ("--member", pair[0], "--member", pair[1], "--data", data)
    done = models("compose", tmp_path / "made", *members, "--kind", ENSEMBLE, "--share", 0.3)
    assert (done.exit_code, "--share is of a cascade" in done.output) == (2, True), done.output
    done = models("compose", data, *members)
    assert (done.exit_code, "no model can be written to" in done.output) == (1, True), done.output
    manifest, _ = read_manifest(pair[1])
    seal(pair[1], replace(manifest, languages=("en",)))
    done = models("compose", tmp_path / "made", *members)
    assert (done.exit_code, "no language in common: one de, two en" in done.output) == (1, True), done.output


def test_the_command_writes_over_no_network_and_names_no_member_that_cannot_be_pushed(
    tmp_path: Path, pair: list[Path]
) -> None:
    data = labelled(tmp_path / "data.jsonl", pair[1])
    members = ("--member", pair[0], "--member", pair[1], "--data", data)
    before = read_manifest(pair[0])[1]
    done = models("compose", pair[0], *members)
    assert (done.exit_code, "which would be lost" in done.output) == (1, True), done.output
    assert read_manifest(pair[0])[1] == before
    manifest, _ = read_manifest(pair[1])
    seal(pair[1], replace(manifest, name="große"))
    done = models("compose", tmp_path / "made", *members)
    assert (done.exit_code, "'große' cannot be named as a member" in done.output) == (1, True), done.output


def test_a_composition_is_shown_with_its_kind_and_members(pair: list[Path], compose: Compose) -> None:
    told = json.loads(models("show", compose(CASCADE, unsure=1.0), "--json").stdout)
    assert (told["kind"], told["members"]) == (CASCADE, {each.name: read_manifest(each)[1] for each in pair})
    assert told["variants"] == []
    assert json.loads(models("show", pair[0], "--json").stdout)["kind"] == "network"


def test_what_a_composition_is_made_of_is_exported_instead(compose: Compose) -> None:
    from model.artifact.export import export

    with pytest.raises(ExportError, match=r"export what it is made of, \.\./one, \.\./two"):
        export(compose(), "onnx")
