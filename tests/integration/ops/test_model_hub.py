"""A model on a hub, pushed and pulled by processes of their own, which ask whom HF_ENDPOINT names, as whom HF_TOKEN."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from model.artifact.manifest import read_manifest
from model.artifact.version_address import VersionAddress
from tests.support.hub_server import HubServer

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
MINI = Path(__file__).parents[3] / "models" / "kritiq-mini"


def test_a_model_is_pushed_to_a_hub_and_pulled_from_it(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "HF_TOKEN": "hf_right", "HF_HUB_DISABLE_XET": "1"}

    def models(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "ops", "models", *arguments],
            stdout=subprocess.PIPE, check=True, text=True, timeout=200, env={**os.environ, **environment},
        ).stdout.strip()  # fmt: skip

    with HubServer(token="hf_right").running() as hub:
        hub.make("acme/mini")
        environment["HF_ENDPOINT"] = hub.url
        version = VersionAddress.parse(models("push", str(MINI), "hub:acme/mini"))
        assert version is not None
        assert version.store == f"hub:acme/mini@{hub.repositories['acme/mini'][-1].id}"
        here = Path(models("pull", version.store))
    assert read_manifest(here)[1] == version.digest == read_manifest(MINI)[1]
    # The hub is away now.
    assert models("pull", version.store) == str(here)
