"""The numbers of all processes add up, whatever becomes of a process or of an answer."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
import redis

from jobs.errors import Unavailable
from jobs.job import Status
from jobs.request import Priority
from store import keys, queues
from store.metrics import MetricsStore, ProcessReport
from store.reporter import Reporter
from store.tenants import TenantStore
from telemetry.meter import Meter
from telemetry.metric import FENCED, JOBS_ENDED, JOBS_LATE
from tests.support.factories import claim, create, failed, succeeded
from tests.support.worlds import RedisWorld

REPORT = ProcessReport(process="api", name="api-1@test", cpu_s=1.5, rss_bytes=100, store_s=0.01)
#: How long Redis' own clock may run on between two calls of a test.
SLOW_S = 45


def after(seconds: float) -> Any:
    """An age of so many seconds, or a little more on a machine that had others to serve; never less."""
    return pytest.approx(seconds + SLOW_S / 2, abs=SLOW_S / 2)


@pytest.fixture
def numbers(redis_client: redis.Redis) -> MetricsStore:
    return MetricsStore(redis_client)


def test_counts_of_several_processes_add_up_and_outlive_them(numbers: MetricsStore) -> None:
    numbers.push(REPORT, {"a": 1, "b": 2}, number="1", alive_ms=60_000)
    numbers.push(replace(REPORT, name="api-2@test"), {"a": 4}, number="1", alive_ms=60_000)
    assert [report.name for report in numbers.processes()] == ["api-1@test", "api-2@test"]
    numbers.push(replace(REPORT, name="api-2@test"), {}, number="2", alive_ms=0)
    assert numbers.processes() == [REPORT]
    assert numbers.totals() == {"a": 5, "b": 2}


def test_what_is_told_twice_under_one_number_counts_once(numbers: MetricsStore) -> None:
    for number in ("1", "1", "2", "2"):
        numbers.push(REPORT, {"a": 1}, number=number, alive_ms=60_000)
    assert numbers.totals() == {"a": 2}


def test_the_last_call_too_is_counted_once_whoever_tells_meanwhile(numbers: MetricsStore) -> None:
    for _ in range(2):
        numbers.push(REPORT, {"a": 1}, number="1", alive_ms=0)
        numbers.push(replace(REPORT, name="other"), {}, number="1", alive_ms=60_000)
    assert numbers.totals() == {"a": 1}
    assert [report.name for report in numbers.processes()] == ["other"]


def test_a_process_that_is_silent_is_forgotten_when_another_tells(redis_world: RedisWorld) -> None:
    numbers = MetricsStore(redis_world.redis)
    numbers.push(REPORT, {}, number="1", alive_ms=1)
    redis_world.redis.zadd(keys.PROCESSES, {REPORT.name: 1})
    numbers.push(replace(REPORT, name="other"), {}, number="1", alive_ms=60_000)
    assert redis_world.redis.hkeys(keys.PROCESS_INFO) == [b"other"]


class Shaky:
    """A store whose answers are lost, after or before it has done what it was asked."""

    def __init__(self, numbers: MetricsStore) -> None:
        self.numbers, self.fails, self.does = numbers, False, True

    def push(self, *args: Any, **more: Any) -> None:
        if self.does:
            self.numbers.push(*args, **more)
        if self.fails:
            raise Unavailable


def test_what_could_not_be_told_is_told_later_and_once(numbers: MetricsStore) -> None:
    shaky, meter = Shaky(numbers), Meter()
    reporter = Reporter(shaky, meter, process="worker", name="w")  # type: ignore[arg-type]
    for fails, does in ((True, True), (True, False), (False, True), (True, False), (False, True), (False, True)):
        shaky.fails, shaky.does = fails, does
        meter.count(FENCED)
        if fails:
            with pytest.raises(Unavailable):
                reporter.tell()
        else:
            reporter.tell()
    reporter.tell()
    assert numbers.totals() == {"kritiq_results_fenced": 6}


def test_ends_are_counted_by_queue_state_and_reason(redis_world: RedisWorld) -> None:
    one, two, three = (create(redis_world.store) for _ in range(3))
    claims = claim(redis_world.store, jobs=2)
    redis_world.store.complete([succeeded(claims[0]), failed(claims[1])])
    redis_world.store.cancel("default", three.id)
    ended = {name: count for name, count in MetricsStore(redis_world.redis).totals().items() if "ended" in name}
    assert ended == {
        "kritiq_jobs_ended|normal|succeeded||standard": 1,
        f"kritiq_jobs_ended|normal|failed|{failed(claims[1]).error.code}|standard": 1,  # type: ignore[union-attr]
        "kritiq_jobs_ended|normal|canceled||standard": 1,
    }
    assert {one.id, two.id} == {each.id for each in claims}


def test_ends_are_counted_by_the_class_that_the_operator_gave_the_organisation(redis_world: RedisWorld) -> None:
    tenants = TenantStore(redis_world.redis)
    tenants.classify("acme", "trial")
    for tenant in ("acme", "acme", "zeta"):
        create(redis_world.store, tenant=tenant)
    redis_world.advance(31_000)
    redis_world.store.complete([succeeded(each) for each in claim(redis_world.store)])
    tenants.classify("acme", "standard")
    create(redis_world.store, tenant="acme")
    redis_world.store.complete([succeeded(each) for each in claim(redis_world.store)])
    totals = MetricsStore(redis_world.redis).totals()
    assert totals["kritiq_jobs_ended|normal|succeeded||trial"] == totals["kritiq_jobs_late|normal|trial"] == 2
    assert totals["kritiq_jobs_ended|normal|succeeded||standard"] == 2
    assert totals["kritiq_jobs_late|normal|standard"] == 1


def test_a_job_that_ends_after_more_than_thirty_seconds_is_late(redis_world: RedisWorld) -> None:
    for waits_ms in (1_000, 31_000):
        create(redis_world.store)
        redis_world.advance(waits_ms)
        redis_world.store.complete([succeeded(each) for each in claim(redis_world.store)])
    assert MetricsStore(redis_world.redis).totals()["kritiq_jobs_late|normal|standard"] == 1


def test_time_before_a_job_was_due_makes_it_no_later(redis_world: RedisWorld) -> None:
    create(redis_world.store, due_at=redis_world.now() + 60_000)
    redis_world.advance(61_000)
    assert redis_world.store.complete([succeeded(each) for each in claim(redis_world.store)]) == [Status.SUCCEEDED]
    assert "kritiq_jobs_late|normal|standard" not in MetricsStore(redis_world.redis).totals()


def test_lost_attempts_are_counted(redis_world: RedisWorld) -> None:
    create(redis_world.store)
    [taken] = claim(redis_world.store)
    redis_world.store.release([taken.tag])
    claim(redis_world.store, lease_ms=1_000)
    redis_world.advance(2_000)
    redis_world.store.sweep()
    lost = {name: count for name, count in MetricsStore(redis_world.redis).totals().items() if "lost" in name}
    assert lost == {"kritiq_attempts_lost|released": 1, "kritiq_attempts_lost|strike": 1}


def test_what_waits_longest_is_as_old_as_its_job(redis_world: RedisWorld) -> None:
    numbers = MetricsStore(redis_world.redis)
    assert numbers.ages().queues == {}
    create(redis_world.store)
    redis_world.advance(500_000)
    create(redis_world.store)
    redis_world.advance(200_000)
    assert numbers.ages().queues["kritiq.normal"] == after(700)
    claim(redis_world.store, jobs=1)
    assert numbers.ages().queues["kritiq.normal"] == after(200)


def test_what_waits_for_a_model_is_as_old_as_its_job(redis_world: RedisWorld) -> None:
    """Bulk work among it counts as bulk work: it may wait for hours."""
    numbers, store = MetricsStore(redis_world.redis), redis_world.store
    create(store, model="fake/2", priority=Priority.BULK)
    redis_world.advance(1_000_000)
    create(store, model="fake/2")
    redis_world.advance(500_000)
    create(store, model="fake/3", tenant="acme")
    redis_world.advance(200_000)
    assert claim(store, serves=["fake/1"]) == []
    assert claim(store, serves=["fake/1"]) == []
    assert store.backlog().waiting_jobs["models"] == 3
    assert numbers.ages().queues == {"kritiq.models": after(700), "kritiq.bulk": after(1700)}
    claim(store, serves=["fake/2"])
    assert numbers.ages().queues == {"kritiq.models": after(200)}


def test_ends_are_told_from_the_beginning_of_every_queue() -> None:
    names = [queue.partition(".")[2] for queue in queues.ORDER]
    assert list(dict.fromkeys(labels[0] for labels in JOBS_ENDED.known)) == names
    assert [labels[0] for labels in JOBS_LATE.known] == names


def test_a_newer_process_may_say_more_of_itself(numbers: MetricsStore) -> None:
    numbers.push(replace(REPORT, exemplars={"a": ("trace", 0.5, 1.0)}), {}, number="1", alive_ms=60_000)
    kept = numbers.client.hget(keys.PROCESS_INFO, REPORT.name)
    assert isinstance(kept, bytes)
    head, _, report = kept.partition(b"\n")
    newer = orjson.loads(report) | {"colour": "red", "exemplars": {"a": ["trace", 0.5, 1.0, "more"]}}
    numbers.client.hset(keys.PROCESS_INFO, REPORT.name, head + b"\n" + orjson.dumps(newer))
    assert numbers.processes() == [replace(REPORT, exemplars={"a": ("trace", 0.5, 1.0)})]


def test_another_clients_message_is_as_old_as_it_has_been_next(redis_world: RedisWorld) -> None:
    numbers = MetricsStore(redis_world.redis)
    redis_world.redis.lpush("celery", b'{"a": 1}', b'{"a": 2}')
    numbers.note_heads()
    redis_world.advance(900_000)
    numbers.note_heads()
    assert numbers.ages().queues == {"celery": after(900)}
    redis_world.redis.rpop("celery")
    numbers.note_heads()
    assert numbers.ages().queues == {"celery": after(0)}
    redis_world.redis.delete("celery")
    numbers.note_heads()
    assert redis_world.redis.hgetall(keys.QUEUE_HEADS) == {}


def test_a_scheduled_job_that_nobody_queues_is_overdue(redis_world: RedisWorld) -> None:
    numbers = MetricsStore(redis_world.redis)
    create(redis_world.store, due_at=redis_world.now() + 100_000)
    assert numbers.ages().scheduled == 0
    redis_world.advance(250_000)
    assert numbers.ages().scheduled == after(150)


def test_redis_tells_what_it_uses(numbers: MetricsStore) -> None:
    numbers.totals()
    use = numbers.redis_use()
    assert use.used_bytes > 0
    assert use.commands["hgetall"][0] >= 1
