"""The message that stands for a job is the one that Celery's own `send_task` would push, without what is a default."""

import base64
import json
from typing import Any

import pytest
import redis
from celery import Celery
from celery.worker.request import Request

from jobs.request import Priority
from jobs.retraining import RetrainingRequest
from store import queues
from store.messages import MessageFactory
from store.retrainings import RetrainingStore
from tests.support.factories import REVIEW, claim, create
from tests.support.redis_server import RedisServer
from tests.support.worlds import RedisWorld

#: Different for every message.
OWN = {"delivery_tag", "id", "root_id", "origin", "correlation_id", "reply_to"}


def parts(message: bytes) -> dict[str, Any]:
    """A message with its body decoded and its own parts blanked."""
    envelope: dict[str, Any] = json.loads(message)
    if envelope["properties"].get("body_encoding") == "base64":
        envelope["body"] = base64.b64decode(envelope["body"])
    envelope["body"] = json.loads(envelope["body"])
    for place in ("headers", "properties"):
        envelope[place] = {key: "..." if key in OWN else value for key, value in envelope[place].items()}
    return envelope


@pytest.fixture
def celery(redis_server: RedisServer) -> Celery:
    app = Celery(set_as_current=False)
    app.conf.update(broker_url=redis_server.url)
    return app


@pytest.mark.parametrize("priority", list(Priority))
def test_our_message_is_celerys(redis_world: RedisWorld, celery: Celery, priority: Priority) -> None:
    queue = queues.QUEUES[priority]
    job = create(redis_world.store, priority=priority)
    celery.send_task(queues.PREDICT, (job.id,), task_id=job.id, queue=queue, ignore_result=True)
    stock, ours = map(parts, redis_world.redis.lrange(queue, 0, -1))
    # A queue that Celery declares has an exchange of its name; routing by the default exchange reaches the same list.
    stock["properties"]["delivery_info"]["exchange"] = ours["properties"]["delivery_info"]["exchange"]
    args, kwargs, embedded = stock.pop("body")
    assert ours.pop("body") == [args, kwargs, {}]
    assert not any(embedded.values())
    left_out = {place: stock[place].keys() - ours[place].keys() for place in ("headers", "properties")}
    for place, names in left_out.items():
        stock[place] = {name: value for name, value in stock[place].items() if name not in names}
    assert ours == stock
    assert left_out == {
        "headers": {"shadow", "eta", "expires", "group", "group_index", "retries", "timelimit", "root_id", "parent_id",
                    "argsrepr", "kwargsrepr", "replaced_task_nesting", "stamped_headers", "stamps"},
        "properties": {"correlation_id", "reply_to", "priority", "body_encoding"},
    }  # fmt: skip


def test_the_trainers_message_is_celerys(redis_client: redis.Redis, celery: Celery) -> None:
    made = RetrainingStore(redis_client).ask(RetrainingRequest(model="fake/1", tenants=("acme",)))
    given = {"at_ms": made.asked_at, **made.request.to_dict()}
    celery.send_task(queues.RETRAIN, kwargs=given, task_id=made.id, queue=queues.RETRAIN_QUEUE, ignore_result=False)
    stock, ours = map(parts, redis_client.lrange(queues.RETRAIN_QUEUE, 0, -1))
    stock["properties"]["delivery_info"]["exchange"] = ours["properties"]["delivery_info"]["exchange"]
    (_, kwargs, _), (args, sent, _) = stock.pop("body"), ours.pop("body")
    assert (args, sent) == ([], kwargs)
    for place in ("headers", "properties"):
        stock[place] = {name: value for name, value in stock[place].items() if name in ours[place]}
    assert ours == stock


