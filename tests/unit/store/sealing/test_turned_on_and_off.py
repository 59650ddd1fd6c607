"""Encryption is turned on and off at any time: what was written before is read, found and erased."""

import pytest

from access.text_keys import KeyFolder
from jobs.file import File
from jobs.job import Job
from jobs.line import LineFilter
from jobs.request import JobRequest
from jobs.stored import JobFilter
from store.batches import BatchStore
from store.connection import Client
from store.erasure import Eraser
from store.extraction import Extractor
from store.files import FileStore
from store.jobs import RedisStore
from store.whose import Whose
from tests.support.factories import create
from tests.support.redis_server import RedisServer
from tests.support.text_keys import sealed_client, sealing_of
from tests.unit.store.sealing.guests import FOUND, GUEST, TENANT, TEXT, everything, judged_batch, judged_job, uploaded


@pytest.mark.parametrize("on", [True, False], ids=["turned on", "turned off"])
def test_what_was_written_before_it_was_turned_on_or_off_is_read_and_found(
    redis_server: RedisServer, client: Client, folder: KeyFolder, on: bool
) -> None:
    with sealed_client(redis_server, sealing_of(folder, on=not on)) as before:
        job, batch = judged_job(before, id="job-1"), judged_batch(before)
        uploaded(before)
    with sealed_client(redis_server, sealing_of(folder, on=on)) as now:
        newer = judged_job(now, id="job-2")
        store, wanted = RedisStore(now), JobFilter(external_author=GUEST)
        assert store.get(TENANT, job.id).result == FOUND
        assert {each.id for each in store.page(TENANT, wanted, size=9).jobs} == {job.id, newer.id}
        assert len(BatchStore(now).line_page(batch, LineFilter(external_author=GUEST), size=9).rows) == 1
        assert len(list(Extractor(now).reviews(Whose(tenant=TENANT, external_author=GUEST)))) == 3
        erased, proof = Eraser(now).erase(Whose(tenant=TENANT, external_author=GUEST))
        assert (erased.jobs, erased.lines, erased.files, proof.found) == (2, 1, 1, [])


def test_pages_of_an_authors_jobs_are_in_order_where_some_were_indexed_in_plain(
    redis_server: RedisServer, client: Client, folder: KeyFolder
) -> None:
    with sealed_client(redis_server, sealing_of(folder, on=False)) as plain:
        for number in range(7):
            create(RedisStore(plain if number % 3 else client), TEXT, id=f"job-{number}", external_author=GUEST)
    found, place = list[str](), None
    while True:
        page = RedisStore(client).page(TENANT, JobFilter(external_author=GUEST), size=2, before=place)
        found += [job.id for job in page.jobs]
        place = page.next
        if place is None:
            break
    assert sorted(found) == [f"job-{number}" for number in range(7)]


@pytest.mark.parametrize("on", [True, False], ids=["turned on", "turned off"])
def test_an_idempotency_key_from_before_gives_the_same_job(
    redis_server: RedisServer, client: Client, folder: KeyFolder, on: bool
) -> None:
    digest = JobRequest().digest(TEXT)
    job = Job(id="job-1")
    with sealed_client(redis_server, sealing_of(folder, on=not on)) as before:
        RedisStore(before).create(job, TEXT, idempotency="key", digest=digest)
    with sealed_client(redis_server, sealing_of(folder, on=on)) as now:
        for name in ("job-2", "job-1"):
            again = RedisStore(now).create(Job(id=name), TEXT, idempotency="key", digest=digest)
            assert (again.job.id, again.new) == ("job-1", False)
    if not on:
        assert digest.encode() not in everything(client)


@pytest.mark.parametrize("before", [True, False], ids=["encrypted", "in plain"])
@pytest.mark.parametrize("now", [True, False], ids=["turned on", "turned off"])
def test_a_file_may_begin_with_any_byte(
    redis_server: RedisServer, client: Client, folder: KeyFolder, before: bool, now: bool
) -> None:
    parts = ["Gut.".encode("utf-16"), b"\xff", b"\xffsealed"]
    assert parts[0].startswith(b"\xff")
    file = File(id="file_1", tenant=TENANT)
    with sealed_client(redis_server, sealing_of(folder, on=before)) as writer:
        file = FileStore(writer).create(file, parts, told=lambda: ("a", 60_000), budget=99)
    with sealed_client(redis_server, sealing_of(folder, on=now)) as reader:
        assert list(FileStore(reader).parts(file)) == parts
