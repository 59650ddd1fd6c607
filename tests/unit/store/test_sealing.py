"""Encrypted texts: nothing of what a guest wrote is in Redis, all of it is read, and deleting a key erases it."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.text_keys import KeyFolder
from jobs.batch import Batch, BatchFilter
from jobs.errors import SettingsError, TextErased, TextKeyMissing
from jobs.feedback import Correction, FeedbackFilter, JudgedSentence
from jobs.file import File
from jobs.job import Job, Status
from jobs.line import Line, LineFilter
from jobs.request import JobRequest
from jobs.stored import JobFilter
from store import keys
from store.batches import BatchStore
from store.connection import Client, connect
from store.delivery_log import DeliveryLog
from store.ended import EndedJobs
from store.erasure import Eraser
from store.extraction import Extractor
from store.feedback import FeedbackStore
from store.files import FileStore
from store.jobs import RedisStore
from store.sealing import Sealing
from store.whose import Whose
from tests.support.clock import Clock
from tests.support.factories import MODEL, TIMINGS, claim, create, make_job, make_settings, succeeded
from tests.support.post import Post
from tests.support.receiver_stub import ReceiverStub
from tests.support.redis_server import RedisServer
from tests.support.text_keys import NOON, make_folder, sealed_client, sealing_of
from tests.unit.store.worker_rules import judged
from worker.predict.outcomes import outcome_of

TENANT, WORD = "default", "Zeisigkanari"
TEXT = f"Das Essen war gut, sagt {WORD}. Der Service war schlecht."
GUEST = f"gast-{WORD}"
FOUND = orjson.dumps({"language": "de", "sentences": [{"index": 0, "text": TEXT, "aspects": {}}]})
SENTENCE = JudgedSentence(index=0, text=TEXT, aspects={"food": ("positive", 0.5)})
SAID = Correction(sentence=0, aspect="food", polarity="negative", by=GUEST)


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return make_folder(tmp_path / "keys")


@pytest.fixture
def client(redis_server: RedisServer, redis_client: redis.Redis, folder: KeyFolder) -> Iterator[Client]:
    """A client whose stores encrypt, of an empty Redis."""
    with sealed_client(redis_server, sealing_of(folder)) as found:
        yield found


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> ReceiverStub:
    return ReceiverStub().install(monkeypatch)


def everything(client: redis.Redis) -> bytes:
    """All that is in Redis."""
    return b"\n".join(name + (client.dump(name) or b"") for name in client.scan_iter())


def judged_job(client: redis.Redis, **changes: Any) -> Job:
    """A job that has ended with a result that repeats its text."""
    store = RedisStore(client)
    job = create(store, TEXT, external_author=GUEST, metadata={"tisch": WORD}, restaurant="adler", **changes)
    store.complete([replace(succeeded(each), result=FOUND) for each in claim(store)])
    return job


def judged_batch(client: redis.Redis) -> Batch:
    """A batch whose lines have ended, one of them the guest's."""
    lines = [Line(number=1, custom_id=f"r-{WORD}", text=TEXT, external_author=GUEST), Line(number=2, text="Na ja.")]
    made = BatchStore(client).create(Batch(id="batch_1", request=JobRequest(restaurant="adler")), lines, target=99)
    RedisStore(client).complete([judged(each, poor=0) for each in claim(RedisStore(client))])
    return made


def uploaded(client: redis.Redis) -> File:
    parts = [orjson.dumps({"text": TEXT, "external_author": GUEST}) + b"\n"]
    file = File(id="file_1", tenant=TENANT)
    return FileStore(client).create(file, parts, told=lambda: (f"{WORD}.ndjson", 60_000), budget=10_000)


def commented(client: redis.Redis, job: Job) -> bool | None:
    return FeedbackStore(client).put(job, "de", SENTENCE, SAID, most=9, ttl_ms=60_000)


def test_nothing_that_a_guest_wrote_is_in_redis(client: Client) -> None:
    assert client.config_set("rdbcompression", "no")
    job = judged_job(client, webhook=f"https://example.org/?gast={WORD}")
    waiting = create(RedisStore(client), TEXT, external_author=GUEST)
    judged_batch(client)
    uploaded(client)
    assert commented(client, job)
    assert RedisStore(client).get(TENANT, waiting.id).job.request.external_author == GUEST
    assert WORD.encode() not in everything(client)


