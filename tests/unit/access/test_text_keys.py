"""Keys of texts: made, rotated and deleted in files of their own, and what they encrypt."""

import errno
import fcntl
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.sealed import TOKEN, Seals, is_sealed
from access.text_keys import LOCK, SHARED, KeyFolder, TenantKeys
from jobs.errors import Conflict, NotFound, TextErased, TextKeyMissing
from tests.support.text_keys import NOON

KEYS = TenantKeys().with_new(NOON)
TEXT = b"Das Essen war gut, Zeisig."


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "keys")


def test_nobody_but_its_owner_reads_the_folder(folder: KeyFolder) -> None:
    folder.make("acme", NOON)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder.path, *folder.path.iterdir())}
    assert modes == {"keys": 0o700, "acme.json": 0o600, SHARED: 0o600, LOCK: 0o600}
    assert folder.tenants() == ["acme"]


def test_of_two_that_make_an_organisations_first_key_one_does_and_the_other_sees_it(folder: KeyFolder) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = [each.exception() for each in [pool.submit(folder.make, "acme", NOON) for _ in range(16)]]
    assert [type(error) for error in found if error is not None] == [Conflict] * 15
    made = folder.read("acme")
    assert made is not None
    assert len(made.keys) == 1


def test_what_is_held_while_keys_change_is_a_file_that_was_opened_to_write(
    folder: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NFS holds nothing else alone (flock(2))."""
    held = []
    monkeypatch.setattr(fcntl, "flock", lambda opened, how: held.append(fcntl.fcntl(opened, fcntl.F_GETFL)))
    folder.make("acme", NOON)
    assert [flags & os.O_ACCMODE for flags in held] == [os.O_RDWR]


def test_whoever_is_killed_while_writing_leaves_the_keys_as_they_were_and_none_that_is_deleted_later(
    folder: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = folder.make("acme", NOON)
    folder.make("acme-2", NOON)

    def everything() -> str:
        return "".join(path.read_text() for path in folder.path.iterdir())

    with monkeypatch.context() as killed:
        killed.setattr(Path, "replace", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            folder.rotate("acme", NOON, after_s=0)
    assert folder.read("acme") == made
    assert everything().count(made.keys[0].secret) == 2
    folder.delete("acme")
    assert made.keys[0].secret not in everything()
    assert folder.tenants() == ["acme", "acme-2"]


def test_a_disk_that_is_full_leaves_the_keys_as_they_were_and_no_half_of_others(
    folder: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = folder.make("acme", NOON)
    monkeypatch.setattr(os, "fsync", Mock(side_effect=OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        folder.rotate("acme", NOON, after_s=0)
    assert folder.read("acme") == made
    assert {path.name for path in folder.path.iterdir()} == {"acme.json", SHARED, LOCK}


def test_a_key_is_on_the_disk_before_anything_is_encrypted_with_it(
    folder: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.make("acme", NOON)
    done = list[str]()
    replace, fsync = Path.replace, os.fsync
    monkeypatch.setattr(Path, "replace", lambda self, to: (done.append("named"), replace(self, to))[1])
    monkeypatch.setattr(os, "fsync", lambda opened: (done.append("written"), fsync(opened))[1])
    folder.rotate("acme", NOON, after_s=0)
    assert done == ["written", "named", "written"]


def test_keys_show_themselves_to_nobody_who_prints_them(folder: KeyFolder) -> None:
    made = folder.make("acme", NOON)
    assert made.keys[0].secret not in f"{made!r}{made}"
    assert made.index not in f"{made!r}{made}"


def test_what_is_written_is_read(folder: KeyFolder) -> None:
    made = folder.make("acme", NOON)
    assert folder.read("acme") == made
    assert folder.read("other") is None


def test_an_organisation_has_a_first_key_once(folder: KeyFolder) -> None:
    made = folder.make("acme", NOON)
    with pytest.raises(Conflict):
        folder.make("acme", NOON)
    assert folder.read("acme") == made


@pytest.mark.parametrize("tenant", ["../acme", "", "a/b", "Acme", "shared.key"])
def test_no_name_leads_out_of_the_folder(folder: KeyFolder, tenant: str) -> None:
    with pytest.raises(NotFound):
        folder.make(tenant, NOON)
    assert folder.read(tenant) is None


def test_a_new_key_encrypts_when_all_have_heard_of_it_and_the_old_one_still_decrypts(folder: KeyFolder) -> None:
    first = folder.make("acme", NOON).keys[0]
    keys = folder.rotate("acme", NOON, after_s=120)
    assert (keys.at(NOON), keys.at(NOON + 119_999)) == (first, first)
    assert keys.at(NOON + 120_000) == keys.keys[0] != first
    old = Seals.of(TenantKeys(keys=(first,))).seal(TEXT, NOON)
    new = Seals.of(keys).seal(TEXT, NOON + 120_000)
    assert [Seals.of(keys).open(token) for token in (old, new)] == [TEXT, TEXT]


def test_what_a_deleted_key_encrypted_is_erased_and_what_others_did_is_not(folder: KeyFolder) -> None:
    first = folder.make("acme", NOON)
    both = folder.rotate("acme", NOON, after_s=0)
    old, new = Seals.of(first).seal(TEXT, NOON), Seals.of(both).seal(TEXT, NOON)
    left = Seals.of(folder.delete("acme", first.keys[0].id))
    assert left.open(new) == TEXT
    with pytest.raises(TextErased):
        left.open(old)
    assert first.keys[0].secret not in (folder.path / "acme.json").read_text(encoding="ascii")


def test_all_keys_are_deleted_at_once_and_a_new_one_opens_nothing_of_before(folder: KeyFolder) -> None:
    first = folder.make("acme", NOON)
    token = Seals.of(first).seal(TEXT, NOON)
    none = folder.delete("acme")
    assert (none.keys, none.index, none.deleted) == ((), "", (first.keys[0].id,))
    with pytest.raises(TextKeyMissing):
        Seals.of(none).seal(TEXT, NOON)
    with pytest.raises(TextErased):
        Seals.of(folder.make("acme", NOON)).open(token)


@pytest.mark.parametrize("call", ["rotate", "delete"])
def test_there_is_nothing_to_rotate_or_delete_without_a_key(folder: KeyFolder, call: str) -> None:
    folder.make("other", NOON)
    with pytest.raises(NotFound):
        folder.delete("acme") if call == "delete" else folder.rotate("acme", NOON, after_s=0)


@pytest.mark.parametrize("content", [b"{}", b"\xc3\xa4", b""])
def test_which_file_it_is_that_has_no_keys_is_told_and_it_stays_as_it_is(folder: KeyFolder, content: bytes) -> None:
    folder.make("acme", NOON)
    (folder.path / "acme.json").write_bytes(content)
    for call in (lambda: folder.read("acme"), lambda: folder.rotate("acme", NOON, after_s=0)):
        with pytest.raises(ValueError, match=r"^acme\.json: "):
            call()
    assert (folder.path / "acme.json").read_bytes() == content


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "\u0000", '{"keys": [{"id": "a", "secret": "b"}], "index": "", "deleted": []}']
)
def test_a_file_that_has_no_keys_is_told_without_what_is_in_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"^it is no file of keys$"):
        TenantKeys.decode(text)


@given(st.binary(max_size=300))
def test_every_text_comes_back(text: bytes) -> None:
    seals = Seals.of(KEYS)
    token = seals.seal(text, NOON)
    assert is_sealed(token)
    assert TOKEN.fullmatch(token)
    assert seals.open(token) == text
    assert seals.reveal(b'{"a": "' + token + b'"}') == b'{"a": "' + text + b'"}'


def test_a_token_that_was_changed_or_cut_off_opens_nothing() -> None:
    token = Seals.of(KEYS).seal(TEXT, NOON)
    for wrong in (token[:-4], token[:-2] + b"AA", token.replace(b":", b"", 1), b"sealed2" + token[7:]):
        with pytest.raises(TextKeyMissing):
            Seals.of(KEYS).open(wrong)


def test_another_organisations_keys_open_nothing() -> None:
    with pytest.raises(TextKeyMissing):
        Seals.of(TenantKeys().with_new(NOON)).open(Seals.of(KEYS).seal(TEXT, NOON))


def test_digests_are_the_same_for_whoever_has_the_keys_and_for_nobody_else() -> None:
    rotated = Seals.of(KEYS.with_new(NOON))
    assert rotated.digest("gast-7") == Seals.of(KEYS).digest("gast-7") != rotated.digest("gast-8")
    assert Seals.of(TenantKeys().with_new(NOON)).digest("gast-7") != rotated.digest("gast-7")
