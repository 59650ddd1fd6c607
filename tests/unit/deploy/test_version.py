"""The version stands in pyproject.toml; the command, the API's description, the images and the client read it."""

import re
from importlib import metadata

import pytest
from flask.testing import FlaskClient

from deploy.version import version
from kritiq_client.version import VERSION
from tests.support.commands import kritiq
from tests.unit.deploy.conftest import ROOT

PACKAGES = (
    "api", "bench", "client", "deploy", "examples", "jobs", "model", "ops", "store", "telemetry", "webhooks", "worker",
)  # fmt: skip


def test_the_command_says_it() -> None:
    assert kritiq("--version").output == f"kritiq, version {version()}\n"


def test_the_description_of_the_api_says_it(client: FlaskClient) -> None:
    assert client.get("/openapi.json").get_json()["info"]["version"] == version()


def test_the_client_says_the_same() -> None:
    assert version() == VERSION == metadata.version("kritiq-client")


@pytest.mark.parametrize("name", ["Dockerfile.api", "Dockerfile.worker"])
def test_an_image_is_labelled_with_what_the_build_says(name: str) -> None:
    last = (ROOT / name).read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    assert re.search(r"^ARG VERSION=", last, re.MULTILINE)
    assert 'org.opencontainers.image.version="${VERSION}"' in last


@pytest.mark.parametrize("overlay", ["cpu", "gpu"])
def test_an_overlay_asks_for_images_of_this_version(overlay: str) -> None:
    text = (ROOT / "deploy/kubernetes/overlays" / overlay / "kustomization.yaml").read_text(encoding="utf-8")
    tags = re.findall(r'newTag: "?([\w.-]+)"?', text)
    assert len(tags) == 2
    assert {tag.removesuffix("-cuda") for tag in tags} == {version()}


def test_it_is_written_nowhere_else() -> None:
    overlays = {f"deploy/kubernetes/overlays/{name}/kustomization.yaml" for name in ("cpu", "gpu")}
    kinds = (".py", ".yaml", ".yml", ".toml")
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.suffix in kinds]
    paths += [ROOT / name for name in ("pyproject.toml", "docker-compose.yml", "Dockerfile.api", "Dockerfile.worker")]
    quoted = re.compile(rf'["\' :]{re.escape(version())}["\'\n-]')
    found = {str(path.relative_to(ROOT)) for path in paths if quoted.search(path.read_text(encoding="utf-8"))}
    assert found == overlays | {"pyproject.toml", "client/kritiq_client/version.py"}
