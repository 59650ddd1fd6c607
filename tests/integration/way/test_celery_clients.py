"""Any Celery client can use the service: send by name, get the result, revoke, watch."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from celery import Celery
from celery.exceptions import TaskRevokedError

from jobs.job import Status
from store import queues
from store.jobs import RedisStore
from tests.support.celery_client import celery_client
from tests.support.factories import create
from tests.support.processes import Api, Process, start_worker, wait_for_worker
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

REVIEW = "Das Essen war super. Der Service war langsam!"

#: A time that no test reaches, in milliseconds since the epoch.
FAR_AHEAD_MS = 4_102_444_800_000


@pytest.fixture
def celery(broker: RedisServer) -> Iterator[Celery]:
    """A client that knows the broker and nothing of ours."""
    with celery_client(broker.url) as app:
        yield app


def test_the_result_of_a_job_is_the_result_of_its_task(service: Api, celery: Celery) -> None:
    job_id = service.submit(REVIEW)
    result = celery.AsyncResult(job_id).get(timeout=60)
    assert result == service.ended(job_id)["result"]


def test_a_task_sent_by_name_needs_no_http(service: Api, celery: Celery) -> None:
    result = celery.send_task("kritiq.analyze", [REVIEW]).get(timeout=60)
    assert [sentence["text"] for sentence in result["sentences"]] == REVIEW.replace(". ", ".\n").split("\n")


def test_a_task_sent_by_name_is_a_job_like_any_other(service: Api, celery: Celery) -> None:
    task = celery.send_task("kritiq.analyze", kwargs={"text": REVIEW, "include_none": True})
    result = task.get(timeout=60)
    job = service.job(task.id)
    assert (job["status"], job["result"]) == ("succeeded", result)
    assert all(len(sentence["aspects"]) == 9 for sentence in result["sentences"])


@pytest.mark.parametrize("args", [[], [""], [17], [None], [[REVIEW]]])
def test_a_task_without_a_text_fails_with_the_reason(service: Api, celery: Celery, args: list[Any]) -> None:
    task = celery.send_task("kritiq.analyze", args)
    with pytest.raises(Exception, match="text"):
        task.get(timeout=60)
    # It never became a job.
    assert service.http.get(f"/v1/jobs/{task.id}").status_code == 404


def test_what_is_no_message_of_ours_kills_nobody(service: Api, broker_client: redis.Redis, celery: Celery) -> None:
    for queue in queues.ALL_QUEUES:
        broker_client.lpush(
            queue, b"garbage", b"\x80\x04\x95pickle", b"{}", b"null", b'{"headers":null,"properties":{}}'
        )
    message = {
        "body": "gASVBQAAAAAAAABLAUsCSwM=", "content-type": "application/x-python-serialize",
        "content-encoding": "binary", "headers": {"task": "kritiq.analyze", "id": "pickled"},
        "properties": {"delivery_tag": "pickled", "body_encoding": "base64"},
    }  # fmt: skip
    odd = [message, message | {"headers": None}, message | {"headers": {"task": "kritiq.analyze", "id": 5}}]
    odd += [message | {"content-type": "application/json", "body": body} for body in ("!", "e30=", "bnVsbA==", 7)]
    for number, one in enumerate(odd):
        tagged = one | {"properties": {"delivery_tag": f"odd-{number}", "body_encoding": "base64"}}
        broker_client.lpush(queues.CELERY_QUEUE, json.dumps(tagged))
    celery.send_task("no.such.task", [REVIEW])
    assert service.ended(service.submit(REVIEW))["status"] == "succeeded"
    wait_for(lambda: broker_client.llen(queues.CELERY_QUEUE) == 0, "the worker took every message")
    assert service.http.get("/readyz").status_code == 200


def test_revoking_a_task_cancels_its_job(service: Api, celery: Celery, broker_client: redis.Redis) -> None:
    store = RedisStore(broker_client)
    job = create(store, "Noch nicht.", due_at=FAR_AHEAD_MS)
    celery.control.revoke(job.task_id)

    def canceled() -> bool:
        return store.get("default", job.id).job.status is Status.CANCELED

    wait_for(canceled, "the job is canceled")
    assert service.job(job.id)["status"] == "canceled"
    with pytest.raises(TaskRevokedError):
        celery.AsyncResult(job.task_id).get(timeout=30)


def test_task_events_tell_of_each_job_and_of_no_review(
    service: Api, celery: Celery, broker_client: redis.Redis
) -> None:
    seen: list[dict[str, Any]] = []
    enough = threading.Event()

    def watch() -> None:
        with celery.connection_for_read() as connection:
            receiver = celery.events.Receiver(connection, handlers={"*": seen.append})
            with receiver.consumer_context() as (consuming, _, _):
                while not enough.is_set():
                    try:
                        consuming.drain_events(timeout=0.2)
                    except OSError:
                        continue

    watcher = threading.Thread(target=watch)
    before = broker_client.pubsub_numpat()
    watcher.start()
    try:
        wait_for(lambda: broker_client.pubsub_numpat() > before, "the watcher listens")
        job_id = service.submit("Unverkennbarer Zwiebelrostbraten.")
        service.ended(job_id)

        def kinds() -> list[str]:
            return [event["type"] for event in seen if event.get("uuid") == job_id]

        wait_for(lambda: "task-succeeded" in kinds(), "the events came", explain=lambda: str(seen))
    finally:
        enough.set()
        watcher.join()
    assert kinds() == ["task-received", "task-started", "task-succeeded"]
    assert "Zwiebel" not in str(seen)


def test_a_plain_worker_does_the_same_jobs(own_redis: RedisServer, own_processes: list[Process | Api]) -> None:
    plain = start_worker(own_redis.url, "plain@test", plain=True)
    api = Api(own_redis.url)
    own_processes += [plain, api]
    job = api.wait().ended(api.submit(REVIEW))
    assert job["status"] == "succeeded"
    assert len(job["result"]["sentences"]) == 2
    with celery_client(own_redis.url) as app:
        assert app.send_task("kritiq.analyze", [REVIEW]).get(timeout=60) == job["result"]


def test_not_ready_without_a_worker_and_ready_with_one(
    own_redis: RedisServer, own_processes: list[Process | Api]
) -> None:
    worker = start_worker(own_redis.url, lease_s="1")
    api = Api(own_redis.url)
    own_processes += [worker, api]
    api.wait()
    with own_redis.client() as client:
        wait_for_worker(worker, client)
    assert api.http.get("/readyz").status_code == 200
    worker.terminate()
    worker.wait()
    answer = api.http.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert answer.headers["Retry-After"]
