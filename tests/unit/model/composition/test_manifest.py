"""What a model is made of is in its manifest: what makes no sense there, or is not there any more, is refused."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.artifact.manifest import read_manifest
from model.artifact.sealing import seal
from model.composition import CASCADE, ENSEMBLE, Composition, Member
from model.errors import AlteredFile, ArtifactError, MissingFile
from model.predictor import Predictor
from tests.unit.model.composition.conftest import Compose
from tests.unit.model.composition.judged import ASPECTS
from tests.unit.model.conftest import BuildModel


def test_a_member_that_is_gone_another_version_or_altered_is_named(pair: list[Path], compose: Compose) -> None:
    directory = compose()
    (pair[1] / "README.md").write_text("another card\n")
    with pytest.raises(AlteredFile, match=r"two/README\.md is not the file that was saved"):
        read_manifest(directory)
    manifest, _ = read_manifest(pair[0])
    seal(pair[0], replace(manifest, version="2"))
    with pytest.raises(AlteredFile, match="one is not the version that both is made of"):
        read_manifest(directory)
    shutil.rmtree(pair[0])
    with pytest.raises(MissingFile, match=r"made of one, which is missing"):
        Predictor.load(directory)


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
    document = json.loads((directory / "kritiq.json").read_text())
    for each, member in zip(document["composition"]["members"], members, strict=True):
        own = json.loads((member / "kritiq.json").read_text())
        each |= {"name": own["name"], "path": f"../{member.name}"}
    (directory / "kritiq.json").write_text(json.dumps(document))
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
    document = json.loads((directory / "kritiq.json").read_text())
    document["composition"] |= change
    (directory / "kritiq.json").write_text(json.dumps(document))
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
    document = json.loads((directory / "kritiq.json").read_text())
    document["composition"]["members"][1] |= change
    (directory / "kritiq.json").write_text(json.dumps(document))
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
