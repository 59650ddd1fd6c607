"""What Celery's own code does after a task, done by an application that nobody else has."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import redis
from celery import Celery, current_app
from celery._state import _on_app_finalizers
from celery.exceptions import InvalidTaskError

from jobs.celery_task import FollowUp
from jobs.job import Status
from store import keys, queues
from tests.support.factories import make_settings
from tests.support.redis_server import RedisServer
from tests.support.spans import CALLER, CALLERS_TRACE, Spans, id_of, parent_of, trace_of
from worker.app import create_app
from worker.consumer.celery_decode import TaskRequest
from worker.consumer.celery_ends import CeleryEnds
from worker.tasks import add_tasks


@pytest.fixture
def client() -> Iterator[Celery]:
    """The application of a Celery client."""
    with Celery("somebody-else", set_as_current=False) as found:
        yield found


def test_an_errback_that_is_a_task_of_ours_is_sent_as_any_other(
    redis_client: redis.Redis, redis_server: RedisServer, client: Celery
) -> None:
    settings = make_settings(redis_url=redis_server.url)
    # A worker knows these tasks, and has such an application beside its own.
    add_tasks(create_app(settings))
    ends = CeleryEnds(settings)
    errback = client.signature(queues.ANALYZE, kwargs={"language": "de"}, queue="errors")
    failure = {"exc_type": "ValueError", "exc_message": ["no"], "exc_module": "builtins"}
    meta = {"task_id": "t", "status": "FAILURE", "result": failure, "traceback": None, "children": []}
    request = {"task": queues.ANALYZE, "errbacks": [errback], "delivery_info": {}}
    ends.follow(
        FollowUp(
            tenant="default", id="t", status=Status.FAILED, request=json.dumps(request).encode(),
            meta=json.dumps(meta).encode(),
        )
    )  # fmt: skip
    assert redis_client.llen("errors") == 1
    assert json.loads(redis_client.lindex("errors", 0) or b"")["headers"]["task"] == queues.ANALYZE


@pytest.fixture
def redis_url(redis_client: redis.Redis, redis_server: RedisServer) -> str:
    """Of an empty one."""
    return redis_server.url


def sent_after(
    redis_client: redis.Redis, ends: CeleryEnds, followed: Mapping[str, Any], status: str = "SUCCESS"
) -> dict[str, Any]:
    """The headers of the one message that is sent to the queue `after` once a job has ended."""
    failure = {"exc_type": "ValueError", "exc_message": ["no"], "exc_module": "builtins"}
    meta = {"task_id": "t", "status": status, "result": {} if status == "SUCCESS" else failure, "children": []}
    request = {"task": queues.ANALYZE, "delivery_info": {}, **followed}
    ended = Status.SUCCEEDED if status == "SUCCESS" else Status.FAILED
    ends.follow(
        FollowUp(
            tenant="default", id="t", status=ended, request=json.dumps(request).encode(), meta=json.dumps(meta).encode()
        )
    )
    (message,) = redis_client.lrange("after", 0, -1)
    headers: dict[str, Any] = json.loads(message)["headers"]
    return headers


def test_a_chain_that_is_a_chords_body_is_sent_where_it_says(redis_client: redis.Redis, redis_url: str) -> None:
    # Celery's code asks for the application of the thread where a signature does not know its own.
    worker = Celery("a worker's", broker=redis_url)
    worker.conf.task_default_queue = "elsewhere"
    step = {"task": "user.note", "args": [], "kwargs": {}, "options": {}, "subtask_type": None}
    body = {
        "task": "celery.chain",
        "args": [],
        "kwargs": {"tasks": [step, step]},
        "options": {},
        "subtask_type": "chain",
    }
    redis_client.set("celery-taskset-meta-g.s", 1)
    request = {"task": queues.ANALYZE, "delivery_info": {}, "chord": body, "group": "g", "group_index": 0}
    meta = {"task_id": "t", "status": "SUCCESS", "result": {}, "children": []}
    ended = FollowUp(
        tenant="default", id="t", status=Status.SUCCEEDED, request=json.dumps(request).encode(),
        meta=json.dumps(meta).encode(),
    )  # fmt: skip
    before = current_app._get_current_object()
    worker.set_current()
    try:
        CeleryEnds(make_settings(redis_url=redis_url)).follow(ended)
        assert current_app == worker
    finally:
        before.set_current()
    assert (redis_client.llen("elsewhere"), redis_client.llen(queues.CELERY_QUEUE)) == (0, 1)


@pytest.mark.parametrize(
    ("url", "kind"),
    [("redis://127.0.0.1:1/0", "EndsAllRedis"), ("rediss://127.0.0.1:1/0", "EndsAllRedis"),
     ("redis+sentinel://127.0.0.1:1/main", "EndsAllSentinel")],
)  # fmt: skip
def test_what_will_not_be_sent_is_ended_however_redis_is_found(url: str, kind: str) -> None:
    assert type(CeleryEnds(make_settings(redis_url=url)).app.backend).__name__ == kind


def following(client: Celery, **options: Any) -> Mapping[str, Any]:
    """A link that has a model retrained on another organisation's feedback."""
    asked = {"at_ms": 1, "model": "default", "tenants": ["other"], "alias": "default"}
    found: Mapping[str, Any] = json.loads(json.dumps(client.signature("kritiq.retrain", kwargs=asked, **options)))
    return found