def test_all_of_it_is_read(client: Client) -> None:
    job, batch, file = judged_job(client), judged_batch(client), uploaded(client)
    store, batches = RedisStore(client), BatchStore(client)
    stored = store.get(TENANT, job.id)
    assert (store.text(TENANT, job.id), stored.result, stored.job.request) == (TEXT, FOUND, job.request)
    assert [line.text for line in batches.lines(TENANT, batch.chunk_id(0)) or ()] == [TEXT, "Na ja."]
    rows = [orjson.loads(row) for row in (batches.chunk(batch, 0).lines or b"").splitlines()]
    assert [row["custom_id"] for row in rows] == [f"r-{WORD}", None]
    assert (FileStore(client).get(TENANT, file.id), b"".join(FileStore(client).parts(file)).count(WORD.encode())) == (
        file, 2,
    )  # fmt: skip
    [ended] = EndedJobs(client).read([(TENANT, job.id)])
    assert ended is not None
    assert (ended.text, ended.result) == (TEXT, FOUND)
    assert commented(client, job)
    said = FeedbackStore(client).of_job(TENANT, job.id)
    assert said is not None
    assert (said.external_author, said.sentences, said.corrections[0].by) == (GUEST, [SENTENCE], GUEST)


def test_who_waits_for_a_job_is_told_its_end_encrypted_and_need_not_read_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RedisStore(client)
    with client.pubsub(ignore_subscribe_messages=True) as listening:
        listening.subscribe(keys.ENDS("api"))
        listening.get_message(timeout=30)
        job = store.create(make_job(request=JobRequest(external_author=GUEST)), TEXT, waiter="api").job
        store.complete([succeeded(claimed, FOUND) for claimed in claim(store)])
        news = (listening.get_message(timeout=30) or {})["data"]
    assert WORD.encode() not in news
    read = store.get(TENANT, job.id)
    monkeypatch.setattr(store, "get", None)
    told = store.told(TENANT, job.id, news)
    assert told == read
    assert (told.result, told.job.request.external_author) == (FOUND, GUEST)


def test_chunks_that_are_for_another_model_have_their_own_request_encrypted_too(client: Client) -> None:
    request = JobRequest(external_author=GUEST, metadata={"tisch": WORD}, restaurant="adler")
    lines = [Line(number=1, text=TEXT), Line(number=2, text=TEXT, model="other/1")]
    BatchStore(client).create(Batch(id="batch_1", request=request), lines, target=99)
    assert WORD.encode() not in everything(client)
    held = claim(RedisStore(client), serves=("other/1",))
    assert {each.request.model: each.request.external_author for each in held} == {None: GUEST, "other/1": GUEST}


def test_a_worker_gets_the_text_and_the_request(client: Client) -> None:
    create(RedisStore(client), TEXT, external_author=GUEST, language="de")
    [held] = claim(RedisStore(client))
    assert (held.text, held.request.external_author, held.request.language) == (TEXT, GUEST, "de")


def test_the_same_correction_is_kept_once(client: Client) -> None:
    job = judged_job(client)
    assert commented(client, job)
    before = everything(client)
    assert commented(client, job)
    assert everything(client) == before


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
        report = Eraser(now).erase(Whose(tenant=TENANT, external_author=GUEST))
        assert (report.jobs, report.lines, report.files, report.found) == (2, 1, 1, [])


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


def test_an_erasure_finds_what_is_encrypted_and_its_search_reads_it(client: Client) -> None:
    judged_job(client)
    judged_batch(client)
    uploaded(client)
    whose = Whose(tenant=TENANT, external_author=GUEST)
    stray = client.sealing.seal_request(TENANT, JobRequest(external_author=GUEST))
    client.hset(keys.JOB(TENANT, "stray"), "request", stray)
    report = Eraser(client).erase(whose)
    assert (report.jobs, report.lines, report.files) == (1, 1, 1)
    assert report.found == [keys.JOB(TENANT, "stray")]


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
    assert FeedbackStore(client).of_job(TENANT, job.id) is None
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
    assert Eraser(client).erase(Whose(tenant=TENANT)).complete


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


@pytest.mark.parametrize("many", [1, 99], ids=["in a line", "in a record"])
def test_a_webhook_tells_what_it_tells_without_encryption(
    client: Client, folder: KeyFolder, receiver: ReceiverStub, many: int
) -> None:
    receiver.body = WORD * many
    post = Post(client)
    post.endpoint(include_text=True)
    job_id = post.end_job(result=FOUND, external_author=GUEST)
    post.turn()
    assert WORD in receiver.sent[0].body.decode()
    assert bool(list(client.scan_iter("kritiq:*:told:*"))) == (many == 1)
    [told] = post.log.page(TENANT, size=9, subject=job_id).deliveries
    assert post.log.get(TENANT, told.id).log[0].answer == receiver.body
    assert WORD.encode() not in everything(client)
    folder.delete(TENANT)
    assert post.log.get(TENANT, told.id).log[0].answer == ""


