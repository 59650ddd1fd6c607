"""Whoever listens to all of an organisation hears of each change of it, or that something was missed."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import redis

from api.http.feed import MOST, PATTERNS, Change, Changes, Kind
from api.http.hub import RedisHub
from api.http.problems import TooManyOfYoursWaiting, TooManyWaiting
from jobs.batch import Batch
from jobs.job import new_id
from jobs.line import Line
from jobs.request import JobRequest
from store import keys
from store.batches import BatchStore
from store.jobs import RedisStore
from tests.support.factories import claim, create, succeeded
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration


@pytest.fixture
def hub(redis_client: redis.Redis) -> Iterator[RedisHub]:
    with closing(RedisHub(redis_client, most=8)) as hub:
        yield hub


def standing(changes: Changes) -> Changes:
    """Once it hears everything; what was before is not known, and said so."""
    assert changes.wait(60)
    assert changes.take() == ([], False)
    return changes


def heard(changes: Changes, last: str) -> list[tuple[str, str]]:
    """What it tells up to this status."""
    told: list[Change] = []

    def found() -> bool:
        assert changes.wait(60)
        new, complete = changes.take()
        assert complete
        told.extend(new)
        return any(change.status == last for change in told)

    wait_for(found, last)
    return [(change.id, change.status) for change in told]


def test_a_job_is_heard_of_from_its_first_day_to_its_last(hub: RedisHub, redis_client: redis.Redis) -> None:
    store = RedisStore(redis_client)
    with hub.changes() as changes:
        standing(changes)
        job = create(store)
        assert heard(changes, "queued") == [(job.id, "queued")]
        (held,) = claim(store)
        assert heard(changes, "running") == [(job.id, "running")]
        store.complete([succeeded(held)])
        assert heard(changes, "succeeded") == [(job.id, "succeeded")]
        store.delete("default", job.id)
        assert heard(changes, "deleted") == [(job.id, "deleted")]


def test_what_happens_at_once_is_told_once(hub: RedisHub, redis_client: redis.Redis) -> None:
    store = RedisStore(redis_client)
    with hub.changes() as changes, hub.changes() as other:
        standing(changes), standing(other)
        job = create(store)
        store.complete([succeeded(held) for held in claim(store)])
        heard(other, "succeeded")
        [change], complete = changes.take()
        assert (change, complete) == (Change(kind=Kind.JOBS, id=job.id, status="succeeded", version=3), True)
        assert changes.take() == ([], True)


def test_each_organisation_hears_its_own(hub: RedisHub, redis_client: redis.Redis) -> None:
    store = RedisStore(redis_client)
    with hub.changes() as default, hub.changes("acme") as acme:
        standing(default), standing(acme)
        ours, theirs = create(store), create(store, tenant="acme")
        create(store, tenant="zeta")
        claim(store)
        assert {name for name, _ in heard(default, "running")} == {ours.id}
        assert {name for name, _ in heard(acme, "running")} == {theirs.id}


def test_of_a_batch_its_chunks_are_no_jobs(hub: RedisHub, redis_client: redis.Redis) -> None:
    store, batches = RedisStore(redis_client), BatchStore(redis_client)
    with hub.changes() as changes:
        standing(changes)
        lines = [Line(number=n, text="Gut.") for n in (1, 2)]
        batch = batches.create(Batch(id=new_id("batch"), request=JobRequest(), total=2), lines, target=1)
        assert heard(changes, "running") == [(batch.id, "running")]
        store.complete([succeeded(held) for held in claim(store)])
        assert {name for name, _ in heard(changes, "completed")} == {batch.id}


def test_restaurants_and_lists_are_heard_of_by_their_organisation_or_by_all(
    hub: RedisHub, redis_client: redis.Redis
) -> None:
    with hub.changes() as default, hub.changes("acme") as acme:
        standing(default), standing(acme)
        redis_client.publish(keys.LISTS("acme"), "restaurants adler hirsch")
        redis_client.publish(keys.LISTS("zeta"), "keys")
        redis_client.publish(keys.LISTS("*"), "models")
        found = list[Change]()
        wait_for(lambda: found.extend(acme.take()[0]) or Change(kind=Kind.LISTS, id="models") in found, "the models")
        assert found[:2] == [Change(kind=Kind.RESTAURANTS, id=name) for name in ("adler", "hirsch")]
        assert default.take() == ([Change(kind=Kind.LISTS, id="models")], True)


def test_what_changes_often_takes_no_more_room_than_what_changes_once(hub: RedisHub, redis_client: redis.Redis) -> None:
    with hub.changes() as changes, hub.changes() as last:
        standing(changes), standing(last)
        redis_client.publish(keys.CHANGES("job_first"), "1 queued")
        pipe = redis_client.pipeline(transaction=False)
        for version in range(2, 3 * MOST):
            pipe.publish(keys.CHANGES("job_often"), f"{version} running")
        pipe.publish(keys.CHANGES("job_last"), "1 queued")
        pipe.execute()
        wait_for(lambda: last.wait(0.05) and "job_last" in {each.id for each in last.take()[0]}, "the last one")
        told, complete = changes.take()
        assert ([(each.id, each.version) for each in told], complete) == (
            [("job_first", 1), ("job_often", 3 * MOST - 1), ("job_last", 1)],
            True,
        )


def test_more_than_is_remembered_is_not_all(hub: RedisHub, redis_client: redis.Redis) -> None:
    with hub.changes() as changes, hub.changes() as last:
        standing(changes), standing(last)
        pipe = redis_client.pipeline(transaction=False)
        for number in range(MOST + 1):
            pipe.publish(keys.CHANGES(f"job_{number}"), "1 queued")
        pipe.execute()
        wait_for(lambda: last.wait(0.05) and f"job_{MOST}" in {each.id for each in last.take()[0]}, "the last one")
        told, complete = changes.take()
        assert (len(told), complete) == (MOST, False)


def test_a_lost_connection_is_something_missed_and_goes_on(hub: RedisHub, redis_client: redis.Redis) -> None:
    with hub.changes() as changes:
        standing(changes)
        redis_client.client_kill_filter(_type="pubsub")
        wait_for(lambda: changes.wait(0.05) and not changes.take()[1], "it was lost")

        def again() -> bool:
            redis_client.publish(keys.CHANGES("job_1"), "2 running")
            return changes.wait(0.05) and "job_1" in {each.id for each in changes.take()[0]}

        wait_for(again, "what is announced afterwards is heard")


def test_redis_is_asked_for_nothing_while_nobody_listens(hub: RedisHub, redis_client: redis.Redis) -> None:
    for _ in range(2):
        with hub.changes() as one, hub.changes("acme") as other:
            standing(one), standing(other)
            assert patterns(redis_client) == len(PATTERNS), "one subscription for all who listen"
        wait_for(lambda: patterns(redis_client) == 0, "nobody listens any more")


def patterns(client: redis.Redis) -> int:
    found: Any = client.pubsub_numpat()
    return int(found)


def test_who_listens_has_a_place_among_those_that_wait(redis_client: redis.Redis) -> None:
    with closing(RedisHub(redis_client, most=3, own=lambda tenant: 2 if tenant == "acme" else 0)) as hub:
        with hub.changes("acme"), hub.watch("acme:job_1", "acme"), pytest.raises(TooManyOfYoursWaiting):
            hub.changes("acme").__enter__()
        with hub.changes("zeta"), hub.changes(), hub.changes("acme"), pytest.raises(TooManyWaiting):
            hub.changes().__enter__()
