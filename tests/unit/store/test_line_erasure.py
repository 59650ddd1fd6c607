"""An author's lines go out of a batch in which others have lines, whatever is being done with it."""

import orjson
import pytest
import redis

from jobs.batch import Batch, BatchStatus
from jobs.line import Line, LineFilter
from jobs.request import JobRequest
from store.batches import BatchStore
from store.jobs import RedisStore
from store.line_erasure import LineEraser
from tests.support.factories import LEASE_MS, claim
from tests.support.worlds import RedisWorld
from tests.unit.store.worker_rules import judged

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


def test_a_result_goes_and_its_restaurant_is_not_said_of_any_more(batches: BatchStore, store: RedisStore) -> None:
    store.complete([judged(held, poor=0) for held in claim(store)])
    others = [row for row in rows(batches) if row["line"] != 2]
    assert erase(batches) == 1
    found = rows(batches)
    assert [row for row in found if row["line"] != 2] == others
    assert found[1] == {
        "line": 2, "custom_id": "r2", "status": "failed", "restaurant": "adler", "reviewed_at": None,
        "external_author": None, "metadata": None, "warnings": [], "result": None,
        "error": {"code": "erased", "message": "The review was erased."},
    }  # fmt: skip
    assert store.judgements(TENANT, "adler", first="2026-11-01", last="2026-11-01") == {}
    assert store.judgements(TENANT, "adler", first=DAY, last=DAY)[DAY]["food"] == {"positive": 4}
    done = batches.get(TENANT, "batch_1")
    assert (done.succeeded, done.failed, list(batches.without_result(done))) == (2, 1, [])
    assert b"Zeisig" not in b"".join(batches.client.dump(name) or b"" for name in batches.client.scan_iter())


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


def test_an_id_that_names_the_author_goes_too(redis_client: redis.Redis) -> None:
    batches = BatchStore(redis_client)
    lines = [Line(number=1, text="Gut.", custom_id="anna-1", external_author=ANNA), Line(number=2, text="Gut.")]
    batches.create(Batch(id="batch_1"), lines, target=9)
    erase(batches)
    assert [row["custom_id"] for row in rows(batches)] == [None, None]
