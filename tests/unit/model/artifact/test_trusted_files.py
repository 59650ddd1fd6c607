"""Which files a model is made of: those that its manifest lists, and of a hub those of one commit."""

import shutil
from pathlib import Path

import pytest
from huggingface_hub.errors import LocalEntryNotFoundError, RevisionNotFoundError

from model.artifact.loading import load_backend, locate
from model.artifact.manifest import read_manifest
from model.errors import HubAway, MissingFile

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


def test_a_commit_on_the_hub_is_asked_for_as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import huggingface_hub

    asked = []

    def download(name: str, *, revision: str, allow_patterns: list[str]) -> str:
        asked.append((name, revision))
        assert not any(pattern.endswith(("py", "bin", "pt", "*")) for pattern in allow_patterns)
        return str(tmp_path)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    assert locate(f"hub:owner/name@{COMMIT}") == tmp_path
    assert asked == [("owner/name", COMMIT)]


@pytest.mark.parametrize(
    ("says", "raised"),
    [(RevisionNotFoundError, MissingFile), (LocalEntryNotFoundError, HubAway), (ConnectionError, HubAway)],
)
def test_a_hub_that_does_not_say_is_not_one_that_has_no_such_model(
    monkeypatch: pytest.MonkeyPatch, says: type[Exception], raised: type[Exception]
) -> None:
    def download(name: str, **options: object) -> str:
        raise says.__new__(says)

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    with pytest.raises(raised) as caught:
        locate(f"hub:owner/name@{COMMIT}")
    assert type(caught.value) is raised
