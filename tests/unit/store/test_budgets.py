"""Each kind of what Redis keeps has a budget, and gives way from its oldest end; what has not ended never does."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from jobs.batch import Batch
from jobs.budgets import BudgetSettings, Kept
from jobs.errors import Gone, NotFound
from jobs.job import Status, new_id
from jobs.line import Line
from model.runtime.judgement import SentenceJudgement
from store import keys, webhook_keys
from store.batches import BatchStore
from store.jobs import RedisStore
from store.memory import NEARLY_FULL, SCRIPTS
from store.metrics import MetricsStore
from store.outbox import Outbox
from tests.support.factories import REVIEW, claim, create, make_settings, succeeded, work_off
from tests.support.post import TENANT, Post, end_batch, id_made_at
from tests.support.worlds import RedisWorld
from webhooks.delivery import Attempt, DeliveryStatus, Verdict
from webhooks.lines import LinesNotice
from worker.predict.sentence_cache import RedisCache

pytestmark = pytest.mark.integration


def deliver(post: Post, *, as_line: bool = True) -> list[str]:
    """Record everything that is due as delivered, each in a line or in a record of its own; the deliveries' ids."""
    leases = post.lease()
    for lease in leases:
        attempt = Attempt(number=1, trigger=lease.trigger, started_at=lease.due_at, answer="x" * 161)
        post.deliveries.record(lease, Verdict.SUCCEEDED, attempt=None if as_line else attempt)
    return [lease.id for lease in leases]


def relieve(store: RedisStore, **budgets: int) -> dict[Kept, int]:
    """What is forgotten until all keep their budgets."""
    gone: dict[Kept, int] = {}
    while some := store.relieve({Kept(kind): most for kind, most in budgets.items()}):
        gone = {kind: gone.get(kind, 0) + some.get(kind, 0) for kind in {*gone, *some}}
    return gone


def a_call_looks_at(monkeypatch: pytest.MonkeyPatch, kind: Kept, most: int) -> None:
    monkeypatch.setitem(SCRIPTS, kind, (SCRIPTS[kind][0], most))


def test_the_settings_give_no_kind_a_budget_unless_one_is_set() -> None:
    assert make_settings().budgets == {}
    assert make_settings(delivery_log_bytes=9).budgets == {Kept.DELIVERY_LOG: 9}


@pytest.mark.parametrize("kind", Kept)
def test_the_settings_say_how_full_redis_may_get(kind: Kept) -> None:
    left = {0.9: "a tenth", 0.95: "a twentieth"}[NEARLY_FULL[kind]]
    assert f"while Redis has {left} of its maxmemory left" in str(
        BudgetSettings.model_fields[f"{kind}_bytes"].description
    )


def test_what_fits_its_budget_stays(redis_world: RedisWorld) -> None:
    post = Post(redis_world.redis)
    post.endpoint()
    post.end_job()
    deliver(post)
    assert relieve(post.jobs, cache=1, delivery_log=100_000, results=100_000) == {}
    assert relieve(post.jobs) == {}


