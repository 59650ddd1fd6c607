"""Where texts are encrypted the archive has no name of whoever said something of a judgement, and still finds it."""

import pytest
import redis
from sqlalchemy import Engine

from access.text_keys import KeyFolder
from archive.encrypting import encrypt
from archive.tables import feedback
from jobs.errors import TextKeyMissing
from store.connection import Client
from store.whose import Whose
from tests.unit.archive.conftest import Archive
from tests.unit.archive.saying import judged, kept_feedback, say

WHO = "Zeisigkanari"


def test_who_said_it_is_not_in_the_tables_and_an_erasure_finds_it(client: Client, archive: Archive) -> None:
    job = judged(client)
    say(client, job, "negative", by=WHO)
    say(client, job, "negative", aspect="price", by="anna")
    archive.catch_up()
    rows = archive.rows(feedback)
    assert WHO not in repr(rows)
    assert {row["said_by"] for row in rows} == {None}
    assert len({row["said_by_digest"] for row in rows} - {None}) == 2
    archive.outbox.erase(Whose(tenant="default", external_author=WHO))
    archive.catch_up()
    assert kept_feedback(archive) == [(job.id, 0, 0, "price", "negative")]


def test_who_said_it_before_is_hidden_when_somebody_asks(
    redis_client: redis.Redis, client: Client, archive: Archive, either: Engine
) -> None:
    plain = Archive(redis_client, either)
    job, other = judged(redis_client), judged(redis_client, tenant="acme")
    for about in (job, other):
        say(redis_client, about, "negative", by=WHO)
    plain.catch_up()
    assert [row["said_by"] for row in archive.rows(feedback)] == [WHO, WHO]
    list(encrypt(either, client.sealing, "default"))
    assert [(row["tenant"], row["said_by"]) for row in archive.rows(feedback)] == [("acme", WHO), ("default", None)]
    archive.outbox.erase(Whose(tenant="default", external_author=WHO))
    archive.catch_up()
    assert [row["tenant"] for row in archive.rows(feedback)] == ["acme"]


def test_it_waits_for_a_key_that_is_missing(client: Client, archive: Archive, folder: KeyFolder) -> None:
    job = judged(client)
    archive.catch_up()
    say(client, job, "negative", by=WHO)
    file = folder.path / "default.json"
    file.rename(folder.path.parent / "kept")
    with pytest.raises(TextKeyMissing):
        archive.catch_up()
    assert kept_feedback(archive) == []
    (folder.path.parent / "kept").rename(file)
    archive.catch_up()
    assert kept_feedback(archive) == [(job.id, 0, 0, "food", "negative")]
