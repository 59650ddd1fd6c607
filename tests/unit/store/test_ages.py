"""Whoever waits longest is told of, whosever it is and whatever lies in front of it."""

import itertools
from typing import Any

import hypothesis.strategies as st
import orjson
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from jobs.job import DEFAULT_TENANT, Claim, Status
from jobs.request import Priority
from store import keys, queues
from store.job_record import job_reference
from store.metrics import MetricsStore
from tests.support.factories import LEASE_MS, claim, create, succeeded
from tests.support.redis_server import RedisServer
from tests.support.worlds import RedisWorld

TENANTS = ("acme", DEFAULT_TENANT, "mensa", "zeta")


class Ages(RuleBasedStateMachine):
    """Jobs of several organisations come, go, and get older."""

    server: RedisServer

    @initialize()
    def begin(self) -> None:
        self.client = self.server.client()
        self.client.flushall()
        self.world, self.numbers = RedisWorld(self.client), MetricsStore(self.client)
        self.number = itertools.count(1)
        self.held: list[Claim] = []

    def teardown(self) -> None:
        if hasattr(self, "client"):
            self.client.close()

    @rule(tenant=st.sampled_from(TENANTS), priority=st.sampled_from(Priority), weight=st.integers(1, 9))
    def one_comes(self, tenant: str, priority: Priority, weight: int) -> None:
        create(self.world.store, id=f"job-{next(self.number)}", tenant=tenant, priority=priority, weight=weight)

    @rule(jobs=st.integers(1, 3))
    def a_worker_claims(self, jobs: int) -> None:
        self.held += claim(self.world.store, jobs=jobs)

    @precondition(lambda self: self.held)
    @rule()
    def a_worker_hands_back_what_it_claimed_last(self) -> None:
        assert self.world.store.release([self.held.pop().tag]) == 1

    @rule(priority=st.sampled_from(Priority))
    def a_stock_worker_takes_one_and_ends_it(self, priority: Priority) -> None:
        message: Any = self.client.rpop(queues.QUEUES[priority])
        if message is not None:
            tenant, job_id = job_reference(orjson.loads(message)["headers"]["id"], DEFAULT_TENANT)
            taken = self.world.store.take(tenant, job_id, f"tag-{job_id}", lease_ms=LEASE_MS)
            if taken is not None:
                assert self.world.store.complete([succeeded(taken)]) == [Status.SUCCEEDED]

    @rule(data=st.data(), way=st.sampled_from(["cancel", "delete"]))
    def somebody_calls_one_off(self, data: st.DataObject, way: str) -> None:
        if waiting := sorted((tenant, job_id) for tenant, job_id, _, _ in self.waiting()):
            getattr(self.world.store, way)(*data.draw(st.sampled_from(waiting)))

    @rule(ms=st.integers(1, 1_000_000))
    def time_passes(self, ms: int) -> None:
        self.world.advance(ms)

    def waiting(self) -> list[tuple[str, str, str, int]]:
        """Organisation and id of each job that waits, its queue, and since when it does."""
        found = []
        for name in self.client.scan_iter(keys.JOB("*", "*")):
            _, tenant, _, job_id = name.decode().split(":")
            values: Any = self.client.hmget(name, "status", "queue", "created_at")
            status, queue, created = values
            if status == b"queued":
                found.append((tenant, job_id, queue.decode(), int(created)))
        return found

    @invariant()
    def the_oldest_of_all_who_wait_is_told(self) -> None:
        if not hasattr(self, "world"):
            return
        oldest: dict[str, int] = {}
        for _, _, queue, since in self.waiting():
            oldest[queue] = min(since, oldest.get(queue, since))
        before = self.world.now()
        told = {queue: round(age * 1000) for queue, age in self.numbers.ages().queues.items()}
        after = self.world.now()
        assert set(told) == set(oldest)
        for queue, since in oldest.items():
            assert before - since <= told[queue] <= after - since


@pytest.mark.timeout(300)
def test_in_any_interleaving_the_oldest_of_all_who_wait_is_told(redis_server: RedisServer) -> None:
    Ages.server = redis_server
    run_state_machine_as_test(
        Ages,
        settings=settings(
            max_examples=20, stateful_step_count=30, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_another_clients_message_is_as_old_behind_one_that_was_called_up_in_front_of_it(
    redis_world: RedisWorld,
) -> None:
    numbers, client = MetricsStore(redis_world.redis), redis_world.redis
    redis_world.send("sent")
    numbers.note_heads()
    redis_world.advance(900_000)
    create(redis_world.store, tenant="acme")
    assert client.lmove(keys.WAITING("acme", "kritiq.normal"), "kritiq.normal", "RIGHT", "RIGHT")
    client.hset(keys.TURN("kritiq.normal"), "called", "acme")
    numbers.note_heads()
    assert numbers.ages().queues["kritiq.normal"] >= 900
