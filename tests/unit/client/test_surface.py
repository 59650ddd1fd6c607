"""The package as others see it."""

import inspect
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import kritiq_client
from kritiq_client import AsyncClient, Client, Job
from kritiq_client.reading import read
from tests.unit.client.shells import job


def calls(cls: type[Any]) -> dict[str, Callable[..., Any]]:
    return {name: item for name, item in vars(cls).items() if not name.startswith("_") and inspect.isfunction(item)}


def test_both_clients_have_the_same_calls_with_the_same_parameters() -> None:
    own = {"close", "aclose", "patient"}
    sync, other = ({name: inspect.signature(item) for name, item in calls(cls).items() if name not in own}
                   for cls in (Client, AsyncClient))  # fmt: skip
    assert sync == other
    assert len(sync) > 20


def test_every_call_says_what_it_does() -> None:
    assert [name for name, item in calls(Client).items() if not item.__doc__] == []


def test_what_is_exported_is_there() -> None:
    assert [name for name in kritiq_client.__all__ if not hasattr(kritiq_client, name)] == []


def test_the_package_needs_nothing_of_the_service_and_no_torch() -> None:
    check = "import kritiq_client, sys; print(*[m for m in ('jobs','api','model','torch','flask','redis','tqdm',"
    check += "'cryptography') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == ""


def test_members_that_are_not_known_yet_are_passed_over_and_kept() -> None:
    found = read(Job, job(mood="sunny", timings={"queue_ms": 3, "gpu_ms": 1}))
    assert (found.timings.queue_ms, found.raw["mood"]) == (3, "sunny")


def test_a_secret_is_never_printed() -> None:
    endpoint = kritiq_client.Endpoint(
        id="e", url="u", events=(), enabled=True, created_at=read(Job, job()).created_at, secret="whsec_geheim"
    )
    assert "geheim" not in repr(endpoint)


@pytest.mark.parametrize("status", ["queued", "running"])
def test_only_known_open_states_are_open(status: str) -> None:
    assert not read(Job, job(status)).ended
    assert read(Job, job("a-new-final-state")).ended
