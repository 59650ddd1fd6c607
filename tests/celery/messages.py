"""Messages as they lie in Redis: what Celery and kombu would push, to be changed before it is pushed."""

import base64
import json
import uuid
from typing import Any

from celery import Celery
from kombu import Connection

from tests.celery.subjects import ANALYZE, DEFAULT_QUEUE, Running

Envelope = dict[str, Any]


def envelope(*args: Any, task_id: str | None = None, name: str = ANALYZE, **options: Any) -> Envelope:
    """A message of protocol 2 for the task `name`; `options` are those of `Celery.amqp.as_task_v2`."""
    app = Celery(set_as_current=False, broker="memory://")
    task = app.amqp.as_task_v2(task_id or str(uuid.uuid4()), name, args, **options)
    with Connection("memory://") as connection, connection.channel() as channel:
        message: Envelope = channel.prepare_message(
            json.dumps(task.body),
            content_type="application/json",
            content_encoding="utf-8",
            headers=task.headers,
            properties={**task.properties, "delivery_mode": 2},
        )
        channel._inplace_augment_message(message, "", DEFAULT_QUEUE)
    return message


def body_of(message: Envelope) -> Any:
    """Arguments, keyword arguments and the rest."""
    return json.loads(base64.b64decode(message["body"]))


def with_body(message: Envelope, body: bytes, **changes: Any) -> Envelope:
    """The message with other bytes in its body."""
    return message | {"body": base64.b64encode(body).decode()} | changes


def push(there: Running, message: Envelope, queue: str = DEFAULT_QUEUE) -> Any:
    """Put the message into the queue; its task's result."""
    there.redis.lpush(queue, json.dumps(message))
    return there.app.AsyncResult(message["headers"]["id"])
