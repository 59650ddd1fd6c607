"""`/v1/keys`: an organisation makes, lists, rotates and revokes keys of its own."""

from pathlib import Path
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient
from pydantic import SecretStr

from access.digests import FILE
from access.scope import Scope
from access.token import parse
from api.http.gatekeeper import Gatekeeper
from jobs.errors import SettingsError
from tests.support.factories import REVIEW
from tests.support.http import problem
from tests.support.keys import Doors


@pytest.fixture
def doors(redis_client: redis.Redis) -> Doors:
    return Doors(redis_client)


@pytest.fixture
def admin(doors: Doors) -> FlaskClient:
    return doors.client("acme", Scope.ADMIN)


def made(admin: FlaskClient, **more: Any) -> dict[str, Any]:
    answer = admin.post("/v1/keys", json={"scopes": ["jobs:write"]} | more)
    assert answer.status_code == 201, answer.data
    found: dict[str, Any] = answer.json
    assert answer.headers["Location"] == f"/v1/keys/{found['id']}"
    assert answer.headers["Cache-Control"] == "no-store"
    return found


def test_a_key_is_shown_once_and_opens_what_its_scopes_say(doors: Doors, admin: FlaskClient) -> None:
    key = made(admin, name="Kasse", scopes=["jobs:write", "jobs:read"], kind="test", expires_in_s=3600)
    token = parse(key.pop("key"))
    assert token is not None
    assert (token.kind, token.key_id) == ("test", key["id"])
    assert (key["scopes"], key["name"], key["restaurants"]) == (["jobs:write", "jobs:read"], "Kasse", [])
    assert key["expires_at"] > key["created_at"]
    assert admin.get(f"/v1/keys/{key['id']}").json == key
    client = doors.showing(token.text)
    assert client.post("/v1/jobs", json={"text": REVIEW}).status_code == 202
    problem(client.get("/v1/keys"), 403, "insufficient-scope")


def test_a_name_of_blanks_is_none(admin: FlaskClient) -> None:
    assert [made(admin, name=name)["name"] for name in ("", " \u00a0\t", " Kasse 2\n")] == ["", "", "Kasse 2"]


def test_no_answer_but_the_first_has_the_text(admin: FlaskClient) -> None:
    key = made(admin)
    for answer in (admin.get("/v1/keys"), admin.get(f"/v1/keys/{key['id']}")):
        assert key["key"] not in answer.text
        assert "digest" not in answer.text


def test_a_revoked_key_is_listed_as_that(doors: Doors, admin: FlaskClient) -> None:
    key = made(admin)
    assert admin.delete(f"/v1/keys/{key['id']}").status_code == 204
    assert admin.delete(f"/v1/keys/{key['id']}").status_code == 204
    listed = {each["id"]: each for each in admin.get("/v1/keys").json["keys"]}
    assert listed[key["id"]]["revoked_at"]
    problem(doors.showing(key["key"]).get("/v1/jobs"), 401, "invalid-token")
    problem(admin.post(f"/v1/keys/{key['id']}/rotate"), 409, "conflict")


def test_a_rotated_key_has_two_texts_for_a_while(doors: Doors, admin: FlaskClient) -> None:
    key = made(admin)
    again = admin.post(f"/v1/keys/{key['id']}/rotate").json
    assert (again["id"], again["key"] == key["key"]) == (key["id"], False)
    for text in (key["key"], again["key"]):
        assert doors.showing(text).post("/v1/jobs", json={"text": REVIEW}).status_code == 202
    last = admin.post(f"/v1/keys/{key['id']}/rotate", json={"grace_seconds": 0}).json
    assert doors.showing(last["key"]).post("/v1/jobs", json={"text": REVIEW}).status_code == 202


def test_another_organisations_keys_are_none(doors: Doors, admin: FlaskClient) -> None:
    theirs = made(doors.client("other", Scope.ADMIN))
    here = f"/v1/keys/{theirs['id']}"
    unknown = problem(admin.get("/v1/keys/key_000000000000"), 404)
    for answer in (admin.get(here), admin.delete(here), admin.post(f"{here}/rotate")):
        assert problem(answer, 404) == unknown
    assert theirs["id"] not in admin.get("/v1/keys").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []}, {"scopes": ["admin", "admin"]}, {"scopes": ["root"]}, {"scopes": "admin"}, {"tenant": "other"},
        {"restaurants": ["a b"]},
        {"restaurants": ["adler"], "scopes": ["admin"]}, {"expires_in_s": 1}, {"kind": "prod"}, {"name": "x" * 201},
    ],
)  # fmt: skip
def test_what_cannot_be_a_key_is_refused(admin: FlaskClient, wrong: dict[str, Any]) -> None:
    problem(admin.post("/v1/keys", json={"scopes": ["jobs:read"]} | wrong), 422)


def test_where_no_key_is_asked_for_the_first_can_be_made_over_http(doors: Doors) -> None:
    key = made(doors.stranger())
    assert doors.showing(key["key"]).post("/v1/jobs", json={"text": REVIEW}).status_code == 202


def test_a_secret_is_made_for_the_first_key_alone(redis_client: redis.Redis, tmp_path: Path) -> None:
    doors = Doors(redis_client, key_secret=SecretStr(""), data_dir=tmp_path)
    anybody = doors.app.test_client()
    first = anybody.post("/v1/keys", json={"scopes": ["admin"]})
    assert first.status_code == 201
    (tmp_path / FILE).unlink()
    # The same process goes on with what it knows; another one makes no second secret, which no key was made under.
    assert doors.showing(first.get_json()["key"]).post("/v1/keys", json={"scopes": ["jobs:read"]}).status_code == 201
    with pytest.raises(SettingsError, match="KRITIQ_KEY_SECRET"):
        Gatekeeper(doors.settings, doors.keys, doors.sessions, doors.link_sessions).digests(make=True)
    assert not (tmp_path / FILE).exists()
