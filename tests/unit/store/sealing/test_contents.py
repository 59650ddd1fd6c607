"""Nothing of what a guest wrote is in Redis where texts are encrypted, and all of it is read."""

import threading
from dataclasses import replace
from typing import Any

import orjson
import pytest

from jobs.batch import Batch
from jobs.bundle import Bundle
from jobs.celery_task import CeleryMessage
from jobs.line import Line
from jobs.request import Form, JobRequest
from store import keys
from store.batches import BatchStore
from store.connection import Client
from store.ended import EndedJobs
from store.erasure import Eraser
from store.feedback import FeedbackStore
from store.files import FileStore
from store.jobs import RedisStore
from store.whose import Whose
from tests.support.factories import LEASE_MS, claim, create, make_job, succeeded
from tests.support.worlds import RedisWorld
from tests.unit.store.sealing.guests import (
    FOUND,
    GUEST,
    SENTENCE,
    TENANT,
    TEXT,
    WORD,
    commented,
    everything,
    judged_batch,
    judged_job,
    uploaded,
)
from tests.unit.worker.consumer.test_hard_times import Events
from worker.consumer.bundles import Bundles


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
    feedback = FeedbackStore(client).of(TENANT, job.id)
    assert feedback is not None
    assert (feedback.external_author, feedback.sentences, feedback.corrections[0].by) == (GUEST, [SENTENCE], GUEST)


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


def test_an_erasure_finds_what_is_encrypted_and_its_search_reads_it(client: Client) -> None:
    judged_job(client)
    judged_batch(client)
    uploaded(client)
    whose = Whose(tenant=TENANT, external_author=GUEST)
    stray = client.sealing.seal_request(TENANT, JobRequest(external_author=GUEST))
    client.hset(keys.JOB(TENANT, "stray"), "request", stray)
    erased, proof = Eraser(client).erase(whose)
    assert (erased.jobs, erased.lines, erased.files) == (1, 1, 1)
    assert proof.found == [keys.JOB(TENANT, "stray")]


def test_results_of_celery_clients_own_tasks_are_as_celery_reads_them(client: Client) -> None:
    created = create(RedisStore(client), TEXT)
    [held] = claim(RedisStore(client))
    RedisStore(client).complete([replace(succeeded(replace(held, celery_headers=b"{}")), result=FOUND)])
    raw: Any = client.get(keys.RESULT(created.id))
    assert orjson.loads(raw)["result"] == orjson.loads(FOUND)


def test_nothing_of_a_bundle_is_in_redis_before_its_result(client: Client) -> None:
    store = RedisStore(client)
    bundle = create(store, Bundle(reviews=[(TEXT, JobRequest(external_author=GUEST))]).encode(), form=Form.BUNDLE)
    bundles = Bundles(store, Events(), lease_ms=LEASE_MS, finished=threading.Event())
    bundles.take(claim(store))
    bundles.round()
    assert WORD.encode() not in everything(client)
    store.complete([replace(succeeded(each), result=FOUND) for each in claim(store)])
    bundles.round()
    assert store.get(TENANT, bundle.id).result == b"[" + FOUND + b"]"
    assert WORD.encode() not in everything(client), "it was not sent by a Celery client"


def test_a_celery_clients_message_is_to_leave_the_file_once_it_is_a_job_or_was_refused(client: Client) -> None:
    store = RedisStore(client)
    for number, dealt_with in enumerate((lambda it: store.adopt(it, make_job(), TEXT, lease_ms=60_000), store.drop)):
        RedisWorld(client).send(f"native-{number}")
        [message] = store.claim(jobs=1, weight=1, lease_ms=60_000)
        assert isinstance(message, CeleryMessage)
        assert not client.exists(keys.ERASED)
        dealt_with(message)
        assert client.getdel(keys.ERASED)
