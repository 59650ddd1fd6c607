"""Jobs of the API and of workers."""

from datetime import UTC, datetime

import pytest

from jobs.budgets import Bounded, Kept
from jobs.errors import Unavailable
from jobs.job import Status
from jobs.model_card import ModelCard
from jobs.progress import Progress
from jobs.request import Priority
from jobs.stored import Reconciled
from store import keys
from store.connection import Client
from store.history import History
from store.jobs import RedisStore
from store.metrics import MetricsStore, ProcessReport
from store.model_cards import CardStore
from store.traffic import TrafficStore
from store.usage import UsageStore
from store.without_result import EndsWithoutResult
from tests.support.factories import LEASE_MS, REVIEW, claim, create, failed, make_job, make_worker, succeeded
from tests.support.post import TENANT
from tests.support.worlds import RedisWorld
from tests.unit.store.full_memory.steps import Scenario, Steps, claimed, native


def status(world: RedisWorld, job_id: str) -> Status:
    return world.store.get(TENANT, job_id).job.status


def adopt(world: RedisWorld) -> Steps:
    message = native(world)
    yield
    assert world.store.adopt(message, make_job(id="native"), REVIEW, lease_ms=LEASE_MS) is not None


def cancel(world: RedisWorld) -> Steps:
    job = create(world.store)
    yield
    assert world.store.cancel(TENANT, job.id).job.status is Status.CANCELED


def claim_what_waits(world: RedisWorld) -> Steps:
    create(world.store)
    yield
    assert len(claim(world.store)) == 1


def complete(world: RedisWorld) -> Steps:
    taken = claimed(world)
    yield
    assert world.store.complete([succeeded(taken)]) == [Status.SUCCEEDED]


def delete(world: RedisWorld) -> Steps:
    job = create(world.store)
    yield
    world.store.delete(TENANT, job.id)
    assert world.store.backlog().waiting_jobs[Priority.NORMAL] == 0


def mark_a_line(world: RedisWorld) -> Steps:
    taken = claimed(world)
    yield
    world.store.mark_line(taken, 1)
    assert world.redis.hget(keys.JOB(TENANT, taken.id), "judging") == b"1"


def note_progress(world: RedisWorld) -> Steps:
    taken = claimed(world)
    yield
    world.store.note_progress([(taken, Progress(done=1, total=2))])
    assert world.store.get(TENANT, taken.id).job.progress == Progress(done=1, total=2)


def forget_an_ended_job(world: RedisWorld) -> Steps:
    taken = claimed(world)
    world.store.complete([succeeded(taken)])
    yield
    assert world.store.relieve() == {Kept.RESULTS: 1}
    assert not world.redis.exists(keys.RESULT(taken.task_id))


def reconcile(world: RedisWorld) -> Steps:
    job = create(world.store, deadline_at=world.now() + 1_000)
    world.advance(2_000)
    yield
    assert world.store.reconcile() == Reconciled(expired=1)
    assert status(world, job.id) is Status.EXPIRED


def release(world: RedisWorld) -> Steps:
    taken = claimed(world)
    yield
    assert world.store.release([taken.tag]) == 1


def renew(world: RedisWorld) -> Steps:
    taken = claimed(world)
    yield
    assert world.store.renew([taken], lease_ms=2 * LEASE_MS) == [Status.RUNNING]


def revive(world: RedisWorld) -> Steps:
    job = create(world.store)
    world.redis.delete("kritiq.normal")
    claim(world.store)
    world.advance(120_000)
    yield
    assert world.store.reconcile() == Reconciled(requeued=1)
    assert [taken.id for taken in claim(world.store)] == [job.id]


def sweep(world: RedisWorld) -> Steps:
    claimed(world, lease_ms=1_000)
    world.advance(2_000)
    yield
    assert world.store.sweep() == (1, 0)