#: Wherever something stands that is sent after a task, and how a link is put there.
PLACES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "link": lambda link: {"callbacks": [link]},
    "errback": lambda link: {"errbacks": [link]},
    "chain": lambda link: {"chain": [link, step("a")]},
    "chord": lambda link: {"chord": {**step("a"), "options": {"link": [link]}}},
    "group in a chain": lambda link: {"chain": [group_of(step("a"), link)]},
}
#: Ways of saying that the trainer is to have it.
WAYS: list[dict[str, Any]] = [
    {}, {"queue": "kritiq.retrain"}, {"task": "celery.map", "queue": "kritiq.retrain\x06\x169"},
    {"task": "user.note", "routing_key": "kritiq.sweep"}, {"task": "user.note", "exchange": "kritiq.retrain"},
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Call to deprecated setex")
@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("place", PLACES)
def test_nothing_of_the_deployments_own_follows_a_clients_task(
    redis_client: redis.Redis, redis_url: str, client: Celery, place: str, way: dict[str, Any]
) -> None:
    task = way.get("task")
    link = following(client, **{name: value for name, value in way.items() if name != "task"})
    context = PLACES[place]({**link, "task": task} if task else link)
    ends = CeleryEnds(make_settings(redis_url=redis_url))
    request = TaskRequest(id="t", task=queues.ANALYZE, args=("Gut.",), kwargs={}, context=context)
    with pytest.raises(InvalidTaskError, match="may not follow a task"):
        ends.freeze(request)
    # A task that is wrong never comes so far; what is to be told of it is sent at once.
    ends.refuse(replace(request, context={**context, "ignore_result": True}), TypeError("text"))
    assert [name for name in redis_client.keys("*") if b"retrain" in name or b"sweep" in name] == []


def step(task_id: str) -> dict[str, Any]:
    """One that will not be sent."""
    return {"task": "user.note", "args": [], "kwargs": {}, "options": {"task_id": task_id}, "subtask_type": None}


def group_of(*steps: Mapping[str, Any]) -> dict[str, Any]:
    return {"task": "celery.group", "kwargs": {"tasks": steps}, "options": {"task_id": "g"}, "subtask_type": "group"}


@pytest.mark.filterwarnings("ignore:Call to deprecated setex")  # Celery 5.7's own call of redis-py 8
@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELED])
@pytest.mark.parametrize(("task", "ended"), [("t", {"own"}), ("acme:t", {"own", "acme:1", "acme:2", "acme:3"})])
def test_a_task_ends_none_of_an_organisation_that_it_is_not_from(
    redis_client: redis.Redis, redis_url: str, task: str, status: Status, ended: set[str]
) -> None:
    redis_client.zadd(keys.TENANTS, {"acme": 1})
    redis_client.set("celery-taskset-meta-c.s", 1)
    failure = {"exc_type": "ValueError", "exc_message": ["no"], "exc_module": "builtins"}
    state = "FAILURE" if status is Status.FAILED else "REVOKED"
    meta = {"task_id": task, "status": state, "result": failure, "traceback": None, "children": []}
    behind = [step("acme:1"), group_of(step("acme:2"), step("own"))]
    request = {"delivery_info": {}, "chain": behind, "chord": step("acme:3"), "group": "c", "group_index": 0}
    CeleryEnds(make_settings(redis_url=redis_url)).follow(
        FollowUp(
            tenant="default", id="t", status=status, request=json.dumps(request).encode(),
            meta=json.dumps(meta).encode(),
        )
    )  # fmt: skip
    assert {name for name in ("own", "acme:1", "acme:2", "acme:3") if redis_client.exists(keys.RESULT(name))} == ended


AFTER = {"task": "user.note", "args": [], "kwargs": {}, "options": {"queue": "after"}, "subtask_type": None}


@pytest.mark.parametrize(
    ("followed", "status"),
    [({"callbacks": [AFTER]}, "SUCCESS"), ({"chain": [AFTER]}, "SUCCESS"), ({"errbacks": [AFTER]}, "FAILURE")],
)
def test_what_follows_a_job_is_in_its_trace_below_the_sending(
    redis_client: redis.Redis, redis_url: str, followed: dict[str, Any], status: str
) -> None:
    spans = Spans()
    ends = CeleryEnds(make_settings(redis_url=redis_url), spans.tracer)
    headers = sent_after(redis_client, ends, {**followed, **CALLER}, status)
    sending = spans.one("follow-ups")
    assert (trace_of(sending), parent_of(sending)) == (CALLERS_TRACE, int("b7ad6b7169203331", 16))
    assert headers["traceparent"].split("-")[1:3] == [f"{CALLERS_TRACE:032x}", f"{id_of(sending):016x}"]
    assert headers["tracestate"] == CALLER["tracestate"]


def test_a_trace_is_handed_on_where_no_collector_is_told_and_none_is_made_up(
    redis_client: redis.Redis, redis_url: str
) -> None:
    ends = CeleryEnds(make_settings(redis_url=redis_url))
    headers = sent_after(redis_client, ends, {"callbacks": [AFTER], **CALLER})
    assert headers | CALLER == headers
    redis_client.delete("after")
    assert "traceparent" not in sent_after(redis_client, ends, {"callbacks": [AFTER]})


def test_a_place_that_a_link_names_itself_goes_before(redis_client: redis.Redis, redis_url: str) -> None:
    own = "00-" + "b" * 32 + "-" + "c" * 16 + "-01"
    link = {**AFTER, "options": {"queue": "after", "headers": {"traceparent": own}}}
    ends = CeleryEnds(make_settings(redis_url=redis_url))
    assert sent_after(redis_client, ends, {"callbacks": [link], **CALLER})["traceparent"] == own


def test_nothing_is_left_of_an_application_that_is_not_used_any_more(redis_server: RedisServer) -> None:
    before = len(_on_app_finalizers)
    for _ in range(3):
        CeleryEnds(make_settings(redis_url=redis_server.url))
    assert len(_on_app_finalizers) == before