def test_a_stock_worker_takes_what_is_left_out_as_if_it_stood_there(redis_world: RedisWorld, celery: Celery) -> None:
    job = create(redis_world.store)
    celery.send_task(
        queues.PREDICT, (job.id,), task_id=job.id, queue=queues.QUEUES[Priority.NORMAL], ignore_result=True
    )

    @celery.task(name=queues.PREDICT)  # type: ignore[untyped-decorator]
    def predict(job_id: str) -> None: ...

    with celery.connection_for_read() as connection:
        queue = connection.SimpleQueue(queues.QUEUES[Priority.NORMAL])
        ours, stock = (Request(queue.get(timeout=10), app=celery, task=predict) for _ in range(2))
    assert (ours.id, list(ours.time_limits)) == (job.id, list(stock.time_limits))
    told = ("name", "args", "kwargs", "eta", "expires", "parent_id", "ignore_result", "utc", "chord", "errbacks",
            "group", "group_index", "replaced_task_nesting", "stamped_headers")  # fmt: skip
    assert {name: getattr(ours, name, None) for name in told} == {name: getattr(stock, name, None) for name in told}


def test_the_message_names_the_job_wherever_a_consumer_looks(redis_world: RedisWorld) -> None:
    job = create(redis_world.store)
    envelope = json.loads(redis_world.redis.lindex(queues.QUEUES[Priority.NORMAL], 0) or b"")
    args, kwargs, _ = json.loads(envelope["body"])
    assert (args, kwargs) == ([job.id], {})
    assert envelope["headers"]["id"] == job.id


def test_a_message_takes_less_than_half_a_kilobyte(redis_world: RedisWorld) -> None:
    create(redis_world.store)
    assert len(redis_world.redis.lindex(queues.QUEUES[Priority.NORMAL], 0) or b"") < 450


def test_a_celery_consumer_reads_it(redis_world: RedisWorld, celery: Celery) -> None:
    job = create(redis_world.store)
    with celery.connection_for_read() as connection:
        message = connection.SimpleQueue(queues.QUEUES[Priority.NORMAL]).get(timeout=10)
        assert message.payload[0] == [job.id]
        assert message.headers["task"] == queues.PREDICT
        message.ack()


def test_a_claim_reads_no_further_than_it_has_to(redis_world: RedisWorld) -> None:
    job = create(redis_world.store)
    queue = queues.QUEUES[Priority.NORMAL]
    message = redis_world.redis.rpop(queue)
    assert isinstance(message, bytes)
    redis_world.redis.lpush(queue, message.replace(b'"body":"', b'"body":'))
    assert [found.id for found in claim(redis_world.store)] == [job.id]


def test_a_message_of_ours_in_another_order_is_ours(redis_world: RedisWorld) -> None:
    job = create(redis_world.store)
    queue = queues.QUEUES[Priority.NORMAL]
    message = redis_world.redis.rpop(queue)
    assert isinstance(message, bytes)
    envelope = json.loads(message)
    redis_world.redis.lpush(queue, json.dumps(dict(reversed(envelope.items()))))
    [found] = claim(redis_world.store)
    assert (found.id, found.tag.partition("/")[0]) == (job.id, envelope["properties"]["delivery_tag"])


def test_no_word_of_the_review_is_in_it(redis_world: RedisWorld) -> None:
    create(redis_world.store, "Zwiebelrostbraten. Unvergesslich!")
    message = redis_world.redis.lindex(queues.QUEUES[Priority.NORMAL], 0) or b""
    assert b"Zwiebel" not in message


def test_every_message_has_a_tag_of_its_own() -> None:
    factory = MessageFactory()
    made = [json.loads(factory.build("default", "same", queues.QUEUES[Priority.NORMAL])) for _ in range(100)]
    assert len({message["properties"]["delivery_tag"] for message in made}) == 100


def test_another_tenants_message_says_so() -> None:
    message = MessageFactory().build("a", "job-1", queues.QUEUES[Priority.BULK])
    assert json.loads(message)["headers"]["id"] == "a:job-1"


def test_record_and_message_are_written_together(redis_client: redis.Redis) -> None:
    with redis_client.monitor() as monitor:
        create(RedisWorld(redis_client).store, REVIEW)
        redis_client.echo("done")  # type: ignore[no-untyped-call]
        commands = []
        for seen in monitor.listen():
            if seen["command"].startswith("ECHO"):
                break
            commands.append((seen["client_type"], seen["command"].split(" ")[0].upper()))
    pushes = [kind for kind, command in commands if command == "LPUSH"]
    records = [kind for kind, command in commands if command == "HSET"]
    assert set(pushes) | set(records) == {"lua"}
