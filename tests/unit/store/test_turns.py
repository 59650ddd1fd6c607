"""Organisations take turns by sentences, whatever the others have waiting; nothing is lost, and nobody starves."""

import itertools
from collections import Counter, defaultdict
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

from jobs.job import Claim, Status
from jobs.request import Priority
from jobs.store import JobStore
from store import keys, queues
from store.job_record import job_reference
from store.messages import MessageFactory
from tests.support.accounting import apart, recount, totals, waiting_of
from tests.support.factories import LEASE_MS, make_job, succeeded
from tests.support.redis_server import RedisServer
from tests.support.worlds import ModelWorld, RedisWorld, World

#: Tenants in the order of their names and against it, and the default one, whose messages lie in the queue itself.
TENANTS = ("acme", "default", "mensa", "zeta")
HEAVIEST = 9


def put(store: JobStore, tenant: str, name: str, *, weight: int = 1, priority: Priority = Priority.NORMAL) -> str:
    job = make_job(id=name, tenant=tenant, weight=weight, priority=priority)
    return store.create(job, f"Text von {name}.").job.id


def taken(store: JobStore, **given: Any) -> list[Claim]:
    found = store.claim(**{"jobs": 1, "weight": 10_000, "lease_ms": LEASE_MS, **given})
    assert all(isinstance(claim, Claim) for claim in found)
    return [claim for claim in found if isinstance(claim, Claim)]


def claimed_at_once(world: RedisWorld, *, jobs: int) -> list[list[bytes]]:
    """What one call of the script hands out."""
    found: list[list[bytes]] = world.store._run("job/claim", queues.ALL_QUEUES, [jobs, 10_000, LEASE_MS, 1, "w"])
    return found


@pytest.mark.parametrize("priority", Priority)
@pytest.mark.parametrize(
    ("many", "one"), [("acme", "zeta"), ("zeta", "acme"), ("default", "acme"), ("acme", "default")]
)
def test_who_has_much_waiting_delays_nobody_else(world: World, many: str, one: str, priority: Priority) -> None:
    for number in range(50):
        put(world.store, many, f"many-{number}", priority=priority)
    taken(world.store, jobs=5)
    put(world.store, one, "one", priority=priority)
    assert "one" in [claim.id for claim in taken(world.store, jobs=2)]


def test_turns_are_taken_by_sentences_and_not_by_jobs(world: World) -> None:
    for number in range(40):
        put(world.store, "acme", f"long-{number}", weight=8)
        put(world.store, "zeta", f"short-{number}")
    done = Counter[str]()
    for claim in taken(world.store, jobs=18):
        done[claim.tenant] += claim.weight
    assert abs(done["acme"] - done["zeta"]) <= 8 + 1


def test_coming_and_going_gains_nothing(world: World) -> None:
    """Whoever has one heavy job at a time gets no more than who has a line of light ones."""
    for number in range(60):
        put(world.store, "acme", f"light-{number}")
    done, waits = Counter[str](), 0
    for number in range(40):
        if not waits:
            put(world.store, "zeta", f"heavy-{number}", weight=8)
            waits = 1
        for claim in taken(world.store):
            done[claim.tenant] += claim.weight
            waits -= claim.tenant == "zeta"
    assert abs(done["acme"] - done["zeta"]) <= 8 + 1


@pytest.mark.parametrize("way", ["cancel", "delete"])
@pytest.mark.parametrize(("many", "one"), [("acme", "zeta"), ("default", "acme"), ("acme", "default")])
def test_what_one_has_called_off_delays_nobody_else(redis_world: RedisWorld, many: str, one: str, way: str) -> None:
    store, normal = redis_world.store, queues.QUEUES[Priority.NORMAL]
    for number in range(300):
        put(store, many, f"many-{number}")
    put(store, one, "one")
    for number in range(300):
        getattr(store, way)(many, f"many-{number}")
    kind, _, tenant, job_id, *_ = claimed_at_once(redis_world, jobs=1)[0]
    assert (kind, tenant, job_id) == (b"job", one.encode(), b"one")
    waits = keys.WAITING(many, normal) if many != "default" else normal
    assert redis_world.redis.llen(waits) >= 290
    assert taken(store) == []
    assert not redis_world.redis.exists(waits, keys.TURNS(normal)), "and all of it is looked at when nothing else waits"


