"""What was archived in plain is encrypted when somebody asks."""

import pytest
from sqlalchemy import Engine

from access.text_keys import KeyFolder
from archive import encrypting
from archive.encrypting import encrypt
from archive.sink import Sink
from archive.tables import authors, changed_days, daily
from jobs.errors import TextKeyMissing
from store.connection import Client
from store.whose import Whose
from tests.support.commands import Kritiq
from tests.support.text_keys import make_folder
from tests.unit.archive.conftest import Archive
from tests.unit.archive.encrypted.guests import GUEST, WORD, guest_job, told
from tests.unit.archive.generated import make_reviews, put


def test_what_came_in_plain_is_encrypted_when_somebody_asks(
    client: Client, archive: Archive, either: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encrypting, "PAGE", 7)
    made = [each._replace(author=each.author and GUEST, text=f"Sagt {WORD}.") for each in make_reviews(40)]
    put(Sink(either), made)
    put(Sink(either), [make_reviews(1, tenant="acme")[0]._replace(text=WORD)])
    guest_job(client)
    archive.catch_up()
    before, sums = told(archive, client), archive.rows(daily)
    with either.begin() as connection:
        connection.execute(changed_days.delete())
    assert sum(encrypt(either, client.sealing, "default")) == len(made)
    rows = archive.all()
    assert [row["tenant"] for row in rows["reviews"] if WORD in repr(row)] == ["acme"]
    assert {row["tenant"] for row in rows["sentences"] if row["text"] is not None} <= {"acme"}
    assert (told(archive, client), archive.rows(daily)) == (before, sums)
    (guest,) = [row for row in archive.rows(authors) if row["tenant"] == "default"]
    assert guest["reviews"] == sum(each.author is not None for each in made) + 1, "of one author, before and since"
    assert {row["day"] for row in archive.rows(changed_days)} == {each.day for each in made}, "files follow"
    assert sum(encrypt(either, client.sealing, "default")) == 0
    archive.outbox.erase(Whose(tenant="default", external_author=GUEST))
    archive.catch_up()
    assert GUEST not in told(archive, client)


def test_commands_encrypt_what_there_was_and_export_it(
    kritiq: Kritiq, engine: Engine, folder: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(Sink(engine), [make_reviews(1)[0]._replace(text=f"Sagt {WORD}.")])
    assert "KRITIQ_ENCRYPT_TEXTS is off" in repr(kritiq("archive", "encrypt", status=1).exception)
    monkeypatch.setenv("KRITIQ_ENCRYPT_TEXTS", "true")
    monkeypatch.setenv("KRITIQ_TEXT_KEYS", str(folder.path))
    assert "in plain before: 1." in kritiq("archive", "encrypt").output
    export = ("archive", "export", "--from", "2026-01-01", "--to", "2026-12-31", "--format")
    for form in ("jsonl", "sql"):
        assert WORD in kritiq(*export, form).stdout
    (folder.path / "default.json").unlink()
    make_folder(folder.path, "acme")
    refused = kritiq(*export, "jsonl", status=1)
    assert isinstance(refused.exception, TextKeyMissing)
    assert WORD not in refused.output
