"""An author's lines go out of a batch in which others have lines, whatever is being done with it."""

from typing import Any, cast

import orjson
import pytest
import redis

from jobs.batch import Batch
from jobs.batch_status import BatchStatus
from jobs.job import Status
from jobs.line import WITHOUT_TEXT, Line, LineFilter
from jobs.line_erasure import erase_lines, erase_results
from jobs.request import JobRequest
from store import keys, webhook_keys
from store.batches import BatchStore
from store.jobs import RedisStore
from store.line_erasure import LineEraser
from tests.support.factories import LEASE_MS, claim
from tests.support.model_batches import ModelBatches
from tests.support.model_store import ModelStore
from tests.support.post import Post
from tests.support.receiver_stub import ReceiverStub, Sent
from tests.support.worlds import RedisWorld, World
from tests.unit.store.worker_rules import judged
from webhooks.event import EventType

ANNA, TENANT, DAY = "anna", "default", "2026-11-02"


@pytest.fixture
def store(redis_client: redis.Redis) -> RedisStore:
    return RedisStore(redis_client)


@pytest.fixture
def batches(redis_client: redis.Redis) -> BatchStore:
    """With a batch of three lines, of which the second is Anna's."""
    batches = BatchStore(redis_client)
    lines = [Line(number=number, text="Gut. " * number, custom_id=f"r{number}") for number in (1, 2, 3)]
    lines[1] = Line(
        number=2, text="Zeisig.", custom_id="r2", external_author=ANNA, metadata={"table": 7}, reviewed_at="2026-11-01"
    )
    request = JobRequest(restaurant="adler")
    batches.create(Batch(id="batch_1", request=request, day=DAY), lines, target=99)
    return batches


def rows(batches: BatchStore) -> list[dict[str, object]]:
    page = batches.line_page(batches.get(TENANT, "batch_1"), LineFilter(), size=9)
    return [orjson.loads(row) for row in page.rows]


def erase(batches: BatchStore) -> int:
    return LineEraser(batches.client).erase(batches.get(TENANT, "batch_1"), ANNA)


def test_a_line_that_waits_is_not_judged(batches: BatchStore, store: RedisStore) -> None:
    assert erase(batches) == 1
    [held] = claim(store)
    assert "Zeisig" not in held.text
    store.complete([judged(held, poor=0)])
    done = batches.get(TENANT, "batch_1")
    assert (done.status, done.succeeded, done.failed) == (BatchStatus.COMPLETED, 2, 1)


def test_a_chunk_that_is_being_judged_is_judged_anew_without_it(batches: BatchStore, store: RedisStore) -> None:
    [held] = claim(store)
    assert erase(batches) == 1
    assert store.renew([held], lease_ms=LEASE_MS) != [None]
    assert store.complete([judged(held, poor=0)]) == [None], "what its worker has found counts for nothing"
    [again] = claim(store)
    assert (again.id, again.attempt, again.suspect) == (held.id, 2, False)
    store.complete([judged(again, poor=0)])
    assert [row["status"] for row in rows(batches)] == ["succeeded", "failed", "succeeded"]


def test_what_is_judged_anew_ends_in_both_stores(world: World) -> None:
    batches: BatchStore | ModelBatches
    eraser: LineEraser | ModelBatches
    if isinstance(world, RedisWorld):
        batches, eraser = BatchStore(world.redis), LineEraser(world.redis)
    else:
        batches = eraser = ModelBatches(cast("ModelStore", world.store))
    lines = [Line(number=1, text="Gut.", external_author=ANNA), Line(number=2, text="Gut.")]
    batches.create(Batch(id="batch_1"), lines, target=9)
    [held] = claim(world.store)
    assert eraser.erase(batches.get(TENANT, "batch_1"), ANNA) == 1
    assert world.store.complete([judged(held, poor=0)]) == [None]
    [again] = claim(world.store)
    assert world.store.complete([judged(again, poor=0)]) == [Status.SUCCEEDED], "once is enough"
    done = batches.get(TENANT, "batch_1")
    assert (done.status, done.succeeded, done.failed) == (BatchStatus.COMPLETED, 1, 1)


