"""What ended without a result is found at once, however much has ended well since."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.job import WITHOUT_RESULT, Outcome, Status
from jobs.stored import Counted, JobFilter
from store import keys
from store.job_queries import MOST_LOOKED_AT
from store.jobs import RedisStore
from store.without_result import AT_ONCE, MOST_CALLS, EndsWithoutResult
from tests.support.factories import claim, create, failed, succeeded
from tests.support.worlds import RedisWorld, World
from tests.unit.store.ends import indexed, many_ended


def end(world: World, status: Status, **changes: str) -> str:
    """A job that has ended so."""
    job = create(world.store, **changes)
    if status is Status.CANCELED:
        world.store.cancel("default", job.id)
        return job.id
    (taken,) = claim(world.store)
    outcomes = {
        Status.SUCCEEDED: succeeded(taken), Status.FAILED: failed(taken),
        Status.EXPIRED: Outcome(claim=taken, status=Status.EXPIRED),
    }  # fmt: skip
    world.store.complete([outcomes[status]])
    return job.id


def ids(store: RedisStore, wanted: JobFilter) -> list[str]:
    """Of the first page, newest first."""
    return [job.id for job in store.page("default", wanted, size=50).jobs]


def test_a_failed_job_is_on_the_first_page_however_many_have_succeeded_since(redis_world: RedisWorld) -> None:
    store = redis_world.store
    lost = end(redis_world, Status.FAILED, restaurant="adler")
    called_off = end(redis_world, Status.CANCELED)
    many_ended(redis_world.redis, Status.SUCCEEDED, MOST_LOOKED_AT + 1)
    page = store.page("default", JobFilter(status=Status.FAILED), size=50)
    assert (list(page.jobs), page.next is None) == ([], False), "without an index it goes on with the next page"
    assert store.how_many("default", JobFilter(status=Status.FAILED)) == Counted(number=0, at_least=True)
    indexed(redis_world.redis)
    assert ids(store, JobFilter(status=Status.FAILED)) == [lost]
    assert ids(store, JobFilter(status=Status.CANCELED)) == [called_off]
    assert ids(store, JobFilter(error="prediction_failed")) == [lost]
    assert ids(store, JobFilter(status=Status.FAILED, restaurant="krone")) == []
    assert store.how_many("default", JobFilter(status=Status.FAILED)) == Counted(number=1)
    assert store.how_many("default", JobFilter(error="prediction_failed")) == Counted(number=1)


def test_what_is_of_few_restaurants_is_found_by_theirs(redis_world: RedisWorld) -> None:
    here = end(redis_world, Status.SUCCEEDED, restaurant="adler")
    many_ended(redis_world.redis, Status.SUCCEEDED, MOST_LOOKED_AT + 1)
    assert ids(redis_world.store, JobFilter(restaurants=frozenset({"adler", "krone"}))) == [here]


def test_what_is_deleted_or_past_its_time_leaves_the_index(redis_world: RedisWorld) -> None:
    indexed(redis_world.redis)
    deleted, old = end(redis_world, Status.FAILED), end(redis_world, Status.CANCELED)
    redis_world.store.delete("default", deleted)
    assert members(redis_world) == {old}
    redis_world.advance(10 * 86_400_000)
    redis_world.store.reconcile()
    assert members(redis_world) == set()


def members(world: RedisWorld) -> set[str]:
    """All that the indexes hold."""
    found: set[str] = set()
    for status in WITHOUT_RESULT:
        rows = world.redis.zrange(keys.WITHOUT_RESULT("default", status), 0, -1)
        found |= {row.decode() for row in rows}
    return found


def test_what_ended_under_an_older_release_is_found_once_all_processes_keep_the_index(redis_world: RedisWorld) -> None:
    client = redis_world.redis
    create(redis_world.store)
    many_ended(client, Status.FAILED, AT_ONCE * MOST_CALLS + 1)
    agreed = [False]
    ends = EndsWithoutResult(client, lambda: agreed[0])
    ends.find()
    assert members(redis_world) == set(), "an older process may still end jobs without it"
    agreed[0] = True
    indexed_at_first = JobFilter(status=Status.FAILED)
    while redis_world.store.how_many("default", indexed_at_first).at_least:
        ends.find()
    assert redis_world.store.how_many("default", indexed_at_first) == Counted(number=AT_ONCE * MOST_CALLS + 1)
    agreed[0] = False
    ends.find()
    assert redis_world.store.how_many("default", indexed_at_first).at_least, "an older one is back: nobody relies on it"


@given(
    statuses=st.lists(st.sampled_from([Status.SUCCEEDED, Status.FAILED, Status.CANCELED]), max_size=12),
    size=st.integers(1, 5),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_by_the_index_have_what_pages_by_time_have(
    redis_world: RedisWorld, statuses: list[Status], size: int
) -> None:
    redis_world.redis.flushdb()
    ended = [(end(redis_world, status), status) for status in statuses]
    for with_index in (False, True):
        if with_index:
            indexed(redis_world.redis)
        for wanted in Status:
            found, place = list[str](), None
            while True:
                page = redis_world.store.page("default", JobFilter(status=wanted), size=size, before=place)
                found += [job.id for job in page.jobs]
                if (place := page.next) is None:
                    break
            expected = {name for name, status in ended if status is wanted}
            assert (set(found), len(found)) == (expected, len(expected))


@pytest.mark.parametrize("status", sorted(WITHOUT_RESULT))
def test_both_twins_count_alike(world: World, status: Status) -> None:
    made = [end(world, each) for each in (Status.SUCCEEDED, *sorted(WITHOUT_RESULT))]
    wanted = JobFilter(status=status)
    page = world.store.page("default", wanted, size=9)
    assert world.store.how_many("default", wanted) == Counted(number=len(page.jobs))
    assert {job.id for job in page.jobs} <= set(made)