def take(world: RedisWorld) -> Steps:
    job = create(world.store)
    yield
    assert world.store.take(TENANT, job.id, "tag", lease_ms=LEASE_MS) is not None


def report(world: RedisWorld) -> Steps:
    yield
    world.store.report_worker(make_worker(), alive_ms=60_000)
    assert world.store.workers() == [make_worker()]


def write_for_replicas(world: RedisWorld) -> Steps:
    asks = Client(connection_pool=world.redis.connection_pool)
    asks.replicas = 1
    job = create(world.store)
    yield
    with pytest.raises(Unavailable, match="Only 0 of 1 replicas"):
        RedisStore(asks).cancel("default", job.id)
    assert world.store.get("default", job.id).job.status is Status.CANCELED
    assert not world.redis.exists(keys.NOTHING)


def count(world: RedisWorld) -> Steps:
    yield
    world.store.count({"batches": 2})
    assert world.store.counters() == {"batches": 2}


def tell_what_was_counted(world: RedisWorld) -> Steps:
    numbers, report = MetricsStore(world.redis), ProcessReport(process="api", name="api", cpu_s=1, rss_bytes=1)
    yield
    numbers.push(report, {"a": 2}, number="1", alive_ms=60_000)
    assert (numbers.totals(), numbers.processes()) == ({"a": 2}, [report])


def note_heads(world: RedisWorld) -> Steps:
    create(world.store)
    yield
    MetricsStore(world.redis).note_heads()
    assert world.redis.hlen(keys.QUEUE_HEADS) == 2


def add_traffic(world: RedisWorld) -> Steps:
    yield
    traffic = TrafficStore(world.redis)
    traffic.add("acme", "m@1", {"total|reviews": 1, "language|de": 1})
    assert [window.reviews for window in traffic.windows("acme", "m@1")] == [1]


def forget_traffic(world: RedisWorld) -> Steps:
    """An organisation that has been erased is counted no more."""
    traffic = TrafficStore(world.redis)
    CardStore(world.redis).set("m@1", ModelCard(method="single", languages=("de",)))
    traffic.add("acme", "m@1", {"total|reviews": 1})
    yield
    traffic.forget("acme")
    assert traffic.windows("acme", "m@1") == []


def index_what_ended_under_an_older_release(world: RedisWorld) -> Steps:
    taken = claimed(world)
    world.store.complete([failed(taken)])
    index = keys.WITHOUT_RESULT(TENANT, Status.FAILED)
    world.redis.delete(index)
    yield
    EndsWithoutResult(world.redis, lambda: True).find()
    assert world.redis.zrange(index, 0, -1) == [taken.id.encode()]


def count_usage_as_no_restaurants(world: RedisWorld) -> Steps:
    create(world.store, restaurant="adler")
    yield
    month = f"{datetime.fromtimestamp(world.now() / 1000, UTC):%Y-%m}"
    History(world.redis, bounds={Bounded.USAGE: 1}).shorten()
    (row,) = UsageStore(world.redis).month(TENANT, month)
    assert (row.restaurant, row.requests) == (None, 1)


#: By script.
GOES_ON: dict[str, list[Scenario]] = {
    "job/adopt": [adopt], "job/cancel": [cancel], "job/claim": [claim_what_waits], "job/complete": [complete],
    "job/delete": [delete], "job/forget": [forget_an_ended_job],
    "job/index_ends": [index_what_ended_under_an_older_release],
    "job/mark_line": [mark_a_line], "job/note_progress": [note_progress],
    "job/reconcile": [reconcile], "job/release": [release],
    "job/renew": [renew], "job/revive": [revive], "job/sweep": [sweep], "job/take": [take], "job/report": [report],
    "job/count": [count], "job/heads": [note_heads], "process/push": [tell_what_was_counted],
    "process/mark": [write_for_replicas],
    "watch/add": [add_traffic], "usage/fold": [count_usage_as_no_restaurants],
    "watch/forget": [forget_traffic],
}  # fmt: skip