def test_a_result_goes_and_its_restaurant_is_not_said_of_any_more(batches: BatchStore, store: RedisStore) -> None:
    store.complete([judged(held, poor=0) for held in claim(store)])
    others = [row for row in rows(batches) if row["line"] != 2]
    assert erase(batches) == 1
    found = rows(batches)
    assert [row for row in found if row["line"] != 2] == others
    assert found[1] == {
        "line": 2, "custom_id": "r2", "status": "failed", "restaurant": "adler", "reviewed_at": None,
        "external_author": None, "metadata": None, "warnings": [], "result": None,
        "error": {"code": "erased", "message": "The review was erased."}, "model": None,
    }  # fmt: skip
    assert store.judgements(TENANT, "adler", first="2026-11-01", last="2026-11-01") == {}
    assert store.judgements(TENANT, "adler", first=DAY, last=DAY)[DAY]["food"] == {"positive": 4}
    done = batches.get(TENANT, "batch_1")
    assert (done.succeeded, done.failed, list(batches.without_result(done))) == (2, 1, [])
    assert b"Zeisig" not in b"".join(batches.client.dump(name) or b"" for name in batches.client.scan_iter())


def test_a_line_without_a_text_has_failed_then_as_any_other(redis_client: redis.Redis, store: RedisStore) -> None:
    batches = BatchStore(redis_client)
    lines = [Line(number=n, problem=WITHOUT_TEXT, external_author=ANNA if n == 1 else None) for n in (1, 2)]
    batches.create(Batch(id="batch_1"), lines, target=9)
    store.complete([judged(held, poor=0) for held in claim(store)])
    assert [row["status"] for row in rows(batches)] == ["skipped", "skipped"]
    assert erase(batches) == 1
    assert [row["status"] for row in rows(batches)] == ["failed", "skipped"]
    done = batches.get(TENANT, "batch_1")
    assert (done.skipped, done.failed, done.waiting) == (1, 1, 0)


