"""Versions of models in a folder or bucket: what is pushed is what is pulled, whatever breaks in between."""

import errno
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from model.artifact.loading import locate
from model.artifact.manifest import read_manifest
from model.artifact.model_cache import ModelCache
from model.artifact.model_store import ModelStore
from model.artifact.version_address import VersionAddress
from model.errors import AlteredFile, ArtifactError, DiskAway, HubAway, InvalidArgument, MissingFile
from tests.support.commands import models
from tests.support.waiting import wait_for
from tests.unit.model.conftest import BuildModel
from worker.predict.places import may_pass

WEIGHTS = "model.safetensors"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.artifact.model_cache.Path.home", lambda: tmp_path / "home")


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(str(tmp_path / "store"))


def there(version: VersionAddress) -> Path:
    """Where a folder that is a store keeps a version."""
    return Path(version.store) / version.name / version.digest


def test_what_is_pushed_is_what_is_pulled(build_model: BuildModel, store: ModelStore, cache: ModelCache) -> None:
    model = build_model()
    (model / "reference.json").write_text("{}")
    version = store.push(model)
    assert (version.name, version.digest) == ("tiny", read_manifest(model)[1])
    here = cache.get(version)
    assert {path.name: path.read_bytes() for path in here.iterdir()} == {
        path.name: path.read_bytes() for path in model.iterdir()
    }
    assert read_manifest(here)[1] == version.digest
    assert [each.address for each in store.versions()] == [version]


def test_the_commands_do_it_too_and_take_addresses(build_model: BuildModel, tmp_path: Path) -> None:
    one, other, store = build_model(name="one"), build_model(name="other", method="QA-M"), tmp_path / "store"
    addresses = [models("push", model, store).stdout.strip() for model in (one, other)]
    listed = models("versions", store, "--json").stdout.splitlines()
    assert [json.loads(line)["address"] for line in listed] == addresses
    pulled = models("pull", addresses[0])
    assert pulled.exit_code == 0, pulled.output
    assert Path(pulled.stdout.strip()).is_relative_to(tmp_path / "home")
    assert json.loads(models("show", addresses[0], "--json").stdout)["digest"] == read_manifest(one)[1]
    assert "method: NLI-B -> QA-M" in models("diff", addresses[0], addresses[1]).stdout
    assert models("card", addresses[1]).stdout == "a tiny model\n"
    assert models("pull", f"{store}#one@123").exit_code == 2
    assert "there is no version in" in models("versions", tmp_path / "none").output


def test_a_second_push_changes_nothing(build_model: BuildModel, store: ModelStore, lines: list[str]) -> None:
    model = build_model()
    version = store.push(model)
    before = {path: path.stat().st_mtime_ns for path in there(version).iterdir()}
    assert store.push(model, lines.append) == version
    assert lines == ["it is there already"]
    assert {path: path.stat().st_mtime_ns for path in there(version).iterdir()} == before


@pytest.mark.parametrize("name", [WEIGHTS, "kritiq.json", "README.md"])
@pytest.mark.parametrize("done", ["one byte is another", "shorter", "gone"])
def test_a_second_push_mends_what_was_damaged_in_the_store(
    build_model: BuildModel, store: ModelStore, cache: ModelCache, name: str, done: str
) -> None:
    model, lines = build_model(), list[str]()
    version = store.push(model)
    damaged = there(version) / name
    content = damaged.read_bytes()
    if done == "gone":
        damaged.unlink()
    else:
        damaged.write_bytes(content[:-1] + (b"" if done == "shorter" else bytes([content[-1] ^ 1])))
    with pytest.raises(ArtifactError):
        cache.get(version)
    assert store.push(model, lines.append) == version
    assert sum(name in line for line in lines) == len(lines) == (name != "kritiq.json")
    assert read_manifest(cache.get(version))[1] == version.digest
    store.push(model, lines.append)
    assert lines[-1] == "it is there already"


def test_a_push_that_broke_off_is_no_version_and_is_gone_on_with(
    build_model: BuildModel, store: ModelStore, cache: ModelCache, lines: list[str]
) -> None:
    model = build_model()
    version = store.push(model)
    (there(version) / "kritiq.json").unlink()
    os.truncate(there(version) / WEIGHTS, 100)
    assert store.versions() == []
    with pytest.raises(MissingFile, match="has no tiny@"):
        cache.get(version)
    store.push(model, lines.append)
    assert [WEIGHTS in line for line in lines] == [True]
    assert read_manifest(cache.get(version))[1] == version.digest


