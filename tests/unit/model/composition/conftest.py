"""A pair of small networks, and models that are made of them."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from model.artifact.manifest import Manifest, read_manifest
from model.artifact.sealing import seal
from model.composition import ENSEMBLE, Composition, Member
from model.inputs.auxiliary import Method
from tests.unit.model.composition.judged import ASPECTS
from tests.unit.model.conftest import BuildModel

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
                    name=each.name, path=os.path.relpath(each, directory), digest=read_manifest(each)[1],
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
