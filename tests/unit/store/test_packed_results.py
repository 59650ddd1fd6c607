"""The result of a job that came over HTTP is as Celery reads it for a while; then it is packed, and the same."""

from base64 import b64decode
from typing import Any

import orjson
import pytest
import redis
from redis.client import Pipeline

from jobs.celery_task import CeleryMessage, CeleryTask
from jobs.job import DEFAULT_TENANT, Claim, Job, Status, task_id
from store import keys
from store.ended import EndedJobs
from store.forms import LOOKED_EVERY_S, KnownForm
from store.jobs import RedisStore
from store.metrics import AFTERWARDS_MS, MetricsStore, ProcessReport
from store.packed_record import KNOWN_WHOLE
from store.packed_results import CALLS, MOST, PackedResults
from store.results import result_to_pack, success_meta
from store.schema import KNOWS
from tests.support.factories import REVIEW, create, make_job, succeeded, work_off
from tests.support.post import Post, end_batch, take_away
from tests.support.results import found_in
from tests.support.worlds import RedisWorld

RESULT = found_in(REVIEW)


def pack(client: redis.Redis, *, after_s: int = 0) -> int:
    return PackedResults(client, lambda: True, after_s=after_s).pack()


def ended(store: RedisStore, **changes: Any) -> Job:
    job = create(store, **changes)
    work_off(store, RESULT)
    return job


def in_redis(client: redis.Redis, job: Job) -> bytes | None:
    """What Celery's clients find of it."""
    found: Any = client.get(keys.RESULT(task_id(job.tenant, job.id)))
    return None if found is None else bytes(found)


def is_packed(client: redis.Redis, job: Job) -> bool:
    return bool(client.hexists(keys.JOB(job.tenant, job.id), "whole")) and in_redis(client, job) is None


def test_a_result_that_was_packed_without_its_record_is_read_for_ever(redis_world: RedisWorld) -> None:
    # Made by the first release that packs, which knew form 4. A change of the form is another form.
    token = (
        b"IzZEcRpuZmhqTnygGlrAExQoDUDiHpRggCmE2oFnbmJCleCzMDLTwZckMVKBoSXUtyAHwHwLTOmwNA7yb3FyRk4qMH9Q29NmFkbU8bSZBW5P"
        b"x9YCAA=="
    )
    store, client = redis_world.store, redis_world.redis
    job, task = ended(store), CeleryTask(request=b'{"chain":[]}', headers=b"{}")
    client.delete(keys.RESULT(job.id))
    client.hset(keys.JOB(DEFAULT_TENANT, job.id), "packed", b"\x01" + b64decode(token))
    assert store.get(DEFAULT_TENANT, job.id).result == RESULT
    [archived] = EndedJobs(client).read([(DEFAULT_TENANT, job.id)])
    assert archived is not None
    assert (archived.text, archived.result) == (REVIEW, RESULT)
    assert store.adopt(CeleryMessage(tag="tag", message=b"{}"), job, REVIEW, lease_ms=60_000, task=task) is None
    [told] = store.follow_ups(most=9, lease_ms=1)
    assert orjson.loads(told.meta) == orjson.loads(success_meta(job.id, RESULT))


def test_it_is_packed_when_its_while_is_over_and_read_as_before(redis_world: RedisWorld) -> None:
    store, client = redis_world.store, redis_world.redis
    job = ended(store, restaurant="adler")
    before, whole = store.get(DEFAULT_TENANT, job.id), in_redis(client, job)
    assert (pack(client, after_s=60), in_redis(client, job)) == (0, whole)
    assert pack(client) == 1
    assert is_packed(client, job)
    assert store.get(DEFAULT_TENANT, job.id) == before
    assert before.result == RESULT
    [archived] = EndedJobs(client).read([(DEFAULT_TENANT, job.id)])
    assert archived is not None
    assert archived.result == RESULT
    assert (pack(client), client.exists(keys.UNPACKED)) == (0, 0)


def test_webhooks_tell_what_is_packed_also_when_its_time_is_over(redis_world: RedisWorld) -> None:
    post = Post(redis_world.redis)
    post.endpoint()
    job = ended(post.jobs, ttl_ms=60_000)
    assert pack(post.redis) == 1
    redis_world.advance(61_000)
    assert post.jobs.reconcile().purged == 1
    [lease] = post.lease(1)
    told: Any = post.deliveries.snapshot(lease).subject
    assert (told.job.id, told.result) == (job.id, RESULT)


