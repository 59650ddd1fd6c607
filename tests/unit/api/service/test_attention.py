"""What needs a person is counted, however much there is, and of nobody else's."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient

from access.scope import Scope
from jobs.job import Status
from store import webhook_keys
from store.delivery_counts import STEP
from tests.support.keys import Doors
from tests.support.post import TENANT
from tests.unit.store.ends import indexed, many_ended
from webhooks.delivery import Verdict
from webhooks.endpoint import DisabledReason

BOTH = (Scope.JOBS_READ, Scope.WEBHOOKS_MANAGE)


@pytest.fixture
def doors(redis_client: redis.Redis) -> Doors:
    return Doors(redis_client)


def counted(client: FlaskClient) -> dict[str, Any]:
    """Name to how many there are."""
    answer = client.get("/v1/attention")
    assert answer.status_code == 200, answer.json
    body: dict[str, Any] = answer.json or {}
    return {name: each and each["count"] for name, each in body.items() if name != "since"}


def test_where_nothing_is_wrong_nothing_waits_for_anybody(doors: Doors) -> None:
    none = {"failed_jobs": 0, "failed_deliveries": 0, "overdue_deliveries": 0, "disabled_endpoints": 0}
    assert counted(doors.client(TENANT, *BOTH)) == none


def test_failed_jobs_are_counted_behind_however_many_others(doors: Doors, redis_client: redis.Redis) -> None:
    doors.post.end_job(Status.FAILED, restaurant="adler")
    doors.post.end_job(Status.FAILED)
    doors.post.end_job(Status.CANCELED)
    many_ended(redis_client, Status.SUCCEEDED, 12_000)
    everybody = doors.client(TENANT, Scope.JOBS_READ)
    answer = everybody.get("/v1/attention").json
    assert answer is not None
    assert answer["failed_jobs"] == {"count": 0, "at_least": True}, "not all were looked at, and it says so"
    indexed(redis_client)
    assert counted(everybody)["failed_jobs"] == 2
    assert counted(doors.client(TENANT, Scope.JOBS_READ, restaurants=("adler",)))["failed_jobs"] == 1
    assert counted(doors.client("acme", Scope.JOBS_READ))["failed_jobs"] == 0


def test_webhooks_that_were_given_up_and_late_ones_are_counted(doors: Doors, redis_client: redis.Redis) -> None:
    post = doors.post
    adler, all_ = post.endpoint(restaurants=("adler",)), post.endpoint()
    for restaurant in ("adler", "krone"):
        post.end_job(restaurant=restaurant)
    leases = post.lease()
    assert {lease.endpoint for lease in leases} == {adler.id, all_.id}
    for lease in leases:
        post.deliveries.record(lease, Verdict.FAILED, attempt=None, reason="gone")
    post.end_job(restaurant="adler")
    client = doors.client(TENANT, *BOTH)
    assert (counted(client)["failed_deliveries"], counted(client)["overdue_deliveries"]) == (3, 0)
    # Those of another organisation stand in the same list, in front of these.
    late = {f"acme:msg_{number}": 1 for number in range(STEP + 1)}
    redis_client.zadd(webhook_keys.PENDING, {**late, **_aged(redis_client)})
    assert counted(client)["overdue_deliveries"] == 2
    theirs = counted(doors.client(TENANT, *BOTH, restaurants=("adler",)))
    assert (theirs["failed_deliveries"], theirs["overdue_deliveries"]) == (1, 1)


def _aged(client: redis.Redis) -> dict[str, float]:
    """All that waits, as due two minutes ago."""
    rows: Any = client.zrange(webhook_keys.PENDING, 0, -1, withscores=True)
    return {name.decode(): due - 120_000 for name, due in rows}


def test_an_endpoint_that_its_owner_disabled_waits_for_nobody(doors: Doors) -> None:
    post = doors.post
    for reason in DisabledReason:
        change = partial(replace, enabled=False, disabled_reason=reason)
        post.endpoints.change(TENANT, post.endpoint().id, change)
    assert counted(doors.client(TENANT, *BOTH))["disabled_endpoints"] == len(DisabledReason) - 1


def test_who_may_not_see_webhooks_hears_nothing_of_them(doors: Doors) -> None:
    found = counted(doors.client(TENANT, Scope.JOBS_READ))
    assert [found[name] for name in ("failed_deliveries", "overdue_deliveries", "disabled_endpoints")] == [None] * 3
