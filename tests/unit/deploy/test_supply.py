"""Of what the images are made, and what an audit of it may say."""

import json
from importlib.metadata import version
from typing import Any

import pytest

from deploy.supply.audit import verdict
from deploy.supply.images import pinned

IMAGES = ("api", "worker")


@pytest.mark.parametrize("image", IMAGES)
def test_every_package_of_an_image_is_listed_with_the_version_that_is_installed(image: str) -> None:
    listed = dict(line.split("==") for line in pinned(image))
    assert len(listed) > 30
    # The CPU's torch says so behind its version.
    assert listed == {name: version(name).partition("+")[0] for name in listed}
    # What nothing asks for by name, too.
    assert {"amqp", "pydantic-core", "hiredis"} <= listed.keys()


def test_an_image_has_what_it_is_for_and_no_more() -> None:
    api, worker = ({line.partition("==")[0] for line in pinned(image)} for image in IMAGES)
    assert {"flask", "limits", "wrapt", "flower"} <= api
    assert {"torch", "transformers", "onnxruntime"} <= worker
    assert not {"torch", "transformers", "pytest"} & api
    assert not {"flask", "gunicorn", "pytest"} & worker


def report(*dependencies: dict[str, Any]) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


GOOD: dict[str, Any] = {"name": "flask", "version": "3.1.3", "vulns": []}
BAD: dict[str, Any] = {"name": "h11", "version": "0.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["0.2"]}]}


@pytest.mark.parametrize(
    ("output", "errors", "status", "message"),
    [
        (report(GOOD), "", 0, "1 of 5 packages audited, 0 vulnerabilities"),
        (report(GOOD, BAD), "Found 1 known vulnerability", 1, "h11 0.1: PYSEC-1"),
        (report(), "", 1, "nothing was audited"),
        (report({"name": "flask", "skip_reason": "has no version"}), "", 1, "nothing was audited"),
        (report({"name": "flask", "skip_reason": "Dependency not found"}), "", 0, "skipped, what answers knows none"),
        ("", "requests.exceptions.ConnectionError: Max retries exceeded", 0, "skipped, its service cannot be reached"),
        ("", "usage: pip-audit [-h]\nerror: unrecognized arguments: --x", 1, "nothing was audited"),
        ("", "", 1, "nothing was audited"),
    ],
    ids=["clean", "vulnerable", "empty", "all skipped", "a mirror", "away", "wrongly called", "silent"],
)
def test_only_an_audit_that_looked_and_found_nothing_passes_or_one_that_could_ask_nobody(
    output: str, errors: str, status: int, message: str
) -> None:
    found = verdict(5, output, errors)
    assert found.status == status
    assert message in found.text
