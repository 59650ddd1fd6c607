"""Without its key nothing of an organisation is taken, read or judged, and nothing is said to be erased."""

from contextlib import suppress
from pathlib import Path

import pytest

from access.text_keys import KeyFolder
from jobs.batch import Batch, BatchFilter
from jobs.errors import SettingsError, TextKeyMissing
from jobs.file import File
from jobs.line import Line, LineFilter
from jobs.stored import JobFilter
from store.batches import BatchStore
from store.connection import Client, connect
from store.erasure import Eraser
from store.extraction import Extractor
from store.files import FileStore
from store.jobs import RedisStore
from store.whose import Whose
from tests.support.factories import claim, create, make_settings
from tests.support.redis_server import RedisServer
from tests.support.text_keys import NOON, make_folder, sealed_client, sealing_of
from tests.unit.store.sealing.guests import GUEST, TENANT, TEXT, judged_batch, judged_job


def test_processes_do_not_start_without_a_folder_of_keys(tmp_path: Path) -> None:
    for wrong in (
        {"encrypt_texts": True},
        {"encrypt_texts": True, "text_keys": tmp_path / "misspelled"},
        {"text_keys": tmp_path / "misspelled"},
        {"encrypt_texts": True, "text_keys": tmp_path},
    ):
        with pytest.raises(SettingsError, match="KRITIQ_TEXT_KEYS"):
            connect(make_settings(**wrong))
    make_folder(tmp_path / "keys")
    assert connect(make_settings(encrypt_texts=True, text_keys=tmp_path / "keys")).sealing.on
    assert not connect(make_settings(text_keys=tmp_path / "keys")).sealing.on


def test_nothing_is_taken_from_an_organisation_without_a_key(client: Client, folder: KeyFolder) -> None:
    folder.delete(TENANT)
    for tenant in (TENANT, "acme"):
        with pytest.raises(TextKeyMissing, match=f"Texts of {tenant} cannot be stored"):
            create(RedisStore(client), TEXT, tenant=tenant)
        with pytest.raises(TextKeyMissing):
            BatchStore(client).create(Batch(id="batch_1", tenant=tenant), [Line(number=1, text=TEXT)], target=99)
        with pytest.raises(TextKeyMissing):
            FileStore(client).create(File(id="f", tenant=tenant), [b"x"], told=lambda: ("x", 60_000), budget=9_000)
    assert not list(client.scan_iter("kritiq:*:job:*"))


def test_a_worker_without_the_key_judges_nothing_of_it_and_leaves_it_to_others(
    redis_server: RedisServer, client: Client, tmp_path: Path
) -> None:
    make_folder(tmp_path / "others", "acme")
    job = create(RedisStore(client), TEXT)
    with sealed_client(redis_server, sealing_of(KeyFolder(tmp_path / "others"))) as lost:
        with pytest.raises(TextKeyMissing):
            claim(RedisStore(lost))
        theirs = create(RedisStore(lost), TEXT, tenant="acme")
        assert [each.id for each in claim(RedisStore(lost))] == [theirs.id]
        with pytest.raises(TextKeyMissing, match="A text of default cannot be read"):
            RedisStore(lost).text(TENANT, job.id)
    assert [each.text for each in claim(RedisStore(client))] == [TEXT]


def test_jobs_that_cannot_be_read_are_told_once_and_keep_nobody_elses_waiting(
    redis_server: RedisServer, client: Client, folder: KeyFolder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder.make("acme", NOON)
    for _ in range(9):
        create(RedisStore(client), TEXT)
    theirs = [create(RedisStore(client), TEXT, tenant="acme").id for _ in range(3)]
    (folder.path / "default.json").rename(tmp_path / "lost.json")
    with sealed_client(redis_server, sealing_of(folder)) as lost:
        found = list[str]()
        for _ in range(9):
            with suppress(TextKeyMissing):
                found += [each.id for each in claim(RedisStore(lost), jobs=4)]
        assert sorted(found) == sorted(theirs)
        caplog.clear()
        with pytest.raises(TextKeyMissing):
            claim(RedisStore(lost), jobs=4)
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["jobs cannot be judged here"]


def test_without_the_key_nobody_is_told_that_there_is_nothing_of_an_author(
    redis_server: RedisServer, client: Client, folder: KeyFolder, tmp_path: Path
) -> None:
    batch, whose = judged_batch(client), Whose(tenant=TENANT, external_author=GUEST)
    judged_job(client)
    (folder.path / "default.json").rename(tmp_path / "lost.json")
    with sealed_client(redis_server, sealing_of(folder)) as lost:
        for ask in (
            lambda: RedisStore(lost).page(TENANT, JobFilter(external_author=GUEST), size=9),
            lambda: BatchStore(lost).page(TENANT, BatchFilter(external_author=GUEST), size=9),
            lambda: BatchStore(lost).line_page(batch, LineFilter(external_author=GUEST), size=9),
            lambda: list(Extractor(lost).reviews(whose)),
            lambda: Eraser(lost).erase(whose),
        ):
            with pytest.raises(TextKeyMissing, match="default"):
                ask()
