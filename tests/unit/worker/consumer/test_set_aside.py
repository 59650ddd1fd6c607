"""What monitors are told of a task that becomes a job but no claim: once, by whoever took it in."""

import base64
from typing import Any, cast

import orjson

from jobs.celery_task import CeleryMessage
from jobs.job import Claim, Job, Status
from store import queues
from tests.support.factories import LEASE_MS, make_settings, succeeded
from tests.support.model_store import ModelStore
from worker.consumer.celery_messages import CeleryMessages, Ends

FAR = "2099-01-01T00:00:00Z"


class Told:
    """Notes what it is told of tasks that were set aside."""

    def __init__(self) -> None:
        self.set: list[Status] = []

    def set_aside(self, job: Job, headers: bytes, status: Status) -> None:
        self.set.append(status)

    def refused(self, task_id: str, headers: bytes, error: Exception) -> None:
        raise AssertionError(error)


def message(tag: str, **headers: Any) -> CeleryMessage:
    body = base64.b64encode(orjson.dumps([["Gut."], {}, {}])).decode()
    whole = {
        "body": body, "content-type": "application/json", "content-encoding": "utf-8",
        "headers": {"task": queues.ANALYZE, "id": "native", **headers},
        "properties": {"delivery_tag": tag, "body_encoding": "base64", "delivery_info": {"routing_key": "celery"}},
    }  # fmt: skip
    return CeleryMessage(tag=tag, message=orjson.dumps(whole))


def test_a_second_message_for_a_task_tells_nothing_of_the_first(model_store: ModelStore) -> None:
    told = Told()
    messages = CeleryMessages(model_store, make_settings(), cast("Ends", None), told)
    assert messages.adopt(message("one", eta=FAR), lease_ms=LEASE_MS) is None
    assert messages.adopt(message("two", eta=FAR), lease_ms=LEASE_MS) is None
    assert told.set == [Status.SCHEDULED]
    model_store.cancel("default", "native")
    claim = messages.adopt(message("three"), lease_ms=LEASE_MS)
    assert isinstance(claim, Claim)
    model_store.complete([succeeded(claim)])
    assert messages.adopt(message("four"), lease_ms=LEASE_MS) is None
    assert told.set == [Status.SCHEDULED]
