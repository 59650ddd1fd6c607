"""Deleting a key erases what it encrypted, and so does giving up one that is lost; rotating it does not."""

import re
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from access.text_keys import KeyFolder
from jobs.batch import Batch
from jobs.errors import TextErased, TextKeyMissing
from jobs.feedback import FeedbackFilter
from jobs.job import Status
from jobs.line import Line
from jobs.stored import JobFilter
from store.batches import BatchStore
from store.connection import Client
from store.ended import EndedJobs
from store.erasure import Eraser
from store.extraction import Extractor
from store.feedback import FeedbackStore
from store.files import FileStore
from store.jobs import RedisStore
from store.whose import Whose
from tests.support.factories import MODEL, TIMINGS, claim, create, succeeded
from tests.support.text_keys import NOON
from tests.unit.store.sealing.guests import FOUND, GUEST, TENANT, TEXT, commented, judged_batch, judged_job, uploaded
from worker.predict.outcomes import outcome_of


def test_a_key_that_is_rotated_opens_what_the_old_one_encrypted(client: Client, folder: KeyFolder) -> None:
    job = judged_job(client)
    folder.rotate(TENANT, NOON, after_s=0)
    newer = judged_job(client)
    store = RedisStore(client)
    assert [store.text(TENANT, each.id) for each in (job, newer)] == [TEXT, TEXT]
    assert len(store.page(TENANT, JobFilter(external_author=GUEST), size=9).jobs) == 2


def test_a_deleted_key_erases_all_that_is_kept(client: Client, folder: KeyFolder) -> None:
    job, batch, file = judged_job(client), judged_batch(client), uploaded(client)
    assert commented(client, job)
    folder.delete(TENANT)
    store, batches = RedisStore(client), BatchStore(client)
    for read in (
        lambda: store.get(TENANT, job.id),
        lambda: store.text(TENANT, job.id),
        lambda: batches.chunk(batch, 0),
        lambda: batches.lines(TENANT, batch.chunk_id(0)),
        lambda: FileStore(client).get(TENANT, file.id),
        lambda: list(FileStore(client).parts(file)),
    ):
        with pytest.raises(TextErased):
            read()
    assert FeedbackStore(client).of(TENANT, job.id) is None
    assert FeedbackStore(client).page(TENANT, FeedbackFilter(), size=9).found == []
    assert EndedJobs(client).read([(TENANT, job.id)]) == [None]
    rows = [orjson.loads(row) for row in Extractor(client).reviews(Whose(tenant=TENANT))]
    assert [(row["text"], row["error"]["code"]) for row in rows] == [(None, "text_erased")] * 2
    # That there was something is still told, and it can be deleted.
    [told] = store.page(TENANT, JobFilter(), size=9).jobs
    assert (told.id, told.request.restaurant, told.request.external_author, told.request.metadata) == (
        job.id, "adler", None, None,
    )  # fmt: skip
    assert batches.get(TENANT, batch.id).succeeded == 2
    store.delete(TENANT, job.id)
    assert Eraser(client).erase(Whose(tenant=TENANT))[1].complete


def test_what_waits_when_the_key_is_deleted_fails_and_says_why(client: Client, folder: KeyFolder) -> None:

    store = RedisStore(client)
    job = create(store, TEXT)
    BatchStore(client).create(Batch(id="batch_1"), [Line(number=1, text=TEXT)], target=99)
    folder.delete(TENANT)
    held = claim(store)
    assert [each.text for each in held] == ["", ""]
    assert store.complete([outcome_of(each, [], MODEL, TIMINGS) for each in held]) == [Status.FAILED] * 2
    ended = store.get(TENANT, job.id).job
    assert ended.error is not None
    assert ended.error.code == "text_erased"
    assert BatchStore(client).get(TENANT, "batch_1").failed == 1


def test_what_is_being_judged_when_the_key_is_deleted_fails_alone(client: Client, folder: KeyFolder) -> None:
    folder.make("acme", NOON)
    store = RedisStore(client)
    mine, others = create(store, TEXT), create(store, TEXT, tenant="acme")
    held = claim(store)
    folder.delete(TENANT)
    states = store.complete([replace(succeeded(each), result=FOUND) for each in held])
    assert dict(zip((each.tenant for each in held), states, strict=True)) == {
        TENANT: Status.FAILED, "acme": Status.SUCCEEDED,
    }  # fmt: skip
    error = store.get(TENANT, mine.id).job.error
    assert error is not None
    assert error.code == "text_erased"
    assert store.get("acme", others.id).result == FOUND


def test_a_key_that_is_lost_for_good_is_given_up_and_what_it_encrypted_is_erased(
    client: Client, folder: KeyFolder, tmp_path: Path
) -> None:
    store, job = RedisStore(client), judged_job(client)
    (folder.path / "default.json").unlink()
    folder.make(TENANT, NOON)
    newer = judged_job(client)
    with pytest.raises(TextKeyMissing) as missing:
        store.page(TENANT, JobFilter(), size=9)
    (key_id,) = re.findall("key ([0-9a-f]{8}) is not", str(missing.value))
    folder.give_up(TENANT, key_id)
    assert {each.id for each in store.page(TENANT, JobFilter(), size=9).jobs} == {job.id, newer.id}
    with pytest.raises(TextErased):
        store.text(TENANT, job.id)
    assert store.text(TENANT, newer.id) == TEXT
    assert Eraser(client).erase(Whose(tenant=TENANT))[1].complete
