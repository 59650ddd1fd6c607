"""Models made of others: they judge as they say they do, and load, move and fail like any other model."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from model.artifact.engines import Engines, parts_of
from model.artifact.facts import facts_of
from model.artifact.manifest import Manifest, read_manifest, seal
from model.artifact.model_cache import ModelCache
from model.artifact.model_store import ModelStore
from model.cli.models import models_command
from model.composition import CASCADE, ENSEMBLE, Composition, Member
from model.data.dataset import Example, write
from model.errors import AlteredFile, ArtifactError, ExportError, MissingFile
from model.evidence import with_evidence
from model.inputs.auxiliary import Method
from model.predictor import Predictor
from model.runtime.composed import ComposedEngine, expected_wrong, log_shares
from model.runtime.engine import NetworkEngine
from model.runtime.judgement import Floats
from tests.unit.model.conftest import BuildModel

WORDS = "das essen war gut schlecht super lecker teuer der service langsam wie die umgebung des preis".split()  # noqa: SIM905
TEXTS = [" ".join(WORDS[number % 7 : number % 7 + 1 + number % 9]) + "." for number in range(40)]
ASPECTS, POLARITIES = 9, 5

Compose = Callable[..., Path]


@pytest.fixture
def pair(build_model: BuildModel) -> list[Path]:
    """Two small networks with different tokenizers."""
    return [build_model(name="one", method="single"), build_model("roberta", name="two", method="single")]


@pytest.fixture
def compose(tmp_path: Path, pair: list[Path]) -> Compose:
    """Make a model of the pair: compose(kind=…, unsure=…, weights=(…, …)) -> Path."""

    def made(
        kind: str = ENSEMBLE, weights: Sequence[float] = (0.3, 0.7), members: Sequence[Path] = (), **more: Any
    ) -> Path:
        directory = tmp_path / "both"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        (directory / "README.md").write_text("made of two\n")
        composition = Composition(
            kind=kind,
            members=tuple(
                Member(
                    name=read_manifest(each)[0].name, path=f"../{each.name}", digest=read_manifest(each)[1],
                    weights=(weight,) * ASPECTS,
                )
                for each, weight in zip(members or pair, weights, strict=True)
            ),
            **more,
        )  # fmt: skip
        seal(
            directory,
            Manifest(name="both", version="1", method=Method(name="single"), max_tokens=64, composition=composition),
        )
        return directory

    return made


def shares(directory: Path, texts: Sequence[str] = TEXTS) -> Floats:
    predictor = Predictor.load(directory, device="cpu")
    logits = predictor.logits(predictor.encode(texts))
    return log_shares(logits.reshape(len(texts), ASPECTS, POLARITIES))


def test_an_ensemble_adds_up_the_weighted_logarithms_of_its_members(pair: list[Path], compose: Compose) -> None:
    one, two = map(shares, pair)
    wanted = log_shares((0.3 * one + 0.7 * two) / np.float32(1.5))
    np.testing.assert_allclose(shares(compose(temperature=1.5)), wanted, atol=1e-5)
    by_aspect = compose(temperature=1.0)
    said = json.loads((by_aspect / "kritiq.json").read_text())
    said["composition"]["members"][0]["weights"][4] = 0.0
    (by_aspect / "kritiq.json").write_text(json.dumps(said))
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
    assert [sentence.unknown for sentence in review.sentences] == [True, True]
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


def test_a_member_that_is_gone_another_version_or_altered_is_named(pair: list[Path], compose: Compose) -> None:
    directory = compose()
    (pair[1] / "README.md").write_text("another card\n")
    with pytest.raises(AlteredFile, match=r"two/README\.md is not the file that was saved"):
        read_manifest(directory)
    manifest, _ = read_manifest(pair[0])
    seal(pair[0], manifest.__class__(**{**_members_of(manifest), "version": "2"}))
    with pytest.raises(AlteredFile, match="one is not the version that both is made of"):
        read_manifest(directory)
    shutil.rmtree(pair[0])
    with pytest.raises(MissingFile, match=r"made of one, which is missing"):
        Predictor.load(directory)


def _members_of(manifest: Manifest) -> dict[str, Any]:
    return {name: getattr(manifest, name) for name in Manifest.__dataclass_fields__}


def test_a_model_is_made_of_networks_that_judge_all_aspects_at_once(build_model: BuildModel, compose: Compose) -> None:
    other = build_model(name="pairs", method="NLI-M")
    one = build_model(name="one", method="single")
    with pytest.raises(ArtifactError, match="pairs is of the method NLI-M"):
        read_manifest(compose(members=[one, other]))
    nested = compose()
    shutil.copytree(nested, nested.parent / "inner")
    with pytest.raises(ArtifactError, match="both is made of other models itself"):
        read_manifest(_made_of(nested, [nested.parent / "inner", one]))
    # Not even of itself: that would never end.
    with pytest.raises(ArtifactError):
        read_manifest(_made_of(nested, [nested, one]))


def _made_of(directory: Path, members: Sequence[Path]) -> Path:
    said = json.loads((directory / "kritiq.json").read_text())
    for each, member in zip(said["composition"]["members"], members, strict=True):
        own = json.loads((member / "kritiq.json").read_text())
        each |= {"name": own["name"], "path": f"../{member.name}"}
    (directory / "kritiq.json").write_text(json.dumps(said))
    return directory


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"kind": "choir"}, "no kind of model"),
        ({"members": []}, "two members"),
        ({"temperature": 0}, "a temperature"),
        ({"temperature": None}, "TypeError"),
        ({"temperature": float("nan")}, "numbers to count with"),
        ({"unsure": float("inf")}, "numbers to count with"),
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(compose: Compose, change: dict[str, Any], why: str) -> None:
    directory = compose()
    said = json.loads((directory / "kritiq.json").read_text())
    said["composition"] |= change
    (directory / "kritiq.json").write_text(json.dumps(said))
    with pytest.raises(ArtifactError, match=why):
        read_manifest(directory)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"path": "/etc/model"}, "no path"),
        ({"weights": [1.0]}, "a weight for each"),
        ({"weights": [float("nan")] * ASPECTS}, "numbers to count with"),
        *(({"name": name}, "no member") for name in ("a/b", "a\\b", "..", "", "a@b", "a\n")),
        *(({"digest": digest}, "no member") for digest in ("../" * 21 + "a", "A" * 64, "f" * 63, "f" * 64 + "\n")),
    ],
)
def test_a_member_that_makes_no_sense_is_refused(compose: Compose, change: dict[str, Any], why: str) -> None:
    directory = compose()
    said = json.loads((directory / "kritiq.json").read_text())
    said["composition"]["members"][1] |= change
    (directory / "kritiq.json").write_text(json.dumps(said))
    with pytest.raises(ArtifactError, match=why):
        read_manifest(directory)


@given(
    kind=st.sampled_from([ENSEMBLE, CASCADE]),
    weights=st.lists(st.floats(0, 2), min_size=2, max_size=4),
    unsure=st.floats(0, 9),
    temperature=st.floats(0.1, 5),
)
def test_what_is_written_of_a_composition_is_what_is_read(
    kind: str, weights: list[float], unsure: float, temperature: float
) -> None:
    members = tuple(
        Member(name=f"m{number}", path=f"../m{number}", digest=f"{number:064}", weights=(weight, 1.0))
        for number, weight in enumerate(weights)
    )
    more = {"unsure": unsure, "first_temperature": temperature} if kind == CASCADE else {}
    composition = Composition(kind=kind, members=members, temperature=temperature, **more)
    assert Composition.from_dict(json.loads(json.dumps(composition.to_dict())), 2) == composition


def test_a_pushed_composition_has_its_members_with_it(tmp_path: Path, compose: Compose) -> None:
    directory = compose(CASCADE, unsure=5.0)
    store, cache = ModelStore(str(tmp_path / "store")), ModelCache(tmp_path / "cache")
    version = store.push(directory)
    assert [each.address.name for each in store.versions()] == ["both", "one", "two"]
    before = shares(directory)
    for member in ("one", "two"):
        shutil.rmtree(tmp_path / member)
    here = cache.get(version)
    assert read_manifest(here)[1] == version.digest
    np.testing.assert_allclose(shares(here), before, atol=1e-6)
    # A member that the cache has lost, or that somebody changed, comes again.
    [one] = [each for each in (tmp_path / "cache").iterdir() if each.name.startswith("one@")]
    shutil.rmtree(one)
    assert shares(cache.get(version)).shape == before.shape
    (one / "README.md").write_text("changed\n")
    cache.forget(version)
    assert facts_of(cache.get(version)).digest == version.digest
    # However small the cache is: none of them gives way to another.
    small = ModelCache(tmp_path / "small", limit_bytes=1)
    assert shares(small.get(version)).shape == before.shape


def test_a_pulled_composition_reads_nothing_outside_of_its_cache(tmp_path: Path, compose: Compose) -> None:
    # The paths lead to the members from where it is made as they do from the cache.
    for name in ("one", "two"):
        shutil.copytree(tmp_path / name, tmp_path / "elsewhere" / name)
    directory = shutil.copytree(compose(), tmp_path / "made" / "both")
    said = json.loads((directory / "kritiq.json").read_text())
    for member in said["composition"]["members"]:
        member["path"] = f"../../elsewhere/{member['name']}"
    (directory / "kritiq.json").write_text(json.dumps(said))
    version = ModelStore(str(tmp_path / "store")).push(directory)
    here = ModelCache(tmp_path / "cache").get(version)
    # What is there now is somebody's who has not been asked.
    (tmp_path / "elsewhere" / "one" / "README.md").write_text("changed\n")
    assert read_manifest(here)[1] == version.digest
    [one] = [each for each in (tmp_path / "cache").iterdir() if each.name.startswith("one@")]
    shutil.rmtree(one)
    with pytest.raises(MissingFile, match=re.escape(f"there is no {one}")):
        read_manifest(here)


def test_what_a_composition_is_made_of_is_exported_instead(compose: Compose) -> None:
    from model.artifact.export import export

    with pytest.raises(ExportError, match=r"export what it is made of, \.\./one, \.\./two"):
        export(compose(), "onnx")


def test_a_composition_is_shown_with_its_kind_and_members(pair: list[Path], compose: Compose) -> None:
    told = json.loads(models("show", compose(CASCADE, unsure=1.0), "--json").stdout)
    assert (told["kind"], told["members"]) == (CASCADE, {each.name: read_manifest(each)[1] for each in pair})
    assert told["variants"] == []
    assert json.loads(models("show", pair[0], "--json").stdout)["kind"] == "network"


def models(*arguments: object) -> Result:
    return CliRunner().invoke(models_command, [str(argument) for argument in arguments])


def labelled(path: Path, directory: Path, count: int = 60) -> Path:
    """Sentences with the labels that a model gives them."""
    texts = [f"{TEXTS[number % len(TEXTS)][:-1]} {WORDS[number % 5]}." for number in range(count)]
    predictor = Predictor.load(directory, device="cpu")
    examples = [
        Example(text=text, aspects={aspect: said.polarity for aspect, said in judged.aspects(predictor.method).items()})
        for text, judged in zip(texts, predictor.judge_sentences(texts), strict=True)
    ]
    write(path, examples)
    return path


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
    seal(pair[1], Manifest(**_members_of(manifest) | {"name": "große"}))
    done = models("compose", tmp_path / "made", *members)
    assert (done.exit_code, "'große' cannot be named as a member" in done.output) == (1, True), done.output