@pytest.mark.parametrize("ended", ["late", "canceled", "deleted"])
@pytest.mark.parametrize("tenant", ["default", "acme"])
def test_no_call_is_long_because_very_much_has_ended(redis_world: RedisWorld, tenant: str, ended: str) -> None:
    """Redis serves nobody else meanwhile."""
    store = redis_world.store
    for number in range(250):
        job = make_job(id=f"job-{number}", tenant=tenant, weight=1, deadline_s=60 if ended == "late" else None)
        store.create(job, "Gut.")
        if ended != "late":
            {"canceled": store.cancel, "deleted": store.delete}[ended](tenant, job.id)
    put(store, tenant, "last")
    if ended == "late":
        redis_world.advance(61_000)
    before = redis_world.redis.llen(queues.QUEUES[Priority.NORMAL]) + redis_world.redis.llen(
        keys.WAITING(tenant, queues.QUEUES[Priority.NORMAL])
    )
    assert claimed_at_once(redis_world, jobs=10) == [[b"passed"]]
    after = redis_world.redis.llen(queues.QUEUES[Priority.NORMAL]) + redis_world.redis.llen(
        keys.WAITING(tenant, queues.QUEUES[Priority.NORMAL])
    )
    assert before - after == 100
    assert [claim.id for claim in taken(store, jobs=10)] == ["last"]
    assert totals(redis_world.redis) == recount(redis_world.redis)


def test_one_organisations_jobs_are_claimed_in_the_order_in_which_they_came(world: World) -> None:
    for number in range(12):
        put(world.store, "acme", f"job-{number:02}")
        put(world.store, "zeta", f"other-{number:02}")
    order = [claim.id for _ in range(8) for claim in taken(world.store, jobs=3)]
    for name in ("job", "other"):
        own = [each for each in order if each.startswith(name)]
        assert own == sorted(own)
        assert len(own) == 12


def test_what_an_organisation_is_handed_back_comes_first_of_its_own(world: World) -> None:
    for number in range(4):
        put(world.store, "acme", f"job-{number}")
        put(world.store, "zeta", f"other-{number}")
    back = taken(world.store)
    assert world.store.release([back[0].tag]) == 1
    order = [claim.id for claim in taken(world.store, jobs=8) if claim.tenant == back[0].tenant]
    assert order[0] == back[0].id


def test_the_queue_itself_is_never_empty_while_somebody_waits(redis_world: RedisWorld) -> None:
    """Stock workers, and idle ones that watch it, see nothing else."""
    normal, left = queues.QUEUES[Priority.NORMAL], 0
    for number in range(9):
        put(redis_world.store, TENANTS[number % 3], f"job-{number}")
        left += 1
        assert redis_world.redis.llen(normal) > 0
    while left:
        left -= len(taken(redis_world.store, jobs=2))
        assert (redis_world.redis.llen(normal) > 0) == (left > 0)
    taken(redis_world.store)
    assert not redis_world.redis.exists(keys.TURNS(normal), keys.TURN(normal)), "nothing is left of the turns"


def test_a_stock_worker_takes_turns_too(redis_world: RedisWorld) -> None:
    """It takes messages off the queue as any Celery worker does, and says so when it begins with a job."""
    normal, done = queues.QUEUES[Priority.NORMAL], list[str]()
    for number in range(20):
        put(redis_world.store, "acme", f"many-{number}")
        put(redis_world.store, "default", f"own-{number}")
    for number in range(3):
        put(redis_world.store, "zeta", f"few-{number}")
    while (message := redis_world.redis.rpop(normal)) is not None:
        tenant, job_id = job_reference(orjson.loads(message)["headers"]["id"], "default")
        claim = redis_world.store.take(tenant, job_id, f"tag-{job_id}", lease_ms=LEASE_MS)
        assert claim is not None
        done.append(tenant)
    assert Counter(done) == {"acme": 20, "default": 20, "zeta": 3}
    assert done[:12].count("zeta") == 3
    assert abs(done[:20].count("acme") - done[:20].count("default")) <= 2
    assert redis_world.store.backlog().waiting["normal"] == 0


def test_a_message_that_a_stock_worker_was_lost_with_stops_nobody(redis_world: RedisWorld) -> None:
    normal = queues.QUEUES[Priority.NORMAL]
    for number in range(3):
        put(redis_world.store, "acme", f"job-{number}")
    redis_world.redis.rpop(normal)
    redis_world.store.reconcile()
    assert redis_world.redis.llen(normal) == 1
    assert [claim.id for claim in taken(redis_world.store, jobs=5)] == ["job-1", "job-2"]


