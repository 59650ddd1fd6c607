"""A client's trace goes on in what follows its task, whether or not Kritiq itself tells a collector.

A stock worker passes no trace on: there it is OpenTelemetry's instrumentation that does.
"""

from typing import Any

import pytest
from celery import chain, chord

from tests.celery.subjects import KRITIQ, PLAIN, REVIEW, Running, fresh_key
from tests.support.spans import CALLER

pytestmark = [
    pytest.mark.integration,
    pytest.mark.only(KRITIQ, PLAIN, why="a stock worker hands no trace on without an instrumentation"),
]


def linked(there: Running, link: Any, errback: Any) -> None:
    there.send(REVIEW, link=link, headers=CALLER)


def failed(there: Running, link: Any, errback: Any) -> None:
    there.send("poison", link_error=errback, headers=CALLER)


def refused(there: Running, link: Any, errback: Any) -> None:
    there.send(REVIEW, kwargs={"nonsense": 1}, link_error=errback, headers=CALLER)


def next_in_a_chain(there: Running, link: Any, errback: Any) -> None:
    chain(there.task(REVIEW), there.task(REVIEW, immutable=True), link).apply_async(headers=CALLER)


def body_of_a_chord(there: Running, link: Any, errback: Any) -> None:
    chord([there.task(REVIEW).set(headers=CALLER) for _ in range(2)])(link)


@pytest.mark.parametrize("send", [linked, failed, refused, next_in_a_chain, body_of_a_chord])
def test_what_follows_a_task_is_in_its_clients_trace(there: Running, send: Any) -> None:
    key = fresh_key()
    send(there, there.note(key), there.errback(key))
    assert there.noted(key)["traceparent"] == CALLER["traceparent"]
