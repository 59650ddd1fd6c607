"""What a guest's erasure does to tasks that no worker has taken yet: their text goes, and whoever waits hears."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery, chain, chord, group
from celery.canvas import xstarmap
from celery.result import AsyncResult

from jobs.erasure import Erased
from store.connection import connect
from store.erasure import Eraser
from store.queues import ALL_QUEUES, CELERY_QUEUE
from store.whose import Whose
from tests.celery.messages import body_of, envelope, with_body
from tests.celery.subjects import ANALYZE, KRITIQ, PLAIN, REVIEW, Subject, is_up
from tests.support.celery_client import celery_client
from tests.support.factories import make_settings
from tests.support.processes import Process
from tests.support.redis_server import RedisServer

# A stock worker knows no guests.
pytestmark = [pytest.mark.integration, pytest.mark.only(KRITIQ, PLAIN)]

GUEST, CANARY = "gast-7", "Zeisigkanari"


@pytest.fixture
def server() -> Iterator[RedisServer]:
    found = RedisServer()
    try:
        yield found.start()
    finally:
        found.close()


@pytest.fixture
def app(server: RedisServer) -> Iterator[Celery]:
    with celery_client(server.url) as found:
        yield found


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    found: list[Process] = []
    yield found
    for process in found:
        process.close()


def call(app: Celery, guest: str = GUEST, text: str = f"Der {CANARY} war gut.", **kwargs: Any) -> Any:
    return app.signature(ANALYZE, [text], kwargs={"external_author": guest, **kwargs}, immutable=True)


def other(app: Celery) -> Any:
    return call(app, "gast-8", REVIEW)


def erase(server: RedisServer, **whose: str) -> tuple[Erased, Any]:
    with connect(make_settings(redis_url=server.url)) as client:
        return Eraser(client).erase(Whose(tenant=whose.pop("tenant", "default"), **whose))


def texts_in(server: RedisServer) -> str:
    """All that lies in lists, with bodies read."""
    found = []
    with connect(make_settings(redis_url=server.url)) as client:
        for name in client.scan_iter(_type="list"):
            for raw in client.lrange(name, 0, -1):
                message = json.loads(raw)
                found.append(raw.decode() + base64.b64decode(message["body"]).decode())
    return "\n".join(found)


def states(results: list[AsyncResult]) -> list[str]:
    for result in results:
        result.get(timeout=30, propagate=False)
    return [result.state for result in results]


def test_what_waits_of_a_guest_is_revoked_and_all_of_others_is_done(
    subject: Subject, server: RedisServer, app: Celery, processes: list[Process]
) -> None:
    theirs = [call(app).apply_async(priority=priority) for priority in range(10)]
    theirs += [call(app).apply_async(queue=queue) for queue in ("kritiq.high", "kritiq.normal", "kritiq.bulk")]
    theirs += [app.send_task(ANALYZE, [f"Ein {CANARY}", "de", False, None, None, None, None, None, GUEST])]
    theirs += [call(app).apply_async(compression="zlib"), call(app).apply_async(countdown=3600)]
    others = [other(app).apply_async(priority=priority) for priority in (0, 5, 9)]
    waiting = {name: app.backend.client.llen(name) for name in ALL_QUEUES}
    erased, proof = erase(server, external_author=GUEST)
    assert (erased.messages, erased.jobs, proof.found) == (len(theirs), 0, [])
    assert CANARY not in texts_in(server)
    # What counts what waits counts on.
    assert {name: app.backend.client.llen(name) for name in ALL_QUEUES} == waiting
    process = subject.start(server.url)
    processes.append(process)
    process.wait_until(lambda: is_up(app), f"{subject.name} is up")
    assert set(states(theirs)) == {"REVOKED"}
    assert set(states(others)) == {"SUCCESS"}
    with connect(make_settings(redis_url=server.url)) as client:
        assert not [name for name in client.scan_iter(_type="list") if name.decode() in ALL_QUEUES]
    assert erase(server, external_author=GUEST)[0].messages == 0


def test_what_waits_behind_an_erased_review_ends_too(
    subject: Subject, server: RedisServer, app: Celery, processes: list[Process]
) -> None:
    first = chain(call(app), other(app)).apply_async()
    later = chain(other(app), call(app), other(app)).apply_async()
    parts = chord([other(app), call(app)], other(app)).apply_async()
    body = chord([other(app), other(app)], call(app)).apply_async()
    mixed = group(other(app), call(app)).apply_async()
    linked = other(app).apply_async(link=call(app))
    erased, proof = erase(server, external_author=GUEST)
    assert (erased.messages, proof.found) == (6 + 1, []), "of a chord's body both parts tell"
    assert CANARY not in texts_in(server)
    process = subject.start(server.url)
    processes.append(process)
    process.wait_until(lambda: is_up(app), f"{subject.name} is up")
    assert states([first.parent, first]) == ["REVOKED", "REVOKED"]
    assert states([later.parent.parent, later.parent, later]) == ["SUCCESS", "REVOKED", "REVOKED"]
    assert states(list(parts.parent.results)) == ["SUCCESS", "REVOKED"]
    assert states([parts]) == ["FAILURE"]
    assert states([*body.parent.results, body]) == ["SUCCESS", "SUCCESS", "REVOKED"]
    assert states(list(mixed.results)) == ["SUCCESS", "REVOKED"]
    assert states([linked]) == ["SUCCESS"]
    assert states(list(linked.children)) == ["REVOKED"]


def test_a_message_of_the_older_protocol_is_reached(
    subject: Subject, server: RedisServer, app: Celery, processes: list[Process]
) -> None:
    message = envelope(task_id="old")
    body = {"task": ANALYZE, "id": "old", "args": [f"Ein {CANARY}"], "kwargs": {"external_author": GUEST}}
    old = with_body(message, json.dumps(body).encode(), headers={})
    app.backend.client.lpush(CELERY_QUEUE, json.dumps(old))
    assert erase(server, external_author=GUEST)[0].messages == 1
    assert CANARY not in texts_in(server)
    process = subject.start(server.url)
    processes.append(process)
    assert states([app.AsyncResult("old")]) == ["REVOKED"]


@pytest.mark.only(KRITIQ)  # A plain worker does no bundles.
def test_a_bundle_with_a_review_of_theirs_goes_whole(
    subject: Subject, server: RedisServer, app: Celery, processes: list[Process]
) -> None:
    analyze = app.signature(ANALYZE)
    items = [(REVIEW,), (f"Ein {CANARY}", "de", False, None, None, None, None, None, GUEST)]
    bundle = xstarmap(analyze, items, app=app).apply_async()
    kept = xstarmap(analyze, items[:1], app=app).apply_async()
    assert erase(server, external_author=GUEST)[0].messages == 1
    assert CANARY not in texts_in(server)
    processes.append(subject.start(server.url))
    assert states([bundle, kept]) == ["REVOKED", "SUCCESS"]


def test_the_message_says_nothing_else_of_it(subject: Subject, server: RedisServer, app: Celery) -> None:
    sent = call(app, metadata={"name": CANARY}).apply_async(stamped_headers=["order"], order="17", shadow="mine")
    before = json.loads(app.backend.client.lindex(CELERY_QUEUE, 0))
    erase(server, external_author=GUEST)
    after = json.loads(app.backend.client.lindex(CELERY_QUEUE, 0))
    assert body_of(after)[:2] == [[], {}]
    assert after["properties"]["delivery_tag"] == before["properties"]["delivery_tag"]
    shown = ("id", "task", "shadow", "stamps", "root_id", "parent_id")
    assert {name: after["headers"].get(name) for name in shown} == {name: before["headers"].get(name) for name in shown}
    assert after["headers"]["id"] == sent.id
