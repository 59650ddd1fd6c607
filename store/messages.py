"""The Celery messages that stand for jobs in the queues."""

import uuid
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import orjson
from celery import Celery
from kombu.connection import Connection

from jobs.job import reference
from store import queues

_ID = "@job@"
_TAG = "@tag@"
#: What a consumer has to be told. The rest of a message says that nothing follows the task, that it has no limits and
#: so on, which Celery takes for granted where it is not said; and a message is in Redis for as long as its job waits.
_HEADERS = ("lang", "task", "id", "origin", "ignore_result")
_PROPERTIES = ("delivery_mode", "delivery_info")


class MessageFactory:
    """Makes `kritiq.predict` messages as `Celery.send_task` would push them, at a fraction of its cost, and shorter.

    Celery and kombu build one message per queue with placeholders, once in a process; calls only fill in the job's id
    and a fresh delivery tag. The message carries the job's id and tenant, never its text.
    """

    def __init__(self, new_tag: Callable[[], str] = lambda: str(uuid.uuid4())) -> None:
        self._new_tag = new_tag
        self._templates = {queue: _template(queue) for queue in queues.ORDER}

    def build(self, tenant: str, job_id: str, queue: str) -> bytes:
        """The message (JSON bytes) for one job, to be pushed to `queue`."""
        message = self._templates[queue].replace(_ID, reference(tenant, job_id)).replace(_TAG, self._new_tag())
        return message.encode()


def retraining_message(task: str, given: Mapping[str, Any]) -> bytes:
    """The message (JSON bytes) that asks the trainer for a retraining, to be pushed to its queue."""
    message = _message(queues.RETRAIN_QUEUE, queues.RETRAIN, task, kwargs=given, ignore_result=False)
    return message.replace(_TAG, str(uuid.uuid4())).encode()


@cache
def _template(queue: str) -> str:
    """A message for `queue`, with placeholders."""
    return _message(queue, queues.PREDICT, _ID, args=(_ID,), ignore_result=True)


def _message(
    queue: str,
    name: str,
    task_id: str,
    *,
    args: tuple[str, ...] = (),
    kwargs: Mapping[str, Any] | None = None,
    ignore_result: bool,
) -> str:
    """A message for `queue`, whose delivery tag is a placeholder."""
    app = Celery(set_as_current=False)
    app.conf.update(broker_url="memory://", task_ignore_result=ignore_result)
    task = app.amqp.as_task_v2(
        task_id, name, args=args, kwargs=dict(kwargs or {}), origin="kritiq", ignore_result=ignore_result
    )
    args, kwargs, _ = task.body
    with Connection("memory://") as connection, connection.channel() as channel:
        # A body that is ASCII needs no base64 around it.
        channel.body_encoding = None
        message = channel.prepare_message(
            orjson.dumps((args, kwargs, {})).decode(),
            content_type="application/json",
            content_encoding="utf-8",
            headers={name: task.headers[name] for name in _HEADERS},
            properties={**task.properties, "delivery_mode": 2},
        )
        # What kombu's virtual channels add at the moment of publishing: routing, delivery tag.
        channel._inplace_augment_message(message, "", queue)
    properties = {name: message["properties"][name] for name in _PROPERTIES}
    # What a claim looks for comes first (`written_by_us` in `store/lua/lib/attempt.lua`).
    first = {"headers": message["headers"], "properties": {**properties, "delivery_tag": _TAG}}
    return orjson.dumps({**first, **message, **first}).decode()
