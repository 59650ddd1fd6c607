"""Versions of models on a hub, over HTTP: what is pushed is what is pulled, and what a hub may come up with."""

import json
from pathlib import Path

import pytest

from model.artifact.hub_store import HubStore
from model.artifact.loading import locate
from model.artifact.manifest import read_manifest
from model.artifact.model_cache import ModelCache
from model.artifact.version_address import VersionAddress
from model.cli.versions import offered
from model.errors import AlteredFile, ArtifactError, HubAway, InvalidArgument, MissingFile
from tests.support.commands import models
from tests.support.hub_server import HubServer
from tests.unit.model.conftest import BuildModel

# What huggingface_hub does with its own HTTP library.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")
REPOSITORY, WEIGHTS = "acme/tiny", "model.safetensors"
UNKNOWN = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def store(hub: HubServer) -> HubStore:
    hub.make(REPOSITORY)
    return HubStore(f"hub:{REPOSITORY}")


def commit_of(version: VersionAddress) -> str:
    """The address that names no more than the commit."""
    return version.store


def served(hub: HubServer, name: str) -> int:
    """How often a file was asked for."""
    return sum(path.endswith(f"/{name}") and "/resolve/" in path for method, path, _ in hub.asked if method == "GET")


def changed(hub: HubServer, name: str, content: bytes | None) -> str:
    """A commit like the last one but for a file; its address."""
    files = dict(hub.repositories[REPOSITORY][-1].files)
    if content is None:
        del files[name]
    else:
        files[name] = content
    return f"hub:{REPOSITORY}@{hub.commit(REPOSITORY, files, 'by hand')}"


def test_what_is_pushed_is_what_is_pulled(
    build_model: BuildModel, hub: HubServer, store: HubStore, cache: ModelCache
) -> None:
    model = build_model()
    (model / "reference.json").write_text("{}")
    version = store.push(model)
    assert commit_of(version) == f"hub:{REPOSITORY}@{hub.repositories[REPOSITORY][-1].id}"
    assert version.digest == read_manifest(model)[1]
    here = cache.get(version)
    assert {path.name: path.read_bytes() for path in here.iterdir()} == {
        path.name: path.read_bytes() for path in model.iterdir()
    }
    # Large files come from elsewhere, where nobody is told who asks.
    assert any(path.startswith("/large/") for _, path, _ in hub.asked)


def test_the_commands_take_a_commit_wherever_they_take_a_model(
    build_model: BuildModel, hub: HubServer, store: HubStore, tmp_path: Path
) -> None:
    model = build_model()
    pushed = models("push", model, store.address)
    assert pushed.exit_code == 0, pushed.output
    version = VersionAddress.parse(pushed.stdout.strip())
    assert version is not None
    pulled = models("pull", commit_of(version))
    assert pulled.exit_code == 0, pulled.output
    here = Path(pulled.stdout.strip())
    assert here.is_relative_to(tmp_path / "home")
    assert locate(commit_of(version)) == locate(str(version)) == here
    asked = len(hub.asked)
    assert json.loads(models("show", commit_of(version), "--json").stdout)["digest"] == version.digest
    assert models("card", commit_of(version)).stdout == "a tiny model\n"
    assert models("diff", commit_of(version), model).stdout == "They are the same model.\n"
    assert len(hub.asked) == asked, "what is here is asked of nobody"
    for listed in (models("versions", store.address, "--json"), models("list", store.address, "--json")):
        (told,) = map(json.loads, listed.stdout.splitlines())
        size = sum(path.stat().st_size for path in model.iterdir())
        assert (told["address"], told["bytes"]) == (str(version), size)


def test_a_commit_is_offered_to_workers_by_its_version(build_model: BuildModel, store: HubStore) -> None:
    model = build_model()
    version = store.push(model)
    size = sum(path.stat().st_size for path in model.iterdir())
    assert offered(commit_of(version)) == {"version": "tiny/1", "address": str(version), "bytes": size}


