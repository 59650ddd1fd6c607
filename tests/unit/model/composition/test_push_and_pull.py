"""A composition is pushed and pulled with its members."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from model.artifact.facts import facts_of
from model.artifact.hub_store import HubStore
from model.artifact.loading import locate
from model.artifact.manifest import read_manifest
from model.artifact.model_cache import ModelCache
from model.artifact.model_store import ModelStore
from model.composition import CASCADE
from model.errors import MissingFile
from tests.support.hub_server import HubServer
from tests.unit.model.composition.conftest import Compose
from tests.unit.model.composition.judged import shares


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


@pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")
def test_on_a_hub_a_composition_is_one_commit_with_its_members_in_it(
    tmp_path: Path, compose: Compose, hub: HubServer
) -> None:
    hub.make("acme/both")
    directory, store = compose(CASCADE, unsure=5.0), HubStore("hub:acme/both")
    before, version = shares(directory), store.push(directory)
    assert [each.address for each in store.versions()] == [version]
    for member in ("one", "two"):
        shutil.rmtree(tmp_path / member)
    here = locate(version.store)
    assert facts_of(here).digest == version.digest
    np.testing.assert_allclose(shares(here), before, atol=1e-6)


def test_a_pulled_composition_reads_nothing_outside_of_its_cache(tmp_path: Path, compose: Compose) -> None:
    # The paths lead to the members from where it is made as they do from the cache.
    for name in ("one", "two"):
        shutil.copytree(tmp_path / name, tmp_path / "elsewhere" / name)
    directory = shutil.copytree(compose(), tmp_path / "made" / "both")
    document = json.loads((directory / "kritiq.json").read_text())
    for member in document["composition"]["members"]:
        member["path"] = f"../../elsewhere/{member['name']}"
    (directory / "kritiq.json").write_text(json.dumps(document))
    version = ModelStore(str(tmp_path / "store")).push(directory)
    here = ModelCache(tmp_path / "cache").get(version)
    # What is there now is somebody's who has not been asked.
    (tmp_path / "elsewhere" / "one" / "README.md").write_text("changed\n")
    assert read_manifest(here)[1] == version.digest
    [one] = [each for each in (tmp_path / "cache").iterdir() if each.name.startswith("one@")]
    shutil.rmtree(one)
    with pytest.raises(MissingFile, match=re.escape(f"there is no {one}")):
        read_manifest(here)