class Turns(RuleBasedStateMachine):
    """Twins under the same hands, and what was done of whom while who waited."""

    server: RedisServer

    @initialize()
    def begin(self) -> None:
        self.client = self.server.client()
        self.client.flushall()
        redis_world = RedisWorld(self.client)
        numbers = itertools.count(1)
        redis_world.store._messages = MessageFactory(new_tag=lambda: f"{next(numbers):06}")
        self.worlds: tuple[World, World] = (ModelWorld(), redis_world)
        self.number = itertools.count(1)
        #: By tenant: the jobs that wait, with their weights.
        self.waiting: dict[str, dict[str, int]] = defaultdict(dict)
        self.held: dict[str, tuple[Claim, Claim]] = {}
        #: By two tenants that both have had something waiting ever since: what was done of each.
        self.since: dict[tuple[str, str], Counter[str]] = {}

    def teardown(self) -> None:
        if hasattr(self, "client"):
            self.client.close()

    @rule(tenant=st.sampled_from(TENANTS), weight=st.integers(1, HEAVIEST), count=st.integers(1, 6))
    def some_come(self, tenant: str, weight: int, count: int) -> None:
        for _ in range(count):
            name = f"job-{next(self.number):04}"
            for world in self.worlds:
                put(world.store, tenant, name, weight=weight)
            self.waiting[tenant][name] = weight
        self.note()

    @rule(jobs=st.integers(1, 6), weight=st.integers(1, 20))
    def a_worker_claims(self, jobs: int, weight: int) -> None:
        one, two = (taken(world.store, jobs=jobs, weight=weight) for world in self.worlds)
        assert [(claim.tenant, claim.id) for claim in one] == [(claim.tenant, claim.id) for claim in two]
        for pair in zip(one, two, strict=True):
            claim = pair[0]
            self.held[claim.id] = pair
            self.waiting[claim.tenant].pop(claim.id)
            for both, done in self.since.items():
                if claim.tenant in both:
                    done[claim.tenant] += claim.weight
            self.note()
        self.fair()

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def a_worker_hands_back(self, data: st.DataObject) -> None:
        pair = self.held.pop(data.draw(st.sampled_from(sorted(self.held))))
        for world, claim in zip(self.worlds, pair, strict=True):
            assert world.store.release([claim.tag]) == 1
        self.waiting[pair[0].tenant][pair[0].id] = pair[0].weight
        # It was counted as done and was not.
        self.since = {both: done for both, done in self.since.items() if pair[0].tenant not in both}
        self.note()

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def a_worker_ends_a_job(self, data: st.DataObject) -> None:
        pair = self.held.pop(data.draw(st.sampled_from(sorted(self.held))))
        for world, claim in zip(self.worlds, pair, strict=True):
            assert world.store.complete([succeeded(claim)]) == [Status.SUCCEEDED]

    @rule(data=st.data(), way=st.sampled_from(["cancel", "delete"]))
    def somebody_calls_a_job_off(self, data: st.DataObject, way: str) -> None:
        names = [(tenant, name) for tenant, jobs in self.waiting.items() for name in jobs]
        if names:
            tenant, name = data.draw(st.sampled_from(names))
            for world in self.worlds:
                getattr(world.store, way)(tenant, name)
            del self.waiting[tenant][name]
            self.note()

    @rule()
    def the_reconciler_looks(self) -> None:
        for world in self.worlds:
            world.store.reconcile()

    @rule()
    def somebody_counts(self) -> None:
        for by_totals, found in (apart(self.client), *(waiting_of(self.client, tenant) for tenant in TENANTS)):
            assert by_totals == found

    def note(self) -> None:
        """Who has something waiting now."""
        busy = sorted(tenant for tenant, jobs in self.waiting.items() if jobs)
        pairs = set(itertools.combinations(busy, 2))
        self.since = {both: self.since.get(both, Counter()) for both in pairs}

    def fair(self) -> None:
        for (one, two), done in self.since.items():
            assert abs(done[one] - done[two]) <= 2 * HEAVIEST, (one, two, done)

    @invariant()
    def nothing_is_lost(self) -> None:
        if not hasattr(self, "worlds"):
            return
        assert totals(self.client) == recount(self.client)
        backlogs = [world.store.backlog() for world in self.worlds]
        assert backlogs[0] == backlogs[1]
        queued = sum(len(jobs) for jobs in self.waiting.values())
        assert sum(backlogs[1].waiting_jobs.values()) == queued
        assert not queued or self.client.llen(queues.QUEUES[Priority.NORMAL]) > 0, "idle workers would sleep"


@pytest.mark.timeout(300)
def test_in_any_interleaving_each_gets_its_share(redis_server: RedisServer) -> None:
    Turns.server = redis_server
    run_state_machine_as_test(
        Turns,
        settings=settings(
            max_examples=25, stateful_step_count=40, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
