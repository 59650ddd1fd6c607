"""Which files a model is made of: those that its manifest lists, and of a hub those of one commit."""

import shutil
from pathlib import Path

import pytest

from model.artifact.loading import load_backend, locate
from model.artifact.manifest import read_manifest
from model.errors import MissingFile

MINI = Path(__file__).parents[4] / "models" / "kritiq-mini"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_a_file_that_the_manifest_does_not_list_is_not_loaded(tmp_path: Path) -> None:
    here = tmp_path / "model"
    shutil.copytree(MINI, here)
    (here / "model.int8.onnx").write_bytes(b"somebody else's network")
    manifest, _ = read_manifest(here)
    with pytest.raises(MissingFile, match="or not listed"):
        load_backend(here, manifest, backend="onnx", device="cpu", dtype=None)


@pytest.mark.parametrize(
    "name", ["models/kritiq-mimi", "kritiq-mimi", "owner/name", "./x", "/nowhere", "owner/name@main"]
)
def test_a_directory_that_is_misspelled_is_not_looked_for_on_the_hub(name: str) -> None:
    with pytest.raises(MissingFile, match=f"there is no model directory {name.removeprefix('./')}"):
        locate(name)


@pytest.mark.parametrize("name", ["hub:owner/name", "hub:owner/name@main", "hub:a/b/c@" + COMMIT, f"hub:@{COMMIT}"])
def test_what_may_change_on_the_hub_is_not_loaded(name: str) -> None:
    with pytest.raises(MissingFile, match="40 digits of a commit"):
        locate(name)