@pytest.mark.parametrize("many", [1, 99], ids=["in a line", "in a record"])
def test_deliveries_are_listed_without_the_key_that_their_answers_need(
    redis_server: RedisServer, client: Client, tmp_path: Path, receiver: ReceiverStub, many: int
) -> None:
    receiver.body = WORD * many
    post = Post(client)
    endpoint = post.endpoint()
    job_id = post.end_job(result=FOUND)
    post.turn()
    make_folder(tmp_path / "others", "acme")
    with sealed_client(redis_server, sealing_of(KeyFolder(tmp_path / "others"))) as lost:
        for about in ({}, {"subject": job_id}, {"endpoint": endpoint.id}):
            [told] = DeliveryLog(lost).page(TENANT, size=9, **about).deliveries
            assert (told.subject, told.log) == (job_id, ())
        with pytest.raises(TextKeyMissing):
            DeliveryLog(lost).get(TENANT, told.id)


def test_webhooks_that_are_due_when_the_key_is_deleted_are_given_up(
    client: Client, folder: KeyFolder, receiver: ReceiverStub
) -> None:
    post = Post(client)
    post.endpoint()
    job_id = post.end_job(result=FOUND)
    folder.delete(TENANT)
    post.turn()
    [told] = post.log.page(TENANT, size=9, subject=job_id).deliveries
    assert (told.status, told.reason, receiver.sent) == ("dropped", "job_gone", [])


def test_webhooks_whose_key_is_missing_are_tried_again_and_nobody_is_blamed(
    redis_server: RedisServer, client: Client, tmp_path: Path, receiver: ReceiverStub
) -> None:
    ours = Post(client)
    ours.endpoint(include_text=True)
    job_id = ours.end_job(result=FOUND)
    make_folder(tmp_path / "others", "acme")
    with sealed_client(redis_server, sealing_of(KeyFolder(tmp_path / "others"))) as lost:
        Post(lost, cipher=ours.cipher).turn()
    [told] = ours.log.page(TENANT, size=9, subject=job_id).deliveries
    assert (told.status, told.reason, receiver.sent) == ("pending", "internal_error", [])
    ours.advance(h=1)
    ours.turn()
    assert WORD in receiver.sent[0].body.decode()


def test_a_file_that_is_looked_at_seldom_is_looked_at_at_once_for_a_key_that_nobody_knows(folder: KeyFolder) -> None:
    clock = Clock()
    ours = Sealing(folder, on=True, clock=lambda: clock() / 1000, now_ms=lambda: NOON)
    assert ours.open(TENANT, ours.seal(TENANT, b"x")) == b"x"
    folder.rotate(TENANT, NOON, after_s=0)
    assert ours.open(TENANT, sealing_of(folder).seal(TENANT, b"y")) == b"y"
    folder.delete(TENANT)
    assert ours.seal(TENANT, b"z") != b"z"
    clock.advance(1_000)
    with pytest.raises(TextKeyMissing):
        ours.seal(TENANT, b"z")


@given(
    st.builds(
        JobRequest,
        external_author=st.none() | st.text(max_size=20),
        metadata=st.none() | st.dictionaries(st.sampled_from(["sealed", "a", WORD]), st.text(max_size=20), max_size=2),
        webhook=st.none() | st.text(max_size=20),
        restaurant=st.none() | st.just("adler"),
    ),
    st.binary(max_size=50),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_request_and_every_text_comes_back(folder: KeyFolder, request_: JobRequest, text: bytes) -> None:
    sealing, plain = sealing_of(folder), sealing_of(folder, on=False)
    written = sealing.seal_request(TENANT, request_)
    assert sealing.open_request(TENANT, written) == plain.open_request(TENANT, written) == request_
    assert plain.open_request(TENANT, plain.seal_request(TENANT, request_)) == request_
    assert orjson.loads(written).get("restaurant") == request_.restaurant
    assert plain.open(TENANT, sealing.seal(TENANT, text)) == text


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
    assert Eraser(client).erase(Whose(tenant=TENANT)).complete


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


def test_results_of_celery_clients_own_tasks_are_as_celery_reads_them(client: Client) -> None:
    created = create(RedisStore(client), TEXT)
    [held] = claim(RedisStore(client))
    RedisStore(client).complete([replace(succeeded(replace(held, celery_headers=b"{}")), result=FOUND)])
    raw: Any = client.get(keys.RESULT(created.id))
    assert orjson.loads(raw)["result"] == orjson.loads(FOUND)
