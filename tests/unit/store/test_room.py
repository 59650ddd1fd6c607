"""What anybody can make more of, and what gives way to nothing, fills no Redis: reviews still go through."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
import redis

from access.audit_entry import AuditEntry
from jobs.batch import Batch
from jobs.budgets import Bounded
from jobs.errors import FeedbackFull, FilesFull, Gone, NotFound, OverLimit, Unavailable
from jobs.feedback import Correction, FeedbackFilter, JudgedSentence
from jobs.file import File
from jobs.job import Job, Status
from jobs.line import Line
from store import keys, room_keys, webhook_keys
from store.audit import AuditStore
from store.batches import BatchStore
from store.connection import connect
from store.endpoints import MAX_ENDPOINTS
from store.feedback import FeedbackStore
from store.files import FileStore
from store.history import History
from store.jobs import RedisStore
from store.usage import UsageStore
from tests.support.factories import REVIEW, claim, create, failed, make_job, make_settings, work_off
from tests.support.post import TENANT, Post, take_away
from tests.support.redis_server import RedisServer
from tests.support.worlds import RedisWorld
from webhooks.delivery import Attempt, Lease, Verdict

pytestmark = pytest.mark.integration

MEMORY, HOUR_MS = 48_000_000, 3_600_000
PART = bytes(250_000)
#: What a webhook is counted with that was not tried yet (`store/lua/lib/pending.lua`).
WAITING = 1500


@pytest.fixture
def small(redis_world: RedisWorld) -> Iterator[RedisWorld]:
    """A Redis that is soon full."""
    redis_world.redis.config_set("maxmemory", MEMORY)
    try:
        yield redis_world
    finally:
        redis_world.redis.config_set("maxmemory", 0)


@contextmanager
def limited(server: RedisServer, **limits: int) -> Iterator[redis.Redis]:
    with connect(make_settings(redis_url=server.url, **limits)) as client:
        yield client


def counted(client: redis.Redis, kind: Bounded) -> int:
    found: Any = client.hget(room_keys.BYTES, kind)
    return int(found or 0)


def until_refused(call: Callable[[int], object], error: type[Exception], most: int = 10_000) -> int:
    """How often it goes well."""
    for number in range(most):
        try:
            call(number)
        except error:
            return number
    raise AssertionError("nothing is ever refused")


def create_under(store: RedisStore, key: str, tenant: str = TENANT) -> Job:
    return store.create(make_job(tenant=tenant), REVIEW, idempotency=key, digest=key).job


def reviews_go_through(world: RedisWorld) -> None:
    for _ in range(20):
        job = create(world.store)
        work_off(world.store)
        assert world.store.get(job.tenant, job.id).job.status is Status.SUCCEEDED


def upload(client: redis.Redis, tenant: str, name: str, parts: int = 4) -> File:
    file = File(id=name, tenant=tenant)
    return FileStore(client).create(file, [PART] * parts, told=lambda: ("a", 2 * HOUR_MS), budget=10**9)


def test_files_of_all_take_a_quarter_of_redis_of_one_half_of_that_and_the_next_has_room_too(small: RedisWorld) -> None:
    names = count()

    def send(tenant: str) -> int:
        return until_refused(lambda _: upload(small.redis, tenant, f"file_{next(names)}"), Unavailable)

    first, second, third = send("acme"), send("beta"), send("ceta")
    assert (first, second, third) == (5, 3, 1), "in parts of a quarter of a megabyte, each file with 1 MB"
    reviews_go_through(small)
    assert counted(small.redis, Bounded.FILES) <= MEMORY / 4
    FileStore(small.redis).delete("acme", "file_0")
    assert send("ceta") == 1
    small.advance(2 * HOUR_MS)
    assert send("acme") == 5, "what is past its time takes nothing"
    small.advance(2 * HOUR_MS)
    small.store.reconcile()
    assert not small.redis.exists(room_keys.FILE_ENDS, room_keys.FILE_BYTES)
    sums: Any = small.redis.hkeys(room_keys.BYTES)
    assert [name for name in sums if name.startswith(b"files")] == []


def test_a_file_that_is_not_finished_leaves_the_sum(small: RedisWorld) -> None:
    with pytest.raises(FilesFull):
        FileStore(small.redis).create(File(id="f"), [PART] * 3, told=lambda: ("a", 1000), budget=2 * len(PART))
    assert counted(small.redis, Bounded.FILES) == 0


def test_an_operator_says_how_much_all_files_may_take(redis_server: RedisServer, redis_client: redis.Redis) -> None:
    with limited(redis_server, files_bytes=3_100_000) as client:
        assert until_refused(lambda number: upload(client, "acme", f"f{number}"), Unavailable) == 1
        assert until_refused(lambda number: upload(client, "beta", f"f{number}"), Unavailable) == 1


def feedback_filler(world: RedisWorld, client: redis.Redis, tenant: str = TENANT) -> Callable[[int], object]:
    """Says something of one sentence after the other, of 50,000 characters each."""
    job = create(world.store, tenant=tenant)
    work_off(world.store)
    told, store = world.store.get(tenant, job.id).job, FeedbackStore(client)

    def say(number: int) -> None:
        sentence = JudgedSentence(index=number, text="x" * 50_000, aspects={"food": ("positive", 0.9)})
        correction = Correction(sentence=number, aspect="food", polarity="negative")
        assert store.put(told, "de", sentence, correction, most=10_000, ttl_ms=HOUR_MS)

    return say


def test_feedback_of_all_takes_a_tenth_of_redis(small: RedisWorld) -> None:
    for tenant in ("acme", "beta", "ceta"):
        until_refused(feedback_filler(small, small.redis, tenant), Unavailable)
    assert 0.8 * MEMORY / 10 < counted(small.redis, Bounded.FEEDBACK) < MEMORY / 10, "and there is room for a fourth"
    reviews_go_through(small)


def test_an_organisation_has_so_many_bytes_of_feedback_and_room_again_when_some_is_taken_back(
    redis_server: RedisServer, redis_world: RedisWorld
) -> None:
    with limited(redis_server, max_feedback_bytes=500_000) as client:
        say = feedback_filler(redis_world, client)
        done = until_refused(say, FeedbackFull)
        assert done == 9
        # What is there already takes no room.
        say(done - 1)
        (job,) = (each.job_id for each in FeedbackStore(client).page(TENANT, FeedbackFilter(), size=9).found)
        assert FeedbackStore(client).delete(TENANT, str(job), (0, "food"))
        say(done)
        assert FeedbackStore(client).delete(TENANT, str(job))
        assert counted(client, Bounded.FEEDBACK) == 0


def deliver(post: Post) -> None:
    while leases := post.lease():
        for lease in leases:
            post.deliveries.record(lease, Verdict.SUCCEEDED, attempt=None)


def waiting(client: redis.Redis) -> int:
    found: Any = client.zcard(webhook_keys.PENDING)
    return int(found)


def test_webhooks_to_receivers_that_are_down_fill_no_redis(small: RedisWorld) -> None:
    post = Post(small.redis)
    for _ in range(MAX_ENDPOINTS):
        post.endpoint()
    for _ in range(2 * int(MEMORY / 8 / WAITING / MAX_ENDPOINTS)):
        post.end_job()
    assert waiting(small.redis) == MEMORY / 8 / WAITING
    assert counted(small.redis, Bounded.WEBHOOKS) == WAITING * waiting(small.redis)
    used: Any = small.redis.info("memory")
    assert used["used_memory"] < MEMORY * 0.6
    reviews_go_through(small)


def test_what_was_not_told_for_want_of_room_is_recovered_and_deletions_have_twice_the_room(
    redis_server: RedisServer, redis_client: redis.Redis
) -> None:
    with limited(redis_server, max_webhooks_bytes=5 * WAITING) as client:
        post = Post(client)
        endpoint = post.endpoint()
        jobs = [post.end_job() for _ in range(8)]
        assert waiting(client) == 5
        assert post.log.stats()["unmade"] == 3
        with pytest.raises(OverLimit):
            post.log.recover(TENANT, endpoint.id, since_ms=0)
        deliver(post)
        assert counted(client, Bounded.WEBHOOKS) == waiting(client) == 0
        assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 3
        jobs += [post.end_job() for _ in range(2)]
        with pytest.raises(OverLimit):
            post.log.replay(TENANT, f"msg_{jobs[0]}_{endpoint.id}")
        for job in jobs:
            take_away(post, job)
        # Those about the jobs themselves are not sent any more.
        assert {each.type for each in post.all() if each.status == "pending"} == {"job.deleted"}
        assert counted(client, Bounded.WEBHOOKS) == WAITING * waiting(client)


def test_what_becomes_of_batches_bit_by_bit_has_no_more_room(
    redis_server: RedisServer, redis_client: redis.Redis
) -> None:
    with limited(redis_server, max_webhooks_bytes=6 * WAITING) as client:
        post, events = Post(client), ("batch.lines", "batch.progress", "batch.completed")
        for _ in range(4):
            post.endpoint(events=events, lines_per_event=1, progress_lines=1)
        end_batch(post, lines=5, target=1)
        assert waiting(client) == 6
        for lease in post.lease(6):
            fail(post, lease)
            assert waiting(client) == 6


def test_of_lines_whose_telling_has_begun_none_is_left_out_for_want_of_room(
    redis_server: RedisServer, redis_client: redis.Redis
) -> None:
    with limited(redis_server, max_webhooks_bytes=WAITING) as client:
        post = Post(client)
        post.endpoint(events=("batch.lines",), lines_per_event=1)
        end_batch(post, lines=4, target=9)
        fail(post, post.lease(1)[0])
        assert waiting(client) == 1
        post.advance(s=1)
        deliver(post)
        assert [each.status for each in post.all()] == ["succeeded"] * 4
        assert counted(client, Bounded.WEBHOOKS) == 0


def end_batch(post: Post, *, lines: int, target: int) -> None:
    texts = [Line(number=number, text="Gut.") for number in range(1, lines + 1)]
    BatchStore(post.redis).create(Batch(id="batch_a"), texts, target=target)
    post.jobs.complete([failed(held) for held in claim(post.jobs)])


def fail(post: Post, lease: Lease) -> None:
    attempt = Attempt(number=1, trigger=lease.trigger, started_at=lease.due_at)
    post.deliveries.record(lease, Verdict.FAILED, attempt=attempt, delay_s=0.5, reason="http_error")


def test_what_receivers_answer_counts_until_the_webhook_has_ended(
    redis_server: RedisServer, redis_client: redis.Redis
) -> None:
    with limited(redis_server, max_webhooks_bytes=20_000) as client:
        post = Post(client)
        post.endpoint()
        post.end_job()
        for number in range(1, 6):
            (lease,) = post.lease()
            attempt = Attempt(number=number, trigger=lease.trigger, started_at=lease.due_at, answer="x" * 2_000)
            post.deliveries.record(lease, Verdict.FAILED, attempt=attempt, delay_s=0.5, reason="http_error")
            post.advance(s=1)
        assert WAITING + 10_000 < counted(client, Bounded.WEBHOOKS) < WAITING + 11_000
        until_refused(lambda _: told(post), AssertionError)
        assert waiting(client) < 8
        post.advance(h=2)
        deliver(post)
        assert counted(client, Bounded.WEBHOOKS) == 0


def told(post: Post) -> None:
    """A job that ends; there is a webhook more."""
    before = waiting(post.redis)
    post.end_job()
    assert waiting(post.redis) == before + 1


def test_marks_of_what_was_deleted_take_a_tenth_of_redis_of_one_half_of_that_then_ids_answer_404(
    redis_server: RedisServer, redis_world: RedisWorld
) -> None:
    with limited(redis_server, marks_bytes=20_000) as client:
        store = RedisStore(client)

        def delete(tenant: str, most: int = 100) -> list[str]:
            """Jobs that are made and deleted; those that have left a mark."""
            jobs = [create(store, tenant=tenant).id for _ in range(most)]
            work_off(store)
            for job in jobs:
                store.delete(tenant, job)
            return [job for job in jobs if client.exists(keys.JOB(tenant, job))]

        marked = delete("acme")
        assert 45 < len(marked) < 60, "each with about 190 bytes"
        assert 20 < len(delete("beta")) < 30, "and there is room for a third"
        with pytest.raises(Gone):
            store.get("acme", marked[0])
        gone = create(store, tenant="acme").id
        work_off(store)
        store.delete("acme", gone)
        with pytest.raises(NotFound) as unknown:
            store.get("acme", gone)
        assert not isinstance(unknown.value, Gone)
        redis_world.advance(30 * HOUR_MS)
        store.reconcile()
        assert not client.exists(room_keys.BYTES, room_keys.SLOT_ENDS, room_keys.SLOT_BYTES)
        assert len(delete("acme")) == len(marked)


def test_what_is_deleted_while_its_message_waits_answers_410_until_that_is_taken_off(
    redis_server: RedisServer, redis_world: RedisWorld
) -> None:
    with limited(redis_server, marks_bytes=1) as client:
        store = RedisStore(client)
        job = create(store)
        store.delete(job.tenant, job.id)
        with pytest.raises(Gone):
            store.get(job.tenant, job.id)
        assert work_off(store) == []
        assert client.exists(keys.JOB(job.tenant, job.id)) == 0
        assert sum(store.backlog().waiting.values()) == 0


def test_batches_and_files_leave_marks_that_count_too(redis_server: RedisServer, redis_world: RedisWorld) -> None:
    with limited(redis_server, marks_bytes=400) as client:
        store, batches = RedisStore(client), BatchStore(client)
        for number in range(3):
            batch = batches.create(Batch(id=f"batch_{number}"), [Line(number=1, text=REVIEW)], target=9)
            work_off(store)
            batches.delete(batch.tenant, batch.id)
        assert [bool(client.exists(keys.BATCH("default", f"batch_{n}"))) for n in range(3)] == [True, False, False]
        upload(client, "acme", "file_1", parts=1)
        FileStore(client).delete("acme", "file_1")
        assert client.exists(keys.FILE("acme", "file_1")) == 0


def test_idempotency_keys_take_what_they_may_and_requests_without_one_go_on(
    redis_server: RedisServer, redis_world: RedisWorld
) -> None:
    with limited(redis_server, idempotency_bytes=20_000) as client:
        store = RedisStore(client)

        def send(number: int) -> None:
            create_under(store, f"key-{number}")

        done = until_refused(send, OverLimit)
        assert 20 < done < 50
        assert counted(client, Bounded.IDEMPOTENCY) <= 10_000
        with pytest.raises(OverLimit, match="without a key") as refused:
            send(done)
        assert 3 * 3600 < refused.value.retry_after_s < 30 * 3600
        send(0)
        create(store)
        lines = [Line(number=1, text=REVIEW)]
        with pytest.raises(OverLimit):
            BatchStore(client).create(Batch(id="batch_1"), lines, target=9, idempotency="key", digest="d")
        # No reconciler runs.
        redis_world.advance(30 * HOUR_MS)
        send(done)


def test_keys_and_marks_take_a_tenth_of_redis_each_where_nobody_says_how_much(small: RedisWorld) -> None:
    """Another organisation has all but 100 kB of it."""
    for kind in (Bounded.IDEMPOTENCY, Bounded.MARKS):
        small.redis.hset(room_keys.BYTES, kind, MEMORY // 10 - 100_000)

    def send(number: int) -> None:
        job = create_under(small.store, f"{number:0200}")
        work_off(small.store)
        small.store.delete(job.tenant, job.id)

    done = until_refused(send, OverLimit)
    # Redis' memory is looked at each 64 kB.
    assert 90 < done < 400
    assert counted(small.redis, Bounded.IDEMPOTENCY) < MEMORY / 10
    assert counted(small.redis, Bounded.MARKS) < MEMORY / 10
    History(small.redis, bounds={}).shorten()
    kept: Any = small.redis.hmget(keys.KEPT, [Bounded.MARKS, Bounded.IDEMPOTENCY])
    assert [int(size) for size in kept] == [counted(small.redis, kind) for kind in (Bounded.MARKS, Bounded.IDEMPOTENCY)]


def test_of_audit_logs_that_take_too_much_the_longest_is_shortened(redis_client: redis.Redis) -> None:
    logs = AuditStore(redis_client, most=50_000, lifetime_s=3600)
    for tenant, entries_of in (("loud", 5_000), ("quiet", 50)):
        redis_client.zadd(keys.TENANTS, {tenant: 1})
        for first in range(0, entries_of, 50):
            entries = [AuditEntry(tenant=tenant, action="x", objects={"id": f"{first}" * 20})] * 50
            logs.append(entries)
    history = History(redis_client, bounds={Bounded.AUDIT: 100_000})
    history.shorten()
    sizes: Any = [redis_client.memory_usage(keys.AUDIT(tenant)) for tenant in ("loud", "quiet")]
    assert sum(sizes) <= 100_000
    assert redis_client.xlen(keys.AUDIT("quiet")) == 50
    kept: Any = redis_client.hget(keys.KEPT, Bounded.AUDIT)
    assert int(kept) == sum(sizes)
    assert [each.objects for each in logs.page("loud", size=1).entries] == [{"id": "4950" * 20}], "the newest stays"


def test_usage_that_takes_too_much_is_no_more_told_by_restaurant_and_loses_nothing(redis_world: RedisWorld) -> None:
    for number in range(300):
        create(redis_world.store, tenant="acme", restaurant=f"restaurant-{number}")
    create(redis_world.store, tenant="beta", restaurant="adler")
    month, usage = f"{datetime.fromtimestamp(redis_world.now() / 1000, UTC):%Y-%m}", UsageStore(redis_world.redis)
    history = History(redis_world.redis, bounds={Bounded.USAGE: 10_000})
    history.shorten()
    (all_,) = usage.month("acme", month)
    assert (all_.restaurant, all_.requests) == (None, 300)
    assert [row.restaurant for row in usage.month("beta", month)] == ["adler"]
    kept: Any = redis_world.redis.hget(keys.KEPT, Bounded.USAGE)
    assert int(kept) < 10_000
    (name,) = redis_world.redis.keys("kritiq:acme:usage:*")
    assert redis_world.redis.ttl(name) > 0
