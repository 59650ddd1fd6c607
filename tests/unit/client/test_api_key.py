"""The API key: given, found, shown to the service, and to nobody else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from kritiq_client import AsyncClient, Client, Forbidden, KritiqError, Unauthorized
from kritiq_client.credentials import key_for
from kritiq_client.submit_cli import submit_command
from tests.support.served import served
from tests.unit.client.shells import Both, Script, answer, job, problem


def shown(**more: Any) -> str | None:
    """The `Authorization` of a call."""
    asked: list[httpx.Request] = []

    def service(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer(200, job())

    with httpx.Client(transport=httpx.MockTransport(service)) as http:
        client = Client(http=http, **more)
        client.get("job_1")
        client.patient(total_s=1).get("job_1")
    assert len({request.headers.get("authorization") for request in asked}) == 1
    return asked[0].headers.get("authorization")


def test_a_key_is_given_or_in_the_environment_or_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown() is None
    assert shown(api_key=" krt_a\n") == "Bearer krt_a"
    monkeypatch.setenv("KRITIQ_API_KEY", "krt_env")
    assert shown() == "Bearer krt_env"
    assert shown(api_key="krt_a") == "Bearer krt_a"
    assert shown(api_key="") is None
    assert shown(headers={"Authorization": "Basic x"}) == "Basic x"


@pytest.mark.parametrize("make", [Client, AsyncClient])
def test_a_key_that_no_header_can_carry_is_refused_and_not_said(make: Callable[..., object]) -> None:
    with pytest.raises(KritiqError) as caught:
        make(api_key="krt_ö\nx")
    assert "krt_" not in str(caught.value)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_key_that_is_no_good_is_an_error_of_its_own(kind: str) -> None:
    with pytest.raises(Unauthorized):
        Both(kind, Script(problem(401, "invalid-token"))).get("job_1")
    with pytest.raises(Forbidden):
        Both(kind, Script(problem(403, "insufficient-scope"))).get("job_1")


def test_the_commands_find_the_key_of_a_file_and_on_this_machine_that_of_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    here, elsewhere = "http://127.0.0.1:5000", "https://kritiq.example.org"
    assert key_for(here, None) is None
    (tmp_path / ".data").mkdir()
    (tmp_path / ".data" / "development.key").write_text("krt_dev\n")
    assert key_for(here, None) == "krt_dev\n"
    assert key_for(elsewhere, None) is None
    (tmp_path / "key").write_text("krt_file\n")
    assert key_for(elsewhere, tmp_path / "key") == "krt_file\n"
    monkeypatch.setenv("KRITIQ_API_KEY", "krt_env")
    assert key_for(here, None) is None, "the client itself takes the variable's"


def test_a_command_shows_the_key_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("krt_file\n")
    asked: list[httpx.Request] = []

    def service(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer(202, job("queued", 1))

    with served(service) as url:
        done = CliRunner().invoke(submit_command, ["Gut.", "--url", url, "--api-key-file", str(tmp_path / "key")])
    assert done.exit_code == 0, done.output
    assert asked[0].headers["authorization"] == "Bearer krt_file"
    assert "krt_" not in done.output