def test_what_is_here_is_asked_of_nobody(build_model: BuildModel, store: ModelStore, cache: ModelCache) -> None:
    version = store.push(build_model())
    here = cache.get(version)
    shutil.rmtree(version.store)
    assert cache.get(version) == here


@pytest.mark.parametrize("name", [WEIGHTS, "kritiq.json", "README.md"])
def test_another_file_than_the_one_that_was_pushed_is_refused(
    build_model: BuildModel, store: ModelStore, cache: ModelCache, name: str
) -> None:
    model = build_model()
    version = store.push(model)
    with (there(version) / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(AlteredFile, match=name):
        cache.get(version)
    # Whoever has the right one can mend it.
    shutil.copy(model / name, there(version) / name)
    assert read_manifest(cache.get(version))[1] == version.digest


@pytest.mark.parametrize("torn", [False, True])
def test_a_broken_download_is_gone_on_with(
    build_model: BuildModel, store: ModelStore, cache: ModelCache, lines: list[str], tmp_path: Path, torn: bool
) -> None:
    version = store.push(build_model())
    part = tmp_path / "cache" / f".tiny@{version.digest}"
    part.mkdir(parents=True)
    weights = (there(version) / WEIGHTS).read_bytes()
    (part / f".{WEIGHTS}.partial").write_bytes(b"\0" * 500 if torn else weights[:500])
    assert (cache.get(version) / WEIGHTS).read_bytes() == weights
    assert f"{WEIGHTS}, from byte 500 on" in lines
    assert (WEIGHTS in lines) is torn


def test_of_two_at_once_one_downloads(
    build_model: BuildModel, store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version, manifest, waits = store.push(build_model()), ModelStore.manifest, list[str]()

    def slow(self: ModelStore, address: VersionAddress) -> bytes:
        wait_for(lambda: any("another process" in line for line in waits), "the other one waits")
        return manifest(self, address)

    monkeypatch.setattr(ModelStore, "manifest", slow)
    caches = [ModelCache(tmp_path / "cache", announce=waits.append) for _ in range(2)]
    threads = [threading.Thread(target=each.get, args=(version,)) for each in caches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waits.count(WEIGHTS) == 1
    assert read_manifest(caches[0].get(version))[1] == version.digest


def test_those_used_longest_ago_give_way(build_model: BuildModel, store: ModelStore, tmp_path: Path) -> None:
    versions = [store.push(build_model(name=name)) for name in ("a", "b", "c")]
    size = sum(path.stat().st_size for path in there(versions[0]).iterdir())
    cache = ModelCache(tmp_path / "cache", limit_bytes=int(2.5 * size))
    for moment, version in enumerate((versions[0], versions[1], versions[0])):
        os.utime(cache.get(version), (moment, moment))
    cache.get(versions[2])
    assert {path.name[0] for path in (tmp_path / "cache").iterdir() if "@" in path.name} == {"a", "c"}
    only = ModelCache(tmp_path / "cache", limit_bytes=1).get(versions[1])
    assert read_manifest(only)[1] == versions[1].digest


def test_a_changed_file_in_the_cache_is_downloaded_again(build_model: BuildModel, store: ModelStore) -> None:
    address = str(store.push(build_model()))
    here = Path(models("pull", address).stdout.strip())
    (here / "config.json").write_text("{}")
    again = models("pull", address)
    assert again.exit_code == 0
    assert "config.json is not the file that was saved" in again.stderr
    assert read_manifest(here)[1] == address[-64:]


def test_a_version_is_located_wherever_a_model_is_named(build_model: BuildModel, store: ModelStore) -> None:
    version = store.push(build_model())
    assert read_manifest(locate(str(version)))[1] == version.digest
    with pytest.raises(MissingFile, match="has no tiny@"):
        locate(f"{version.store}#tiny@{'0' * 64}")
    for wrong in ("s3://bucket/models", f"s3://bucket/models#tiny@{version.digest[:12]}", "s3://bucket/models#tiny"):
        with pytest.raises(MissingFile, match="64 digits"):
            locate(wrong)


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", ".evil", "a/b", "..", "a\\b"])
def test_a_manifest_that_names_what_is_no_file_of_a_model_is_refused(
    store: ModelStore, cache: ModelCache, build_model: BuildModel, tmp_path: Path, name: str
) -> None:
    version = store.push(build_model())
    manifest = json.loads((there(version) / "kritiq.json").read_bytes())
    content = json.dumps(manifest | {"files": {name: "0" * 64}}).encode()
    evil = VersionAddress(store=version.store, name="tiny", digest=hashlib.sha256(content).hexdigest())
    there(evil).mkdir()
    (there(evil) / "kritiq.json").write_bytes(content)
    with pytest.raises(ArtifactError, match="which is no file of a model"):
        cache.get(evil)


@pytest.mark.parametrize("address", ["s3://key:secret@bucket/models", "http://bucket", "s3://", "ftp://x/y"])
def test_an_address_that_is_no_store_is_refused_without_its_login(address: str) -> None:
    with pytest.raises(InvalidArgument) as told:
        ModelStore(address)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    "address", ["s3://key:secret@bucket/m", "s3://key:secret@bucket/m#tiny@0", "http://a:secret@b"]
)
def test_an_address_of_no_version_is_refused_without_its_login(address: str) -> None:
    with pytest.raises(MissingFile, match="should end in #name@") as told:
        locate(address)
    assert "secret" not in str(told.value)


def test_only_a_sealed_model_is_pushed(build_model: BuildModel, store: ModelStore) -> None:
    model = build_model()
    (model / "README.md").write_text("another card")
    with pytest.raises(AlteredFile):
        store.push(model)
    (model / "kritiq.json").unlink()
    with pytest.raises(MissingFile, match=r"has no kritiq\.json"):
        store.push(model)
    assert store.versions() == []


def test_what_cannot_be_kept_is_said(build_model: BuildModel, store: ModelStore, tmp_path: Path) -> None:
    version = store.push(build_model())
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskAway, match=r"models cannot be kept in .*file") as told:
        ModelCache(tmp_path / "file").get(version)
    assert not told.value.permanent


def test_a_store_into_which_nothing_can_be_put_is_said_whatever_the_reason(
    build_model: BuildModel, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    # Nobody makes folders in /proc, and what is asked for there "does not exist".
    for place in ("/proc/store", tmp_path / "file" / "store"):
        told = models("push", build_model(), place)
        assert (told.exit_code, type(told.exception)) == (1, SystemExit)
        assert told.stderr.splitlines()[-1].startswith(f"Error: {place} does not answer, or refuses: ")


def test_a_file_that_goes_while_it_is_pushed_is_the_models_fault(
    build_model: BuildModel, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = build_model()
    announced: list[str] = []

    def announce(line: str) -> None:
        announced.append(line)
        (model / WEIGHTS).unlink(missing_ok=True)

    with pytest.raises(MissingFile, match=rf"{WEIGHTS} cannot be read: No such file"):
        store.push(model, announce)
    assert (announced != [], store.versions()) == (True, [])


def test_a_disk_that_was_full_for_a_while_is_tried_again(
    build_model: BuildModel, store: ModelStore, cache: ModelCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = store.push(build_model())
    with monkeypatch.context() as full:
        full.setattr(Path, "rename", fails(errno.ENOSPC))
        with pytest.raises(DiskAway, match="No space left") as told:
            cache.get(version)
    assert may_pass(told.value)
    assert read_manifest(cache.get(version))[1] == version.digest


@pytest.mark.parametrize("nothing_works", ["filelock.FileLock.acquire", "os.utime", "pathlib.Path.iterdir"])
def test_what_is_whole_here_serves_where_nothing_can_be_written(
    build_model: BuildModel, store: ModelStore, cache: ModelCache, monkeypatch: pytest.MonkeyPatch, nothing_works: str
) -> None:
    version = store.push(build_model())
    here = cache.get(version)
    monkeypatch.setattr(nothing_works, fails(errno.EROFS))
    assert cache.get(version) == here


def fails(number: int) -> Callable[..., NoReturn]:
    def call(*args: object, **more: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return call


def test_a_store_that_fails_is_away_and_no_missing_version(
    build_model: BuildModel, store: ModelStore, cache: ModelCache
) -> None:
    version = store.push(build_model())
    (there(version) / "kritiq.json").unlink()
    (there(version) / "kritiq.json").mkdir()
    with pytest.raises(HubAway, match="does not answer, or refuses"):
        cache.get(version)
