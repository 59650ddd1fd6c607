"""What ended lately, over HTTP."""

import redis

from access.scope import Scope
from store.activity import ActivityStore
from store.metrics import ProcessReport
from tests.support.http import problem
from tests.support.keys import Doors

REPORT = ProcessReport(process="worker", name="worker@test", cpu_s=0, rss_bytes=0)


def test_an_admin_sees_what_ended_and_how_long_it_took(redis_client: redis.Redis) -> None:
    admin = Doors(redis_client).client("acme", Scope.ADMIN)
    store = ActivityStore(redis_client)
    store.note()
    counted = {
        "kritiq_jobs_ended|normal|succeeded||standard": 9,
        "kritiq_jobs_ended|normal|failed|prediction_failed|standard": 1,
    }
    store.push(REPORT, {**counted, "kritiq_job_duration_seconds#3": 10}, number="1", alive_ms=1000)
    body = admin.get("/v1/activity?window=hour").json
    assert body is not None
    assert body["totals"] == {"succeeded": 9, "failed": 1, "canceled": 0, "expired": 0, "p50_ms": 8, "p95_ms": 10}
    assert [bucket["succeeded"] for bucket in body["buckets"]] == [9]


def test_others_do_not(redis_client: redis.Redis) -> None:
    problem(Doors(redis_client).client("acme", Scope.JOBS_READ).get("/v1/activity"), 403, "insufficient-scope")


def test_only_windows_that_there_are_can_be_asked_for(redis_client: redis.Redis) -> None:
    admin = Doors(redis_client).client("acme", Scope.ADMIN)
    problem(admin.get("/v1/activity?window=year"), 422, "invalid-request")
