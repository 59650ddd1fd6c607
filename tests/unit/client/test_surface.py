"""The package as others see it."""

import inspect
import pydoc
import re
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, get_args, get_origin
from unittest.mock import create_autospec

import pytest

import kritiq_client
from kritiq_client import (
    AsyncClient,
    Client,
    Job,
    batch_calls,
    change_calls,
    erasure_calls,
    feedback_calls,
    file_calls,
    job_calls,
    key_calls,
    link_calls,
    model_calls,
    operation_calls,
    restaurant_calls,
    retraining_calls,
    webhook_calls,
)
from kritiq_client.reading import read
from tests.unit.client.shells import job

#: What only one of the clients has, or both for themselves.
OWN = {"close", "aclose", "patient"}
FLOWS = {
    name: flow
    for module in (
        job_calls,
        batch_calls,
        change_calls,
        erasure_calls,
        feedback_calls,
        file_calls,
        key_calls,
        link_calls,
        model_calls,
        operation_calls,
        restaurant_calls,
        retraining_calls,
        webhook_calls,
    )
    for name, flow in vars(module).items()
    if inspect.isgeneratorfunction(flow) and flow.__module__ == module.__name__ and not name.startswith("_")
}
#: Flows that others are made of.
PARTS = {"changes", "paged", "remove"}


def calls(cls: type[Any]) -> dict[str, Callable[..., Any]]:
    return {
        name: item
        for name, item in vars(cls).items()
        if not name.startswith("_") and inspect.isfunction(item) and name not in OWN
    }


def parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    return list(inspect.signature(function).parameters.values())


def test_the_signature_of_a_call_is_what_a_reader_expects() -> None:
    assert str(inspect.signature(Client.submit)) == (
        "(self, review: str | kritiq_client.reviews.Review, *, wait_s: float = 0.0, "
        "idempotency_key: str | None = None) -> kritiq_client.job_answers.Job"
    )
    assert str(inspect.signature(Client.events)) == (
        "(self, job: str | kritiq_client.job_answers.Job, *, last_event_id: str = '') "
        "-> collections.abc.Iterator[kritiq_client.job_answers.Job]"
    )
    assert inspect.signature(Client.delete).return_annotation is None
    assert inspect.signature(AsyncClient.submit) == inspect.signature(Client.submit)
    assert inspect.signature(AsyncClient.events).return_annotation == AsyncIterator[Job]


@pytest.mark.parametrize("cls", [Client, AsyncClient])
def test_every_flow_is_a_call_with_its_parameters_and_its_text(cls: type[Any]) -> None:
    found = calls(cls)
    assert found.keys() == FLOWS.keys() - PARTS
    for name, call in found.items():
        first, *others = parameters(call)
        core, *wanted = parameters(FLOWS[name])
        assert (first.name, core.name, others) == ("self", "core", wanted)
        assert call.__doc__ == FLOWS[name].__doc__ != None  # noqa: E711
        assert call.__qualname__ == f"{cls.__name__}.{name}"


def test_both_clients_have_the_same_calls_with_the_same_results() -> None:
    for name, call in calls(Client).items():
        other = getattr(AsyncClient, name)
        assert parameters(call) == parameters(other)
        one, two = inspect.signature(call).return_annotation, inspect.signature(other).return_annotation
        if get_origin(one) is Iterator:
            assert (get_origin(two), get_args(two)) == (AsyncIterator, get_args(one))
        else:
            assert (one, inspect.iscoroutinefunction(other)) == (two, True)


def test_the_readme_names_every_call() -> None:
    readme = (Path(kritiq_client.__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert [name for name in calls(Client) if not re.search(rf"`{name}[`(]", readme)] == []


def test_help_shows_parameters_result_and_text() -> None:
    shown = pydoc.plain(pydoc.render_doc(Client.submit))
    assert "submit(self, review: str | kritiq_client.reviews.Review, *, wait_s: float = 0.0" in shown
    assert "-> kritiq_client.job_answers.Job" in shown
    assert "Submit a review, wait at most `wait_s` (30) seconds for its end" in shown
    assert "async submit(self, review" in pydoc.plain(pydoc.render_doc(AsyncClient.submit))


def test_a_mock_of_a_client_takes_what_the_client_takes() -> None:
    mock = create_autospec(Client, instance=True)
    mock.submit("Gut.", wait_s=1)
    with pytest.raises(TypeError):
        mock.submit("Gut.", wait=1)


def test_a_type_checker_sees_the_same(tmp_path: Path) -> None:
    source = tmp_path / "calls.py"
    source.write_text(
        "from kritiq_client import AsyncClient, Client\n"
        "def sync(kritiq: Client) -> None:\n"
        "    reveal_type(Client.submit)\n"
        "    reveal_type(kritiq.events)\n"
        "    kritiq.submit(5)\n"
        "async def other(kritiq: AsyncClient) -> None:\n"
        "    reveal_type(await kritiq.submit('Gut.', wait_s=1))\n"
        "    reveal_type(kritiq.jobs(status='queued'))\n"
    )
    # httpx takes longer than all of the client, and has no part in its signatures.
    config = tmp_path / "mypy.ini"
    config.write_text("[mypy]\n[mypy-httpx.*]\nfollow_imports = skip\n[mypy-kritiq_client.*]\nignore_errors = True\n")
    where = Path(kritiq_client.__file__).parents[1]
    found = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", str(config), "--cache-dir", ".mypy", str(source)],
        env={"MYPYPATH": str(where)}, cwd=tmp_path, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    shown = [line.partition(": ")[2].replace("kritiq_client.", "") for line in found.splitlines()[:-1]]
    assert shown == [
        'note: Revealed type is "def (client.Client, review: str | reviews.Review, *, wait_s: float =, '
        'idempotency_key: str | None =) -> job_answers.Job"',
        'note: Revealed type is "def (job: str | job_answers.Job, *, last_event_id: str =) '
        '-> typing.Iterator[job_answers.Job]"',
        'error: Argument 1 has incompatible type "int"; expected "str | Review"  [arg-type]',
        'note: Revealed type is "job_answers.Job"',
        'note: Revealed type is "typing.AsyncIterator[job_answers.Job]"',
    ], found


def test_what_is_exported_is_there() -> None:
    assert [name for name in kritiq_client.__all__ if not hasattr(kritiq_client, name)] == []


def test_the_package_needs_nothing_of_the_service_and_no_torch() -> None:
    others = "api", "cryptography", "flask", "jobs", "model", "openpyxl", "pyarrow", "redis", "torch", "tqdm"
    check = f"import kritiq_client, sys; print(*[m for m in {others} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


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


def test_the_version_stands_once() -> None:
    client = Path(kritiq_client.__file__).parents[1]
    project = tomllib.loads((client / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert ("version" in project, project["dynamic"]) == (False, ["version"])
    seen = [path.name for path in client.rglob("*.py") if f'"{kritiq_client.__version__}"' in path.read_text("utf-8")]
    assert seen == ["version.py"]
