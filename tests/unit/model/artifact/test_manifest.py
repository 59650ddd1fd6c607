"""What the loader refuses, and that it names the file."""

import errno
import json
import os
import pickle
import shutil
from pathlib import Path

import pytest

from bench.model import reference_code
from model.artifact.loading import read_config
from model.artifact.manifest import MANIFEST, REFERENCE, Manifest, read_manifest, reference_manifest
from model.artifact.sealing import seal
from model.errors import AlteredFile, ArtifactError, DiskAway, MissingFile, UnsafeFile
from model.predictor import Predictor
from tests.unit.model.conftest import BuildModel


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json", "README.md"])
def test_a_missing_file_is_named(build_model: BuildModel, name: str) -> None:
    directory = build_model()
    (directory / name).unlink()
    with pytest.raises(MissingFile, match=name):
        Predictor.load(str(directory))


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json", "README.md"])
def test_an_altered_file_is_named(build_model: BuildModel, name: str) -> None:
    directory = build_model()
    data = bytearray((directory / name).read_bytes())
    data[-3] ^= 1
    (directory / name).write_bytes(data)
    with pytest.raises(AlteredFile, match=name):
        Predictor.load(str(directory))


def test_a_swapped_file_is_named(build_model: BuildModel) -> None:
    directory, other = build_model(), build_model(encoder="electra", name="other")
    shutil.copy(other / "model.safetensors", directory / "model.safetensors")
    with pytest.raises(AlteredFile, match=r"model\.safetensors"):
        Predictor.load(str(directory))


def test_a_pickle_is_refused_under_any_name(build_model: BuildModel) -> None:
    directory = build_model()
    weights = directory / "model.safetensors"
    weights.write_bytes(pickle.dumps({"weights": [1.0] * 50}))
    with pytest.raises(UnsafeFile, match=r"model\.safetensors"):
        Predictor.load(str(directory))
    weights.rename(directory / "pytorch_model.bin")
    with pytest.raises(UnsafeFile, match=r"pytorch_model\.bin"):
        Predictor.load(str(directory))


def test_rubbish_is_no_safetensors(build_model: BuildModel) -> None:
    directory = build_model()
    (directory / "model.safetensors").write_bytes(b"")
    with pytest.raises(AlteredFile):
        Predictor.load(str(directory))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "format"),
        ({"method": "NLI-X"}, "NLI-X"),
        ({"scheme": {"aspects": ["food", "food"], "polarities": ["none", "good"]}}, "food"),
        ({"scheme": {"aspects": ["food"], "polarities": ["good"]}}, "none"),
        ({"templates": {"pattern": "no slots", "aspects": {}, "polarities": {}}}, "aspect"),
        ({"files": {}}, "digest"),
        ({"max_tokens": 9}, "half"),
        *(({"temperature": number}, "temperature") for number in (float("nan"), float("inf"), 0, -1)),
        *(({"confidence_low": number}, "confidence_low") for number in (float("nan"), -0.1, 1.1)),
        *(({"max_tokens": number}, "max_tokens") for number in (0, -9)),
        ({"method": "NLI-M"}, "classes"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    build_model: BuildModel, change: dict[str, object], message: str
) -> None:
    directory = build_model()
    manifest = json.loads((directory / MANIFEST).read_text())
    (directory / MANIFEST).write_text(json.dumps(manifest | change))
    with pytest.raises(ArtifactError, match=message):
        Predictor.load(str(directory))


@pytest.mark.parametrize("content", ["", "[]", "{", '{"format": 1}'])
def test_a_broken_manifest_is_refused(build_model: BuildModel, content: str) -> None:
    directory = build_model()
    (directory / MANIFEST).write_text(content)
    with pytest.raises(ArtifactError, match=r"kritiq\.json"):
        Predictor.load(str(directory))


def test_a_manifest_cannot_point_outside(build_model: BuildModel) -> None:
    directory = build_model()
    manifest = json.loads((directory / MANIFEST).read_text())
    manifest["files"]["../secret"] = "0" * 64
    (directory.parent / "secret").write_text("x")
    (directory / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(MissingFile, match="secret"):
        Predictor.load(str(directory))


def test_no_directory_is_said_without_the_network(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="nowhere"):
        Predictor.load(str(tmp_path / "nowhere"))


def test_the_manifest_comes_back_as_it_was(build_model: BuildModel) -> None:
    manifest, digest = read_manifest(build_model())
    assert Manifest.from_dict(manifest.to_dict()).to_dict() == manifest.to_dict()
    assert len(digest) == 64


def test_the_old_services_checkpoints_keep_its_scheme_whatever_ours_becomes() -> None:
    method = reference_manifest("old").method
    assert method.scheme.aspects == tuple(reference_code.ASPECTS)
    assert method.scheme.polarities == tuple(reference_code.POLARITIES)
    assert method.hypotheses() == [
        f"Die Bewertung {aspect} ist {polarity}."
        for aspect in reference_code.ASPECTS.values()
        for polarity in reference_code.POLARITIES.values()
    ]


def test_a_model_may_be_given_another_reference(build_model: BuildModel) -> None:
    directory = build_model()
    (directory / REFERENCE).write_text('{"reviews": 0, "confidence": null, "features": {}}')
    manifest = seal(directory, read_manifest(directory)[0])
    assert REFERENCE not in manifest.files
    # One that was made when its digest stood there, too.
    document = json.loads((directory / "kritiq.json").read_text())
    document["files"][REFERENCE] = "0" * 64
    (directory / "kritiq.json").write_text(json.dumps(document))
    (directory / REFERENCE).write_text('{"reviews": 1, "confidence": null, "features": {}}')
    assert read_manifest(directory)[0].name == manifest.name


def test_a_config_that_a_disk_does_not_give_may_be_read_later(
    build_model: BuildModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = build_model()

    def broken(path: Path, **more: object) -> str:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as disk:
        disk.setattr(Path, "read_text", broken)
        with pytest.raises(DiskAway, match=r"config\.json cannot be read: ") as told:
            read_config(directory)
    assert not told.value.permanent
    (directory / "config.json").unlink()
    with pytest.raises(MissingFile, match=r"config\.json is missing"):
        read_config(directory)
