"""The call that an empty page shows is one that Kritiq takes."""

import html
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from examples.dashboard.app import create_app
from examples.dashboard.settings import Settings
from tests.unit.dashboard.factories import SECRET


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("examples.dashboard.backfill.Backfill.start", lambda _: None)


def shown(settings: Settings, host: str) -> str:
    """The page, to whoever has a login."""
    client = create_app(settings).test_client()
    return client.get("/?lang=en", headers={"Host": host}, auth=("anna", "geheim")).get_data(as_text=True)


def asked(settings: Settings, host: str = "localhost") -> list[str]:
    """What the terminal gives curl, when the page's call is pasted there."""
    page = shown(settings, host)
    call = html.unescape(page.partition('<code id="curl">')[2].partition("</code>")[0])
    script = f'curl() {{ printf "%s\\0" "$@"; }}; {call}'
    env = {**os.environ, "KRITIQ_API_KEY": "krt_mine"}
    ran = subprocess.run(["bash", "-euc", script], env=env, capture_output=True, check=True)
    return ran.stdout.decode().split("\0")[:-1]


def test_it_goes_to_kritiq_with_the_key_that_the_dashboard_has(tmp_path: Path) -> None:
    key = tmp_path / "Anna's data" / "key"
    key.parent.mkdir()
    key.write_text("krt_test_x\n")
    settings = Settings(db=tmp_path / "d.db", secret=SECRET, api="http://127.0.0.1:5910/", api_key_file=key)
    address, *options = asked(settings)
    assert address == "http://127.0.0.1:5910/v1/jobs"
    headers = ["-H", "Authorization: Bearer krt_test_x", "-H", "Content-Type: application/json", "-d"]
    assert options[:-1] == headers
    assert json.loads(options[-1]) == {"text": "The food was great, but the service was slow.", "restaurant": "adler"}


@pytest.mark.parametrize("login", [None, "anna:geheim"])
def test_who_is_elsewhere_does_not_hear_where_the_key_is(tmp_path: Path, login: str | None) -> None:
    settings = Settings(
        db=tmp_path / "d.db", secret=SECRET, api="http://api:5000", api_key_file=tmp_path / "secret-place", login=login
    )  # fmt: skip
    assert "secret-place" not in shown(settings, "reviews.example")
    address, _, key, *_ = asked(settings, "reviews.example")
    assert (address, key) == ("http://127.0.0.1:5000/v1/jobs", "Authorization: Bearer krt_mine")


@pytest.mark.parametrize("api", ["http://127.0.0.1:5000", None])
def test_where_no_key_is_known_none_is_shown_unless_one_may_be_needed(tmp_path: Path, api: str | None) -> None:
    keys = [each for each in asked(Settings(db=tmp_path / "d.db", secret=SECRET, api=api)) if re.match("Auth", each)]
    assert keys == ([] if api else ["Authorization: Bearer krt_mine"])
