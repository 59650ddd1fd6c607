"""What Celery clients send is a job like any other: over HTTP it is found, summed up, counted, limited, called off."""

import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import Celery
from celery.exceptions import TaskRevokedError

from tests.support.celery_client import celery_client
from tests.support.processes import Api
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for
from webhooks.secret import new_key

pytestmark = pytest.mark.integration

REVIEW = "Das Essen war super. Der Service war langsam!"


@pytest.fixture
def celery(broker: RedisServer) -> Iterator[Celery]:
    """A client that knows the broker and nothing of ours."""
    with celery_client(broker.url) as app:
        yield app


@pytest.fixture
def unattended(own_redis: RedisServer) -> Iterator[Api]:
    """An API without a worker, where at most five sentences may wait."""
    with closing(Api(own_redis.url, max_backlog="5")) as api:
        yield api.wait()


def task_id() -> str:
    """An id that a Celery client may choose, and that no URL likes."""
    return f"nächtlich/{uuid.uuid4().hex}: 50 %?"


def test_a_task_under_an_odd_id_is_listed_and_found(service: Api, celery: Celery) -> None:
    result = celery.send_task("kritiq.analyze", [REVIEW], task_id=task_id()).get(timeout=60)
    listed = service.http.get("/v1/jobs?page_size=1").json()["jobs"][0]
    job = service.http.get(listed["links"]["self"]).json()
    assert (job["id"], job["status"], job["result"]) == (listed["id"], "succeeded", result)
    assert service.http.get(f"/v1/jobs/{listed['id']}").json()["id"] == job["id"], "the id may be pasted too"


def test_a_task_counts_for_its_restaurant(service: Api, celery: Celery) -> None:
    restaurant = uuid.uuid4().hex
    about = {"restaurant": restaurant, "reviewed_at": "2026-11-14T09:30:00+01:00", "metadata": {"a": [1, "ä"]}}
    celery.send_task("kritiq.analyze", [REVIEW], about).get(timeout=60)
    (job,) = service.http.get("/v1/jobs", params={"restaurant": restaurant}).json()["jobs"]
    assert {name: job[name] for name in about} == about

    def aspects(first: str, last: str) -> dict[str, Any]:
        where = f"/v1/restaurants/{restaurant}/summary"
        found: dict[str, Any] = service.http.get(where, params={"from": first, "to": last}).json()["aspects"]
        return found

    assert aspects("2026-11-14", "2026-11-14")
    assert aspects("2026-11-15", "2026-11-16") == {}


def test_the_end_of_a_task_is_told_to_endpoints(broker: RedisServer, service: Api, celery: Celery) -> None:
    with closing(Api(broker.url, webhook_allow_insecure="true", secret_keys=new_key())) as api:
        made = api.wait().http.post("/v1/endpoints", json={"url": "http://127.0.0.1:9/hook"}).json()
        try:
            celery.send_task("kritiq.analyze", [REVIEW], task_id=f"told/{made['id']}").get(timeout=60)
            (delivery,) = api.http.get("/v1/deliveries", params={"endpoint": made["id"]}).json()["deliveries"]
            assert (delivery["type"], delivery["subject"]) == ("job.succeeded", f"told%2F{made['id']}")
        finally:
            api.http.delete(f"/v1/endpoints/{made['id']}")


def test_a_delayed_task_is_scheduled_and_may_be_called_off(service: Api, celery: Celery) -> None:
    at = datetime.now(UTC) + timedelta(hours=1)
    task = celery.send_task("kritiq.analyze", [REVIEW], eta=at)
    job = wait_for(lambda: _job(service, task.id), "a worker has looked at it")
    assert (job["status"], job["queue"]) == ("scheduled", None)
    assert datetime.fromisoformat(job["not_before"]) == pytest.approx(at, abs=timedelta(milliseconds=1))
    assert service.http.get("/v1/queue").json()["scheduled"]["jobs"] >= 1
    assert task.id in [each["id"] for each in service.http.get("/v1/jobs?status=scheduled").json()["jobs"]]
    assert service.http.post(f"/v1/jobs/{task.id}/cancel").json()["status"] == "canceled"
    with pytest.raises(TaskRevokedError):
        task.get(timeout=30)


def test_a_review_for_later_is_judged_when_its_time_has_come(service: Api) -> None:
    at = datetime.now(UTC) + timedelta(seconds=2)
    job_id = service.submit(REVIEW, not_before=at.isoformat())
    assert service.job(job_id)["status"] in ("scheduled", "queued", "running")
    done = service.ended(job_id)
    started = datetime.fromisoformat(done["started_at"])
    assert done["status"] == "succeeded"
    assert started >= at - timedelta(milliseconds=1), "not a moment earlier, by Redis' clock on the same machine"


def test_one_text_is_too_long_on_both_ways(service: Api, celery: Celery) -> None:
    text = "Gut. " * 10_001
    answer = service.http.post("/v1/jobs", json={"text": text})
    assert (answer.status_code, "50000" in answer.json()["errors"][0]["detail"]) == (422, True)
    with pytest.raises(ValueError, match="50000"):
        celery.send_task("kritiq.analyze", [text]).get(timeout=60)


def test_tasks_that_nobody_has_looked_at_are_counted_and_fill_the_queue(
    unattended: Api, own_redis: RedisServer
) -> None:
    with celery_client(own_redis.url) as app:
        for queue, priority in (("celery", 0), ("celery", 9), ("kritiq.normal", 5), ("kritiq.bulk", 0)):
            app.send_task("kritiq.analyze", [REVIEW], queue=queue, priority=priority)
    found = unattended.http.get("/v1/queue").json()
    assert (found["celery"], sum(level["jobs"] for level in found["waiting"].values())) == (4, 0)
    assert "kritiq_celery_messages 4.0" in unattended.http.get("/metrics").text
    unattended.submit("Gut.")
    answer = unattended.http.post("/v1/jobs", json={"text": "Gut."})
    assert (answer.status_code, answer.json()["code"]) == (503, "queue-full")


def _job(service: Api, job_id: str) -> dict[str, Any] | None:
    answer = service.http.get(f"/v1/jobs/{job_id}")
    found: dict[str, Any] | None = answer.json() if answer.status_code == 200 else None
    return found