def test_each_version_is_a_commit_of_its_own_without_what_was_the_last_ones(
    build_model: BuildModel, hub: HubServer, store: HubStore, lines: list[str]
) -> None:
    hub.commit(REPOSITORY, {**hub.repositories[REPOSITORY][-1].files, "LICENSE": b"Apache"}, "a licence")
    one, other = build_model(name="one", method="QA-M"), build_model(name="other")
    (one / "reference.json").write_text("{}")
    versions = [store.push(each) for each in (one, other)]
    assert store.push(other, lines.append) == versions[1]
    assert lines == ["it is there already"]
    assert [each.address for each in store.versions()] == versions
    assert "LICENSE" in hub.repositories[REPOSITORY][-1].files
    assert [read_manifest(locate(str(each)))[1] for each in versions] == [each.digest for each in versions]
    # What somebody does by hand is a commit, and no other version; of what is none it is known, too.
    changed(hub, "notes.txt", b"hello")
    changed(hub, "kritiq.json", b"[]")
    changed(hub, "kritiq.json", None)
    assert [each.address for each in store.versions()] == versions


def test_only_files_that_the_manifest_lists_are_taken(
    build_model: BuildModel, hub: HubServer, store: HubStore, cache: ModelCache, lines: list[str]
) -> None:
    store.push(build_model())
    changed(hub, "modeling.py", b"print('run')")
    address = changed(hub, "pytorch_model.bin", b"\x80\x04")
    commit = HubStore(address)
    version = commit.whole()
    assert version is not None
    here = cache.get(version)
    assert not {"modeling.py", "pytorch_model.bin", ".gitattributes"} & {path.name for path in here.iterdir()}
    assert "not in its kritiq.json, and left where it is: modeling.py, pytorch_model.bin" in lines
    assert served(hub, "modeling.py") == served(hub, "pytorch_model.bin") == 0


@pytest.mark.parametrize("name", ["modeling.py", "pytorch_model.bin", "model.pt2"])
def test_code_and_pickles_are_not_taken_even_if_the_manifest_lists_them(
    build_model: BuildModel, hub: HubServer, store: HubStore, name: str
) -> None:
    model = build_model()
    store.push(model)
    manifest = json.loads((model / "kritiq.json").read_bytes())
    manifest["files"][name] = "0" * 64
    changed(hub, name, b"")
    address = changed(hub, "kritiq.json", json.dumps(manifest).encode())
    with pytest.raises(ArtifactError, match=f"lists {name}"):
        locate(address)
    assert served(hub, name) == 0


@pytest.mark.parametrize("name", [WEIGHTS, "README.md"])
def test_another_file_than_the_one_that_was_pushed_is_refused(
    build_model: BuildModel, hub: HubServer, store: HubStore, name: str
) -> None:
    store.push(build_model())
    address = changed(hub, name, b"somebody else's")
    told = models("pull", address)
    assert told.exit_code == 1
    assert told.output.splitlines()[-1].endswith(f"{name} is not the file that was pushed")
    with pytest.raises(AlteredFile, match=name):
        locate(address)
    address = changed(hub, name, None)
    with pytest.raises(MissingFile, match=f"has no {name}"):
        locate(address)


def test_a_commit_with_another_version_than_was_said_is_not_it(
    build_model: BuildModel, store: HubStore, cache: ModelCache
) -> None:
    version = store.push(build_model())
    other = VersionAddress(store=version.store, name=version.name, digest="0" * 64)
    with pytest.raises(MissingFile, match="has no tiny@0000"):
        cache.get(other)


@pytest.mark.parametrize("ignores_ranges", [False, True])
def test_a_broken_download_is_gone_on_with(
    build_model: BuildModel, hub: HubServer, store: HubStore, cache: ModelCache, lines: list[str], ignores_ranges: bool
) -> None:
    model = build_model()
    version = store.push(model)
    hub.breaks_after, hub.ignores_ranges = 20_000, ignores_ranges
    with pytest.raises(HubAway, match="does not answer"):
        cache.get(version)
    assert (cache.get(version) / WEIGHTS).read_bytes() == (model / WEIGHTS).read_bytes()
    assert f"{WEIGHTS}, from byte 20,000 on" in lines


