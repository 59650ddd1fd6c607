"""A disk that is full while a model is written: a line that says so, and what was there stays as it was."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from model.artifact.loading import load_network, load_tokenizer
from model.artifact.manifest import read_manifest
from model.artifact.resealing import with_confidence_low, with_labels_kept
from model.artifact.saving import save
from model.errors import ArtifactError
from tests.unit.model.conftest import BuildModel


@contextmanager
def room(most: int) -> Iterator[None]:
    """No file that this process writes can have more bytes, as on a disk that is nearly full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def model(build_model: BuildModel) -> Path:
    """A model with a card and scores."""
    directory = build_model(method="NLI-M")
    manifest, _ = read_manifest(directory)
    network, tokenizer = load_network(directory), load_tokenizer(directory)
    save(directory.parent / "made", network, tokenizer, manifest, card="# A\n\n" + "x" * 9_000, metrics={})
    return directory.parent / "made"


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


# Not enough for the configuration, the tokenizer, the card, and the weights.
@pytest.mark.parametrize("most", [100, 1_500, 8_000, 50_000])
def test_a_model_that_cannot_be_written_is_told_in_a_line_and_replaces_none(model: Path, most: int) -> None:
    network, tokenizer, before = load_network(model), load_tokenizer(model), contents(model)
    manifest, _ = read_manifest(model)
    with room(most), pytest.raises(ArtifactError, match=f"no model can be written to {model}: "):
        save(model, network, tokenizer, manifest, card="y" * 9_000, metrics={})
    assert contents(model) == before
    assert [path.name for path in model.parent.iterdir() if path.name.startswith(".")] == []


def test_what_is_found_out_later_is_written_whole_or_not_at_all(model: Path) -> None:
    before = contents(model)
    kept = {"agreement": 1.0, "spoken_agreement": 1.0}
    for write in (lambda: with_confidence_low(model, 0.7, "from 0.7 on"), lambda: with_labels_kept(model, kept)):
        with room(2_000), pytest.raises(ArtifactError, match="made cannot be written"):
            write()
        assert contents(model) == before
    with_confidence_low(model, 0.7, "from 0.7 on")
    assert read_manifest(model)[0].confidence_low == 0.7