def test_who_was_told_of_lines_hears_which_were_erased_and_once_more_of_another_author(
    redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = ReceiverStub().install(monkeypatch)
    post, batches = Post(redis_client), BatchStore(redis_client)
    post.endpoint(events=(EventType.BATCH_LINES_DELETED.value,))
    authors = (ANNA, "berta", None, ANNA, ANNA)
    lines = [Line(number=n, text="Gut.", external_author=who) for n, who in enumerate(authors, 1)]
    batches.create(Batch(id="batch_1", request=JobRequest(restaurant="adler")), lines, target=4)
    post.jobs.complete([judged(held, poor=0) for held in claim(post.jobs)])
    assert erase(batches) == 3
    assert LineEraser(redis_client).erase(batches.get(TENANT, "batch_1"), "berta") == 1
    batches.delete(TENANT, "batch_1")
    post.turn()
    assert {sent.event["type"] for sent in receiver.sent} == {"batch.lines_deleted"}
    told = [sent.event["data"] for sent in receiver.sent]
    assert sorted(number for data in told for number in data["lines"]) == [1, 2, 4, 5]
    assert {(data["batch_id"], data["restaurant"]) for data in told} == {("batch_1", "adler")}
    assert len({sent.id for sent in receiver.sent}) == len(receiver.sent)


def test_what_is_erased_is_gone_as_soon_as_the_rest_is(redis_world: RedisWorld) -> None:
    batches = BatchStore(redis_world.redis)
    lines = [Line(number=1, text="Gut.", external_author=ANNA), Line(number=2, text="Gut.")]
    batches.create(Batch(id="batch_1", ttl_ms=60_000, request=JobRequest(restaurant="adler"), day=DAY), lines, target=9)
    redis_world.store.complete([judged(held, poor=0) for held in claim(redis_world.store)])
    assert erase(batches) == 1
    redis_world.advance(61_000)
    redis_world.store.reconcile()
    assert redis_world.store.judgements(TENANT, "adler", first=DAY, last=DAY) == {}
    assert redis_world.redis.keys("celery-task-meta-*") == []


def test_what_was_one_authors_is_not_the_batches_then(redis_client: redis.Redis) -> None:
    batches = BatchStore(redis_client)
    lines = [Line(number=1, text="Gut.", external_author=ANNA), Line(number=2, text="Gut.")]
    request = JobRequest(external_author="berta", reviewed_at=DAY, metadata={"table": 7})
    batches.create(Batch(id="batch_1", request=request), lines, target=9)
    assert erase(batches) == 1
    first, second = rows(batches)
    assert (first["external_author"], first["reviewed_at"], first["metadata"]) == (None, None, None)
    assert (second["external_author"], second["reviewed_at"]) == ("berta", DAY)
    assert LineEraser(redis_client).erase(batches.get(TENANT, "batch_1"), "berta") == 1


def test_what_was_counted_for_all_lines_together_goes_as_well(batches: BatchStore, store: RedisStore) -> None:
    """As releases of before November 2026 wrote it: of the record's own restaurant and day, or of none."""
    store.complete([judged(held, poor=0) for held in claim(store)])
    record = keys.JOB(TENANT, "batch_1.0")
    batches.client.hset(record, mapping={"tally": orjson.dumps({"food|positive": 5}), "restaurant": "adler"})
    assert erase(batches) == 1
    found = batches.client.hget(record, "tally")
    assert found is not None
    assert orjson.loads(found) == {"adler": {DAY: {"food|positive": 5}}}, "the second line was of another day"


def test_what_was_counted_nowhere_is_not_counted_then(batches: BatchStore, store: RedisStore) -> None:
    store.complete([judged(held, poor=0) for held in claim(store)])
    before = store.judgements(TENANT, "adler", first="2026-11-01", last=DAY)
    record = keys.JOB(TENANT, "batch_1.0")
    batches.client.hset(record, "tally", orjson.dumps({"food|positive": 5}))
    assert erase(batches) == 1
    assert store.judgements(TENANT, "adler", first="2026-11-01", last=DAY) == before
    assert not batches.client.hexists(record, "tally")


def test_a_result_line_of_before_lines_had_restaurants_goes_as_any_other() -> None:
    erased = erase_lines([Line(number=1, text="Gut.", external_author=ANNA)], JobRequest(), ANNA)
    assert erased is not None
    row = orjson.dumps({"line": 1, "custom_id": None, "status": "succeeded", "result": None})
    found = erase_results([row], erased, {"adler": {DAY: {"food|positive": 1}}}, DAY)
    assert (found.lost, found.tally) == (1, {"adler": {DAY: {"food|positive": 1}}})


def answers(post: Post) -> list[bytes]:
    """What is kept of what receivers answered."""
    names = post.redis.scan_iter(webhook_keys.ATTEMPTS(TENANT, "*"))
    logs: list[Any] = [post.redis.lrange(name, 0, -1) for name in names]
    return [entry.split(b"\n", 2)[2] for log in logs for entry in log]


def test_what_receivers_answered_to_its_lines_is_forgotten_however_many_were_told(
    redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.line_erasure.TOLD_A_CALL", 2)
    receiver = ReceiverStub(body="You said: Zeisig.").install(monkeypatch)
    post, batches = Post(redis_client), BatchStore(redis_client)
    post.endpoint(events=(EventType.BATCH_LINES.value,), lines_per_event=1)
    for name in ("batch_1", "batch_2"):
        lines = [Line(number=n, text="Zeisig.", external_author=ANNA if n == 2 else None) for n in range(1, 8)]
        batches.create(Batch(id=name), lines, target=1)
    post.jobs.complete([judged(held, poor=0) for held in claim(post.jobs)])
    post.turn()
    assert answers(post) == [receiver.body.encode()] * 14
    assert erase(batches) == 1
    assert sorted(answers(post)) == [b""] * 7 + [receiver.body.encode()] * 7, "those of its batch, and of no other"


def test_what_is_answered_to_an_attempt_that_was_under_way_is_not_kept_and_what_comes_then_is(
    redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = ReceiverStub(body="You said: Zeisig.", says=500).install(monkeypatch)
    post, batches = Post(redis_client), BatchStore(redis_client)
    post.endpoint(events=(EventType.BATCH_LINES.value,))
    lines = [Line(number=1, text="Zeisig.", external_author=ANNA), Line(number=2, text="Gut.")]
    batches.create(Batch(id="batch_1"), lines, target=9)
    post.jobs.complete([judged(held, poor=0) for held in claim(post.jobs)])

    def erased_meanwhile(sent: Sent) -> None:
        assert erase(batches) == 1

    receiver.on_send = erased_meanwhile
    [lease] = post.lease()
    post.deliverer.deliver(lease)
    assert answers(post) == [b""]
    receiver.on_send, receiver.body = lambda sent: None, "Thanks."
    post.advance(h=1)
    post.turn()
    assert b"Zeisig" not in receiver.sent[-1].body
    assert answers(post) == [b"", b"Thanks."]


def test_an_id_that_names_the_author_goes_too(redis_client: redis.Redis) -> None:
    batches = BatchStore(redis_client)
    lines = [Line(number=1, text="Gut.", custom_id="anna-1", external_author=ANNA), Line(number=2, text="Gut.")]
    batches.create(Batch(id="batch_1"), lines, target=9)
    erase(batches)
    assert [row["custom_id"] for row in rows(batches)] == [None, None]
