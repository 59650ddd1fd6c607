"""`kritiq keys` from the command line, and the key that `kritiq run` makes."""

import json
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
import redis

from access.api_key import InvalidKey
from access.digests import FILE as SECRET_FILE
from access.scope import Scope
from access.token import new_token, parse
from jobs.errors import NotFound, SettingsError
from ops import development_key as development
from ops.announcement import announce
from ops.development_key import development_key
from store.api_keys import ApiKeyStore
from tests.support.commands import Kritiq
from tests.support.factories import make_settings
from tests.support.keys import gatekeeper_of
from tests.support.redis_server import RedisServer


def create(kritiq: Kritiq, *words: str) -> str:
    return kritiq("keys", "create", "--scope", "jobs:read", *words).stdout.strip()


def test_the_key_alone_is_on_stdout_so_that_it_can_go_into_a_file(kritiq: Kritiq, tmp_path: Path) -> None:
    done = kritiq("keys", "create", "--tenant", "acme", "--scope", "jobs:write", "--scope", "jobs:read")
    token = parse(done.stdout.strip())
    assert token is not None
    assert done.stderr == f"{token.key_id} of acme: jobs:write, jobs:read. The key is shown this once:\n"
    assert stat.S_IMODE((tmp_path / SECRET_FILE).stat().st_mode) == 0o600


def test_a_key_is_listed_rotated_and_revoked(kritiq: Kritiq) -> None:
    name = "Büro\x1b[31m\x9b\u202e"
    text = create(kritiq, "--tenant", "acme", "--name", name, "--restaurant", "adler", "--days", "1", "--test")
    assert text.startswith("krt_test_")
    key_id = parse(text).key_id  # type: ignore[union-attr]
    listed = kritiq("keys", "list", "--tenant", "acme").stdout
    assert listed.startswith(f"{key_id}  good  jobs:read  only adler  until ")
    assert "never used" in listed
    assert listed.endswith("  Büro\\x1b[31m\\u009b\\u202e\n")
    assert text not in listed
    assert kritiq("keys", "rotate", key_id, "--tenant", "acme").stdout.strip() != text
    assert kritiq("keys", "revoke", key_id, "--tenant", "acme").stdout == f"{key_id} is revoked.\n"
    written = kritiq("keys", "list", "--tenant", "acme", "--json").stdout
    assert not {"\x1b", "\x9b", "\u202e"} & set(written)
    facts = json.loads(written)
    assert facts["name"] == name
    assert (facts["id"], facts["restaurants"], bool(facts["revoked_at"])) == (key_id, ["adler"], True)
    assert "revoked" in kritiq("keys", "list", "--tenant", "acme").stdout


def test_what_is_not_there_is_said(kritiq: Kritiq) -> None:
    assert kritiq("keys", "list").stdout == "default has no keys.\n"
    for words in (("revoke", "key_x"), ("rotate", "key_x")):
        assert isinstance(kritiq("keys", *words, status=1).exception, NotFound)
    wrong = kritiq("keys", "create", "--scope", "jobs:read", "--tenant", "A b", status=1)
    assert isinstance(wrong.exception, InvalidKey)
    kritiq("keys", "create", "--scope", "root", status=2)
    kritiq("keys", "create", status=2)


@pytest.fixture
def settings(redis_server: RedisServer, redis_client: redis.Redis, tmp_path: Path) -> Any:
    return make_settings(auth="auto", redis_url=redis_server.url, data_dir=tmp_path)


def test_the_development_key_is_made_once_and_put_into_every_redis(settings: Any, redis_client: redis.Redis) -> None:
    key = development_key(settings, threading.Event())
    assert key is not None
    assert stat.S_IMODE((settings.data_dir / development.FILE).stat().st_mode) == 0o600
    assert development_key(settings, threading.Event()) == key
    redis_client.flushall()
    assert development_key(settings, threading.Event()) == key
    caller = gatekeeper_of(settings, redis_client).caller(f"Bearer {key}")
    assert (caller.tenant, caller.may(Scope.ADMIN)) == ("default", True)


def test_a_development_key_that_is_no_good_any_more_is_replaced(settings: Any, redis_client: redis.Redis) -> None:
    first = development_key(settings, threading.Event())
    assert first is not None
    ApiKeyStore(redis_client).revoke("default", parse(first).key_id)  # type: ignore[union-attr]
    second = development_key(settings, threading.Event())
    (settings.data_dir / SECRET_FILE).write_text("x" * 40)
    third = development_key(settings, threading.Event())
    assert len({first, second, third}) == 3
    assert gatekeeper_of(settings, redis_client).caller(f"Bearer {third}").tenant == "default"


def test_where_nobody_is_asked_there_is_no_key(settings: Any) -> None:
    assert development_key(settings.model_copy(update={"auth": "off"}), threading.Event()) is None
    assert list(settings.data_dir.iterdir()) == []


def test_a_file_that_is_no_key_is_named(settings: Any) -> None:
    (settings.data_dir / development.FILE).write_text("hush")
    with pytest.raises(SettingsError, match="has no key of Kritiq") as caught:
        development_key(settings, threading.Event())
    assert "hush" not in str(caught.value)


def test_who_stops_while_redis_is_waited_for_is_heard(settings: Any) -> None:
    stopping = threading.Event()
    stopping.set()
    assert development_key(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}), stopping) is None


def test_the_line_to_paste_carries_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.announcement._ready", lambda url: True)
    monkeypatch.setattr("ops.run_dashboard.has_dashboard", lambda: False)
    key = new_token().text
    for given, shown in ((key, f" -H 'Authorization: Bearer {key}' -H "), (None, "/v1/jobs -H 'Content-Type")):
        lines: list[str] = []
        announce(make_settings(), lines.append, threading.Event(), given)
        assert shown in lines[-1]
        assert ("Bearer" in lines[-1]) == (given is not None)