def test_a_version_that_is_here_serves_on_while_the_hub_is_away(
    build_model: BuildModel, hub: HubServer, store: HubStore, cache: ModelCache
) -> None:
    one, other = store.push(build_model()), store.push(build_model(name="other"))
    here = locate(commit_of(one))
    hub.status = 503
    assert locate(commit_of(one)) == here
    with pytest.raises(HubAway, match="the hub answers 503") as told:
        locate(commit_of(other))
    assert not told.value.permanent
    told_by_command = models("pull", commit_of(other))
    assert (told_by_command.exit_code, len(told_by_command.output.splitlines())) == (1, 1)


def test_who_may_not_see_it_is_told_in_a_line_without_the_login(
    build_model: BuildModel, hub: HubServer, store: HubStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = build_model()
    version = store.push(model)
    hub.token = "hf_right"
    for token, words in ((None, "does not show it to this login"), ("hf_wrong", "refuses this login")):
        if token:
            monkeypatch.setenv("HF_TOKEN", token)
        for told in (models("pull", commit_of(version)), models("push", model, store.address)):
            assert (told.exit_code, len(told.output.splitlines())) == (1, 1)
            assert words in told.output
            assert "hf_wrong" not in told.output
    monkeypatch.setenv("HF_TOKEN", "hf_right")
    assert models("pull", commit_of(version)).exit_code == 0
    assert {token for _, path, token in hub.asked if path.startswith("/large/")} == {None}


@pytest.mark.parametrize(
    ("address", "raised", "words"),
    [
        (f"hub:acme/none@{UNKNOWN}", MissingFile, "the hub has no hub:acme/none@"),
        (f"hub:{REPOSITORY}@{UNKNOWN}", MissingFile, "no such commit"),
        (f"hub:{REPOSITORY}", MissingFile, "40 digits of a commit"),
        (f"hub:{REPOSITORY}@main", MissingFile, "40 digits of a commit"),
        (f"hub:{REPOSITORY}@{UNKNOWN[:12]}", MissingFile, "40 digits of a commit"),
        (f"hub:../etc@{UNKNOWN}", MissingFile, "40 digits of a commit"),
        (f"hub:acme/a..b@{UNKNOWN}", InvalidArgument, "should be hub:owner/name"),
    ],
)
def test_what_names_no_commit_is_refused_in_a_line(
    store: HubStore, address: str, raised: type[Exception], words: str
) -> None:
    with pytest.raises(raised, match=words):
        locate(address)
    told = models("show", address)
    assert (told.exit_code, len(told.output.splitlines())) == (1, 1)
    assert models("pull", address).exit_code in (1, 2)


def test_pushing_needs_a_repository_and_no_commit(build_model: BuildModel, hub: HubServer, store: HubStore) -> None:
    model = build_model()
    version = store.push(model)
    with pytest.raises(InvalidArgument, match="which nobody changes"):
        HubStore(commit_of(version)).push(model)
    with pytest.raises(MissingFile, match="the hub has no hub:acme/none"):
        HubStore("hub:acme/none").push(model)
    assert "acme/none" not in hub.repositories


def test_of_two_who_push_at_once_the_second_is_told(
    build_model: BuildModel, hub: HubServer, store: HubStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from model.artifact import hub_store

    def meanwhile(*of: object) -> list[str]:
        changed(hub, "notes.txt", b"by somebody else")
        return []

    monkeypatch.setattr(hub_store, "_replaced", meanwhile)
    with pytest.raises(ArtifactError, match="another commit meanwhile: push again"):
        store.push(build_model())


def test_another_models_repository_is_taken_as_it_is_without_code(hub: HubServer, tmp_path: Path) -> None:
    files = {"config.json": b"{}", WEIGHTS: b"weights", "modeling.py": b"print()", "pytorch_model.bin": b"\x80"}
    address = f"hub:acme/encoder@{hub.make('acme/encoder', files)}"
    here = locate(address)
    assert {path.name for path in here.iterdir()} == {"config.json", WEIGHTS}
    told = models("pull", address)
    assert told.exit_code == 1
    assert "is no version of a model: it has no kritiq.json" in told.output
    hub.status = 500
    assert locate(address) == here