def test_more_than_one_call_takes_are_packed_at_once(redis_world: RedisWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.packed_results.MOST", 2)
    assert MOST * CALLS >= 1000, "one Redis takes in no more in a second"
    jobs = [create(redis_world.store) for _ in range(5)]
    work_off(redis_world.store, RESULT)
    assert pack(redis_world.redis) == 5
    assert all(is_packed(redis_world.redis, job) for job in jobs)


def test_what_celery_clients_sent_and_chunks_of_batches_stay_as_they_are(redis_world: RedisWorld) -> None:
    post, task = Post(redis_world.redis), CeleryTask(headers=b"{}")
    sent = make_job(id="night-7")
    taken = post.jobs.adopt(CeleryMessage(tag="tag", message=b"{}"), sent, REVIEW, lease_ms=60_000, task=task)
    assert isinstance(taken, Claim)
    post.jobs.complete([succeeded(taken)])
    end_batch(post)
    assert (pack(post.redis), is_packed(post.redis, sent)) == (0, False)


def test_what_was_deleted_or_forgotten_is_nothing_to_do_and_what_stands_in_its_place_stays(
    redis_world: RedisWorld,
) -> None:
    store, client = redis_world.store, redis_world.redis
    deleted, forgotten, other = (ended(store) for _ in range(3))
    store.delete(DEFAULT_TENANT, deleted.id)
    client.delete(keys.RESULT(forgotten.id))
    client.set(keys.RESULT(other.id), b'{"status":"SUCCESS","result":"mine"}')
    assert (pack(client), pack(client)) == (3, 0)
    assert in_redis(client, other) == b'{"status":"SUCCESS","result":"mine"}'
    assert client.exists(keys.RESULT(deleted.id), keys.RESULT(forgotten.id)) == 0


def test_what_was_written_in_its_place_while_it_was_packed_stays(
    redis_world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ended(redis_world.store)

    def and_meanwhile(*read: Any) -> Any:
        redis_world.redis.set(keys.RESULT(job.id), b"{}")
        return result_to_pack(*read)

    monkeypatch.setattr("store.packed_results.result_to_pack", and_meanwhile)
    assert (pack(redis_world.redis), in_redis(redis_world.redis, job)) == (1, b"{}")
    assert redis_world.store.text(DEFAULT_TENANT, job.id) == REVIEW


def test_who_sends_a_task_with_the_id_of_a_packed_job_is_told_its_result(redis_world: RedisWorld) -> None:
    store, task = redis_world.store, CeleryTask(request=b'{"chain":[]}', headers=b"{}")
    job = ended(store)
    pack(redis_world.redis)
    assert store.adopt(CeleryMessage(tag="tag", message=b"{}"), job, REVIEW, lease_ms=60_000, task=task) is None
    [told] = store.follow_ups(most=9, lease_ms=1)
    assert told.status is Status.SUCCEEDED
    assert orjson.loads(told.meta) == orjson.loads(success_meta(job.id, RESULT))


def test_nothing_is_packed_while_a_process_lives_that_cannot_read_it(redis_world: RedisWorld) -> None:
    numbers, seconds = MetricsStore(redis_world.redis), [0.0]
    results = PackedResults(redis_world.redis, KnownForm(numbers, KNOWN_WHOLE, clock=lambda: seconds[0]), after_s=0)
    old = ProcessReport(process="api", name="old@test", cpu_s=0.0, rss_bytes=0, knows=KNOWN_WHOLE - 1)
    assert KNOWS >= KNOWN_WHOLE
    job = ended(redis_world.store)
    numbers.push(old, {}, number="1", alive_ms=60_000)
    assert (results.pack(), is_packed(redis_world.redis, job)) == (0, False)
    numbers.push(old, {}, number="2", alive_ms=0)
    redis_world.redis.zadd(keys.PROCESSES, {"old@test": redis_world.now() - AFTERWARDS_MS})
    seconds[0] += LOOKED_EVERY_S
    assert (results.pack(), is_packed(redis_world.redis, job)) == (1, True)


def test_whoever_deletes_it_then_takes_it_away(redis_world: RedisWorld) -> None:
    post = Post(redis_world.redis)
    job = ended(post.jobs)
    pack(post.redis)
    take_away(post, job.id)
    assert post.redis.hkeys(keys.JOB(DEFAULT_TENANT, job.id)) == [b"gone"]


def test_who_reads_it_while_it_is_packed_finds_it(redis_world: RedisWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    store, client = redis_world.store, redis_world.redis
    jobs = [ended(store), ended(store)]
    one_by_one = Pipeline.execute

    def and_meanwhile(pipe: Any, *args: Any, **more: Any) -> Any:
        """Between the first command of a pipeline and its others."""
        commands = pipe.command_stack[:]
        monkeypatch.setattr(Pipeline, "execute", one_by_one)
        first = client.execute_command(*commands[0][0])
        pack(client)
        pipe.command_stack[:] = commands[1:]
        return [first, *one_by_one(pipe, *args, **more)]

    monkeypatch.setattr(Pipeline, "execute", and_meanwhile)
    assert store.get(DEFAULT_TENANT, jobs[0].id).result == RESULT
    monkeypatch.setattr(Pipeline, "execute", and_meanwhile)
    [archived] = EndedJobs(client).read([(DEFAULT_TENANT, jobs[1].id)])
    assert archived is not None
    assert archived.result == RESULT