@pytest.mark.parametrize("records", [0, 1, 3, 4], ids=["lines", "one in four a record", "one a line", "records"])
def test_the_oldest_deliveries_go_first(redis_world: RedisWorld, records: int) -> None:
    post = Post(redis_world.redis)
    post.endpoint()
    made = []
    for number in range(230):
        # Lines lie in one key with those of the same half minute; these are an hour apart.
        post.end_job(id=id_made_at(post.deliveries.now_ms()))
        made += deliver(post, as_line=number % 4 >= records)
        post.ahead_ms += 3_600_000
    size = post.jobs.weigh()[Kept.DELIVERY_LOG]
    assert post.jobs.relieve({Kept.DELIVERY_LOG: size // 2}) == {Kept.DELIVERY_LOG: 200}
    left = [delivery.id for delivery in post.all()]
    assert sorted(left) == sorted(made[200:])


def test_deliveries_that_ended_under_an_older_release_go_before_newer_ones(
    redis_world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.ended_deliveries.AT_ONCE", 2)
    a_call_looks_at(monkeypatch, Kept.DELIVERY_LOG, 3)
    post = Post(redis_world.redis)
    post.endpoint()
    made = []
    for number in range(6):
        post.end_job()
        made += deliver(post, as_line=False)
        post.ahead_ms += 3_600_000
        if number == 3:
            # It had no index of them, and what waits is in none.
            redis_world.redis.delete(webhook_keys.ENDED_DELIVERIES)
    waits = post.end_job()
    for left in (made[3:], []):
        assert post.jobs.relieve({Kept.DELIVERY_LOG: 1}) == {Kept.DELIVERY_LOG: 3}
        assert sorted(each.id for each in post.all() if each.subject != waits) == sorted(left)
    assert post.jobs.relieve({Kept.DELIVERY_LOG: 1}) == {}


def test_a_delivery_that_ended_before_its_job_by_a_clock_that_was_put_back_is_forgotten_too(
    redis_world: RedisWorld,
) -> None:
    """As after a failover to a server whose clock is behind."""
    post = Post(redis_world.redis)
    post.endpoint()
    post.end_job(id=new_id())
    (lease,) = post.lease()
    post.ahead_ms = -5_000
    post.deliveries.record(lease, Verdict.SUCCEEDED, attempt=None)
    assert post.delivery(lease.id).ended_at < post.delivery(lease.id).event_at
    assert relieve(post.jobs, delivery_log=1) == {Kept.DELIVERY_LOG: 1}
    assert post.all() == []


@pytest.fixture
def few_in_one_piece(redis_world: RedisWorld) -> Iterator[None]:
    """Hashes of more than four fields are no longer in one piece, and read in parts."""
    # The name that Redis 6 knows, too.
    (kept,) = redis_world.redis.config_get("hash-max-ziplist-entries").values()
    redis_world.redis.config_set("hash-max-ziplist-entries", 4)
    yield
    redis_world.redis.config_set("hash-max-ziplist-entries", kept)


@pytest.mark.usefixtures("few_in_one_piece")
def test_of_very_many_lines_in_one_key_some_are_looked_at_and_all_go_in_the_end(
    redis_world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_call_looks_at(monkeypatch, Kept.DELIVERY_LOG, 10)
    post = Post(redis_world.redis)
    post.endpoint()
    now = post.deliveries.now_ms()
    for number in range(60):
        post.end_job(id=id_made_at(now, number))
    while deliver(post):
        pass
    (place,) = redis_world.redis.scan_iter("*:told:*")
    assert post.jobs.relieve({Kept.DELIVERY_LOG: 1}) == {Kept.DELIVERY_LOG: 10}
    assert redis_world.redis.hlen(place) == len(post.all()) == 50
    assert relieve(post.jobs, delivery_log=1) == {Kept.DELIVERY_LOG: 50}
    assert not redis_world.redis.exists(place)


def test_a_delivery_that_waits_is_never_forgotten(redis_world: RedisWorld) -> None:
    post = Post(redis_world.redis)
    endpoint = post.endpoint()
    waits = post.end_job()
    assert relieve(post.jobs, delivery_log=1) == {}
    assert post.of(waits, endpoint).status is DeliveryStatus.PENDING


def test_all_organisations_deliveries_are_one_log(redis_world: RedisWorld) -> None:
    """The oldest goes first, whosever it is, and nothing is left of it."""
    client = redis_world.redis
    for tenant in ("acme", "busy"):
        client.hset(webhook_keys.ENDPOINTS(tenant), "ep_1", "job.succeeded")
        client.hset(webhook_keys.ENDPOINT(tenant, "ep_1"), mapping={"status": "enabled", "created_at": 0})
        create(redis_world.store, tenant=tenant)
    work_off(redis_world.store)
    post = Post(client)
    assert len(deliver(post)) == 2
    assert relieve(redis_world.store, delivery_log=1) == {Kept.DELIVERY_LOG: 2}
    assert [key for key in client.scan_iter() if b":delivery:" in key or b"deliveries" in key] == []


def test_the_jobs_whose_time_is_over_first_go_first(redis_world: RedisWorld) -> None:
    store = redis_world.store
    jobs = [create(store, ttl_ms=60_000 * (300 - number)) for number in range(300)]
    for _ in range(3):
        work_off(store)
    waits = create(store)
    size = redis_world.store.weigh()[Kept.RESULTS]
    assert redis_world.store.relieve({Kept.RESULTS: size * 9 // 10}) == {Kept.RESULTS: 200}
    for job in jobs[-200:]:
        with pytest.raises(Gone):
            store.get(TENANT, job.id)
    assert redis_world.redis.zcard(keys.EXPIRING) == 100
    assert store.get(TENANT, waits.id).job.status is Status.QUEUED


def test_a_batch_goes_as_a_whole(redis_world: RedisWorld) -> None:
    post = Post(redis_world.redis)
    batch = end_batch(post)
    assert relieve(post.jobs, results=1) == {Kept.RESULTS: 1}
    assert redis_world.redis.hget(keys.BATCH(TENANT, batch), "gone") == b"1"
    assert not redis_world.redis.exists(keys.BATCHES(TENANT))


def end_batch_of_chunks(post: Post, chunks: int) -> str:
    """A batch that has ended, of so many chunks of one review each."""
    batch = Batch(id=new_id("batch"))
    lines = [Line(number=number, text=REVIEW) for number in range(1, chunks + 1)]
    BatchStore(post.redis).create(batch, lines, target=1)
    held = claim(post.jobs)
    assert len(held) == chunks
    post.jobs.complete([replace(succeeded(each), good=1) for each in held])
    return batch.id


def test_a_batch_goes_with_all_of_its_chunks_however_few_would_do(
    redis_world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_call_looks_at(monkeypatch, Kept.RESULTS, 1)
    post = Post(redis_world.redis)
    batch = end_batch_of_chunks(post, 3)
    assert post.jobs.relieve({Kept.RESULTS: 1}) == {Kept.RESULTS: 1}
    # Nobody can read the rest, whoever takes it away.
    assert redis_world.redis.hget(keys.BATCH(TENANT, batch), "gone") == b"1"
    assert not redis_world.redis.exists(keys.BATCHES(TENANT))
    with pytest.raises(Gone):
        BatchStore(redis_world.redis).get(TENANT, batch)
    assert post.jobs.relieve({Kept.RESULTS: 1}) == {Kept.RESULTS: 1}
    assert post.jobs.reconcile().purged == 1
    assert not redis_world.redis.exists(keys.EXPIRING)


def test_lines_of_a_batch_that_are_due_stay_and_what_is_behind_them_goes(redis_world: RedisWorld) -> None:
    post = Post(redis_world.redis)
    post.endpoint(events=("batch.lines",))
    batch = end_batch_of_chunks(post, 3)
    create(post.jobs, ttl_ms=30 * 86_400_000)
    work_off(post.jobs)
    assert relieve(post.jobs, results=1) == {Kept.RESULTS: 1}
    leases = post.lease()
    assert [type(post.deliveries.snapshot(lease).subject) for lease in leases] == [LinesNotice] * 3
    for lease in leases:
        post.deliveries.record(lease, Verdict.SUCCEEDED, attempt=None)
    assert relieve(post.jobs, results=1) == {Kept.RESULTS: 3}
    assert redis_world.redis.hget(keys.BATCH(TENANT, batch), "gone") == b"1"


def test_however_much_stays_what_is_behind_it_is_found(
    redis_world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_call_looks_at(monkeypatch, Kept.RESULTS, 2)
    a_call_looks_at(monkeypatch, Kept.DELIVERY_LOG, 2)
    post = Post(redis_world.redis)
    post.endpoint(events=("batch.lines",))
    end_batch_of_chunks(post, 15)
    create(post.jobs, ttl_ms=30 * 86_400_000)
    work_off(post.jobs)
    assert post.jobs.relieve({Kept.RESULTS: 1}) == {Kept.RESULTS: 1}
    for lease in post.lease()[-1:]:
        post.deliveries.record(lease, Verdict.SUCCEEDED, attempt=None)
    assert post.jobs.relieve({Kept.DELIVERY_LOG: 1}) == {Kept.DELIVERY_LOG: 1}


def test_a_delivery_that_is_sent_again_is_none_that_has_ended(redis_world: RedisWorld) -> None:
    post = Post(redis_world.redis)
    post.endpoint()
    job = post.end_job()
    [msg] = deliver(post)
    post.log.replay(TENANT, msg)
    assert relieve(post.jobs, delivery_log=1) == {}
    assert deliver(post) == [msg]
    assert relieve(post.jobs, delivery_log=1) == {Kept.DELIVERY_LOG: 1}
    assert post.jobs.get(TENANT, job).job.status is Status.SUCCEEDED


def test_what_webhooks_that_are_due_have_to_tell_stays(redis_world: RedisWorld) -> None:
    post = Post(redis_world.redis)
    post.endpoint()
    job = post.end_job()
    assert relieve(post.jobs, results=1) == {Kept.RESULTS: 1}
    [lease] = post.lease()
    assert post.deliveries.snapshot(lease).subject is not None
    with pytest.raises(Gone):
        post.jobs.get(TENANT, job)


def test_what_the_archive_has_not_been_told_of_stays(redis_world: RedisWorld) -> None:
    store = redis_world.store
    before = create(store)
    work_off(store)
    Outbox(redis_world.redis).switch_on(most=10)
    redis_world.advance(10_000)
    create(store)
    work_off(store)
    assert relieve(store, results=1) == {Kept.RESULTS: 1}
    with pytest.raises(Gone):
        store.get(TENANT, before.id)
    redis_world.redis.delete(keys.OUTBOX)
    assert relieve(store, results=1) == {Kept.RESULTS: 1}


def test_what_must_stay_is_looked_through_over_several_rounds_and_again_when_the_archive_has_gone_on(
    redis_world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_call_looks_at(monkeypatch, Kept.RESULTS, 5)
    monkeypatch.setattr("store.memory.MOST_CALLS", 2)
    store, outbox = redis_world.store, Outbox(redis_world.redis)
    looked_at: list[int] = []
    asked = store._run

    def run(name: str, *args: Any, **more: Any) -> Any:
        answer = asked(name, *args, **more)
        looked_at.append(answer[1])
        return answer

    monkeypatch.setattr(store, "_run", run)

    def looks() -> list[int]:
        looked_at.clear()
        assert store.relieve({Kept.RESULTS: 1}) == {}
        return list(looked_at)

    outbox.switch_on(most=100)
    with monkeypatch.context() as unwatched:
        unwatched.setattr(store, "_run", asked)
        for _ in range(12):
            create(store)
        work_off(store)
    assert [looks(), looks(), looks(), looks()] == [[5, 5], [2, 0], [0], [0]]
    first: Any = redis_world.redis.xrange(keys.OUTBOX, count=1)
    redis_world.redis.xdel(keys.OUTBOX, first[0][0])
    assert [looks(), looks(), looks()] == [[5, 5], [2, 0], [0]]
    redis_world.redis.delete(keys.OUTBOX)
    assert relieve(store, results=1) == {Kept.RESULTS: 12}


def test_lines_that_are_delivered_while_the_archive_stands_still_stay_no_longer(redis_world: RedisWorld) -> None:
    post = Post(redis_world.redis)
    post.endpoint(events=("batch.lines",))
    batch = end_batch_of_chunks(post, 3)
    redis_world.advance(10_000)
    Outbox(redis_world.redis).switch_on(most=10)
    create(post.jobs)
    work_off(post.jobs)
    assert redis_world.redis.xlen(keys.OUTBOX)
    for _ in range(2):
        assert post.jobs.relieve({Kept.RESULTS: 1}) == {}
    assert len(deliver(post)) == 3
    assert relieve(post.jobs, results=1) == {Kept.RESULTS: 3}
    assert redis_world.redis.hget(keys.BATCH(TENANT, batch), "gone") == b"1"


def test_deliveries_that_went_by_themselves_hide_none_that_are_there(
    redis_world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_call_looks_at(monkeypatch, Kept.DELIVERY_LOG, 3)
    post = Post(redis_world.redis)
    post.endpoint()
    post.end_job()
    deliver(post)
    redis_world.redis.zadd(webhook_keys.ENDED_DELIVERIES, {f"{TENANT}:msg_{number}": number for number in range(9)})
    assert post.jobs.relieve({Kept.DELIVERY_LOG: 1}) == {Kept.DELIVERY_LOG: 1}
    assert not redis_world.redis.exists(webhook_keys.ENDED_DELIVERIES)


def test_deliveries_of_an_older_release_are_looked_for_once_whoever_did(redis_world: RedisWorld) -> None:
    post = Post(redis_world.redis)
    post.endpoint()
    post.end_job()
    deliver(post, as_line=False)
    assert relieve(post.jobs, delivery_log=1) == {Kept.DELIVERY_LOG: 1}
    post.end_job()
    deliver(post, as_line=False)
    redis_world.redis.delete(webhook_keys.ENDED_DELIVERIES)
    for store in (post.jobs, RedisStore(redis_world.redis)):
        assert relieve(store, delivery_log=1) == {}
    assert set(MetricsStore(redis_world.redis).redis_use().kept) == set(Kept)


def test_a_nearly_full_redis_gives_up_the_least_first(redis_world: RedisWorld) -> None:
    post = Post(redis_world.redis)
    post.endpoint()
    post.end_job()
    deliver(post)
    cache = RedisCache(redis_world.redis, model_digest="d", method="m", ttl_s=60, most=9)
    cache.remember({"Gut.": SentenceJudgement(labels=(1,), confidences=(0.5,), scores=(0.5,))})
    redis_world.redis.config_set("maxmemory", 1)
    try:
        order = [*iter(lambda: dict(post.jobs.relieve({})), {})]
    finally:
        redis_world.redis.config_set("maxmemory", 0)
    assert order == [{Kept.CACHE: 1}, {Kept.DELIVERY_LOG: 1}, {Kept.RESULTS: 1}]


def test_the_weights_are_about_what_redis_says(redis_world: RedisWorld) -> None:
    """Of each kind alone, by how much less Redis uses without it."""
    client, store = redis_world.redis, redis_world.store
    post = Post(client)

    def used() -> int:
        about: Any = client.info("memory")
        return int(about["used_memory"])

    cache = RedisCache(client, model_digest="d", method="m", ttl_s=60, most=9_999)
    judged = SentenceJudgement(labels=(1,) * 9, confidences=(0.5,) * 9, scores=(0.5,) * 27)
    cache.remember({f"Satz {number}": judged for number in range(1_000)})
    post.endpoint()
    for _ in range(5):
        for _ in range(100):
            create(store)
        work_off(store)
        while deliver(post):
            pass
    for kind in Kept:
        weight, before = post.jobs.weigh()[kind], used()
        while post.jobs.relieve({kind: 1}):
            pass
        assert weight == pytest.approx(before - used(), rel=0.3), kind


def test_a_forgotten_delivery_is_not_there_any_more(redis_world: RedisWorld) -> None:
    post = Post(redis_world.redis)
    post.endpoint()
    post.end_job()
    [msg] = deliver(post)
    relieve(post.jobs, delivery_log=1)
    with pytest.raises(NotFound):
        post.delivery(msg)
