"""`kritiq tenants key`: keys of texts are made, rotated and deleted, and the audit log has it without a key."""

from pathlib import Path

import pytest

from access.text_keys import KeyFolder, TenantKeys
from jobs.errors import Conflict, SettingsError
from jobs.settings import load_settings
from ops.ports import free_port
from store import keys
from store.checks import open_redis
from store.jobs import RedisStore
from tests.support.commands import Kritiq
from tests.support.factories import create


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "keys")


@pytest.fixture(autouse=True)
def encrypted(folder: KeyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts are to be encrypted."""
    monkeypatch.setenv("KRITIQ_TEXT_KEYS", str(folder.path))
    monkeypatch.setenv("KRITIQ_ENCRYPT_TEXTS", "true")


def keys_of(folder: KeyFolder) -> TenantKeys:
    """Those of acme."""
    found = folder.read("acme")
    assert found is not None
    return found


def test_keys_are_made_rotated_listed_and_deleted(kritiq: Kritiq, folder: KeyFolder) -> None:
    made = kritiq("tenants", "key", "make", "acme")
    [first] = keys_of(folder).keys
    assert made.output == f"acme  {first.id} encrypts\n"
    assert kritiq("tenants", "key", "rotate", "acme").output.startswith("acme  ")
    newer, _ = keys_of(folder).keys
    listed = kritiq("tenants", "key", "list").output
    assert listed.startswith(f"acme  {newer.id} from 20")
    assert listed.endswith(f"  {first.id} encrypts\n")
    kritiq("tenants", "key", "delete", "acme", "--key", first.id, "--yes")
    assert (
        kritiq("tenants", "key", "delete", "acme", "--yes").output == f"acme  no key  deleted {first.id},{newer.id}\n"
    )
    # From here on there is such an organisation.
    kritiq("keys", "create", "--tenant", "acme", "--scope", "jobs:read")
    log = kritiq("audit", "--tenant", "acme").output
    assert [f"kritiq tenants key {what}" in log for what in ("make", "rotate", "delete")] == [True] * 3
    assert not any(key.secret in log + listed for key in (first, newer))


def test_the_folder_is_all_that_a_key_needs_and_a_log_that_is_not_there_is_said(
    kritiq: Kritiq, folder: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Secret of Kubernetes is made where there is no Redis."""
    monkeypatch.setenv("KRITIQ_REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    made = kritiq("tenants", "key", "make", "acme")
    [key] = keys_of(folder).keys
    assert made.output.splitlines()[0] == f"acme  {key.id} encrypts"
    assert "The audit log does not have it. Redis cannot be reached (KRITIQ_REDIS_URL): Error " in made.output


def test_nothing_is_deleted_unless_it_is_said_twice(kritiq: Kritiq, folder: KeyFolder) -> None:
    kritiq("tenants", "key", "make", "acme")
    before = folder.read("acme")
    kritiq("tenants", "key", "delete", "acme", status=1)
    assert folder.read("acme") == before


def test_a_key_that_is_in_no_copy_is_known_as_deleted_and_one_that_is_here_is_not_lost(
    kritiq: Kritiq, folder: KeyFolder
) -> None:
    kritiq("tenants", "key", "make", "acme")
    [here] = keys_of(folder).keys
    words = ("tenants", "key", "delete", "acme", "--lost", "--yes")
    for _ in range(2):
        assert kritiq(*words, "--key", "0123abcd").output == f"acme  {here.id} encrypts  deleted 0123abcd\n"
    assert isinstance(kritiq(*words, "--key", here.id, status=1).exception, Conflict)
    for wrong in ((), ("--key", "0123ABCD"), ("--key", "../x")):
        kritiq(*words, *wrong, status=2)
    assert keys_of(folder).keys == (here,)


def test_whoever_gets_an_api_key_gets_a_key_of_texts_once(kritiq: Kritiq, folder: KeyFolder) -> None:
    for _ in range(2):
        kritiq("keys", "create", "--tenant", "acme", "--scope", "jobs:write")
    assert len(keys_of(folder).keys) == 1
    kritiq("tenants", "key", "delete", "acme", "--yes")
    kritiq("keys", "create", "--tenant", "acme", "--scope", "jobs:write")
    assert keys_of(folder).keys == (), "what was erased on purpose does not come back by itself"


def test_after_it_is_deleted_commands_say_that_the_texts_are_erased(kritiq: Kritiq) -> None:
    kritiq("tenants", "key", "make", "default")
    with open_redis(load_settings()) as client:
        store = RedisStore(client)
        job = create(store, "Das Essen war gut.", restaurant="adler")
        store.cancel("default", job.id)
        client.zadd(keys.DEAD("default"), {job.id: 1})
        extract, dead = ("extract", "--restaurant", "adler"), ("jobs", "dead")
        assert [kritiq(*words).output.count("Das Essen war gut.") for words in (extract, dead)] == [1, 1]
        kritiq("tenants", "key", "delete", "default", "--yes")
        for words in (extract, dead, ("jobs", "dead", "requeue", "--all")):
            assert "erased with the key" in kritiq(*words).output


def test_a_folder_that_is_not_there_or_not_named_is_told(kritiq: Kritiq, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = kritiq("jobs", "dead", status=1)
    assert isinstance(failed.exception, SettingsError)
    assert "KRITIQ_TEXT_KEYS" in str(failed.exception)
    monkeypatch.setenv("KRITIQ_TEXT_KEYS", "")
    assert "KRITIQ_TEXT_KEYS is not set" in str(kritiq("tenants", "key", "list", status=1).exception)
