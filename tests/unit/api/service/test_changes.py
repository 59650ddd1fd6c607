"""`/v1/events` tells each key what changes of that which it may see, and that it has to look where it was not told."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import orjson
import pytest
import redis
from flask.testing import FlaskClient

from access.scope import Scope
from api.http import gatekeeper, recent
from api.http.hub import RedisHub
from api.service import changes
from jobs.errors import Unavailable
from kritiq_client.sse import EventParser
from store import keys
from store.jobs import RedisStore
from tests.support.factories import REVIEW, claim, succeeded
from tests.support.http import problem
from tests.support.keys import EVERYTHING, Doors
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration


@pytest.fixture
def doors(redis_client: redis.Redis, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doors]:
    monkeypatch.setattr(changes, "PACE_S", 0.001)
    monkeypatch.setattr(changes, "STREAM_LOOKS_S", 0.05)
    monkeypatch.setattr(recent, "GOOD_S", 0.0)
    with closing(RedisHub(redis_server.client(), most=4)) as hub:
        yield Doors(redis_client, hub=hub)


class Listener:
    """One stream, and all that it has told so far."""

    def __init__(self, client: FlaskClient) -> None:
        self.answer = client.get("/v1/events")
        assert self.answer.status_code == 200, self.answer.data
        self._parts, self._parser = self.answer.iter_encoded(), EventParser()
        self.jobs, self.batches, self.deliveries = dict[str, str](), dict[str, Any](), dict[str, str]()
        self.queue: Any = None
        assert not self.read()["complete"], "nobody knows what was before"

    def read(self) -> dict[str, Any]:
        """The next event."""
        for part in self._parts:
            for event in self._parser.feed(part):
                body: dict[str, Any] = orjson.loads(event.data)
                if event.event == "changes":
                    self.jobs |= {each["id"]: each["status"] for each in body["jobs"]}
                    self.batches |= {each["id"]: each for each in body["batches"]}
                    self.deliveries |= {each["id"]: each["status"] for each in body["deliveries"]}
                    self.queue = body["queue"] or self.queue
                return body | {"event": event.event}
        raise AssertionError("the stream ended without a word")

    def until(self, found: Any, what: str) -> None:
        """Read on until it is so."""
        wait_for(lambda: found() or not self.read(), what)


def sent(client: FlaskClient, restaurant: str | None = None) -> str:
    asked = {"restaurant": restaurant} if restaurant else {}
    return str(client.post("/v1/jobs", json={"text": REVIEW, **asked}).json["id"])  # type: ignore[index]


def work_off(store: RedisStore) -> None:
    store.complete([succeeded(held) for held in claim(store)])


def test_jobs_batches_deliveries_and_the_queue_are_told_as_they_change(doors: Doors) -> None:
    client = doors.client()
    assert client.post("/v1/endpoints", json={"url": "https://hooks.example.com/x"}).status_code == 201
    listener = Listener(client)
    job = sent(client)
    listener.until(lambda: job in listener.jobs, "the job")
    listener.until(lambda: listener.queue["waiting"]["normal"]["jobs"] == 1, "that it waits")
    batch: Any = client.post("/v1/batches", json={"reviews": [{"text": REVIEW}]}).json
    listener.until(lambda: batch["id"] in listener.batches, "the batch")
    assert listener.batches[batch["id"]]["counts"] == batch["counts"]
    work_off(doors.jobs)
    listener.until(lambda: listener.jobs[job] == "succeeded", "its end")
    listener.until(lambda: listener.batches[batch["id"]]["status"] == "completed", "the batch's end")
    listener.until(lambda: len(listener.deliveries) == 2, "both webhooks")
    assert set(listener.deliveries.values()) == {"pending"}
    assert client.delete(f"/v1/batches/{batch['id']}").status_code == 204
    listener.until(lambda: listener.batches[batch["id"]]["status"] == "deleted", "that it is gone")
    assert listener.batches[batch["id"]]["counts"] is None
    listener.answer.close()


def test_a_key_hears_of_its_organisation_and_of_its_restaurants_alone(doors: Doors) -> None:
    free, other = doors.client("acme"), doors.client("other")
    bound = doors.client("acme", *EVERYTHING, restaurants=("adler",))
    for restaurant in ("adler", "hirsch"):
        hook = {"url": "https://hooks.example.com/x", "restaurants": [restaurant]}
        assert free.post("/v1/endpoints", json=hook).status_code == 201
    heard, reader = Listener(bound), Listener(doors.client("acme", Scope.JOBS_READ))
    elsewhere, hidden, own = sent(other), sent(free, "hirsch"), sent(free, "adler")
    lines = [{"text": REVIEW, "restaurant": name} for name in ("adler", "hirsch")]
    mixed = free.post("/v1/batches", json={"reviews": lines}).json["id"]  # type: ignore[index]
    work_off(doors.jobs)
    assert free.delete(f"/v1/jobs/{hidden}").status_code == 204
    last = sent(free, "adler")
    heard.until(lambda: last in heard.jobs, "the last of them")
    assert heard.jobs == {own: "succeeded", last: "queued"}
    assert heard.batches == {}
    heard.until(lambda: heard.deliveries, "the webhook of its restaurant")
    assert all(own in name for name in heard.deliveries)
    reader.until(lambda: last in reader.jobs, "the last of them")
    assert {own, hidden, last} <= reader.jobs.keys()
    assert mixed in reader.batches
    assert elsewhere not in reader.jobs
    assert reader.deliveries == {}, "webhooks are told to keys that look after them"
    heard.answer.close(), reader.answer.close()


def test_more_than_can_be_looked_up_at_once_is_not_all(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_READ", 1)
    free, bound = doors.client("acme"), doors.client("acme", Scope.JOBS_READ, restaurants=("adler",))
    listener = Listener(bound)
    jobs = [sent(free, "adler") for _ in range(3)]
    hub: Any = doors.app.extensions["kritiq"].hub
    wait_for(lambda: hub._feed._logs["acme"].count == 3, "all were heard of")
    assert not listener.read()["complete"], "it says that there are more"
    assert listener.jobs.keys() == {jobs[-1]}
    listener.answer.close()


def test_a_stream_ends_when_its_time_is_over_or_the_key_or_redis_is_gone(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, token = doors.key()
    listener = Listener(doors.showing(token.text))

    def gone() -> Any:
        raise Unavailable("The job store cannot be reached.")

    with monkeypatch.context() as patched:
        patched.setattr(changes, "backlog_dict", lambda *given: gone())
        doors.jobs.client.publish(keys.CHANGES("acme:job_1"), "2 running")
        assert listener.read() == {"event": "end", "detail": "The job store cannot be reached."}
    listener = Listener(doors.showing(token.text))
    monkeypatch.setattr(gatekeeper, "BELIEVED_S", 0.0)
    doors.keys.revoke(key.tenant, key.id)
    wait_for(lambda: listener.read()["event"] == "end", "its key is good no more")
    monkeypatch.setattr(changes, "EVENTS_S", 0.0)
    with doors.client().get("/v1/events") as answer:
        assert b"event: end" in answer.data


def test_who_is_told_nothing_is_told_that_the_stream_lives(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "HEARTBEAT_S", 0.0)
    listener = Listener(doors.client())
    assert any(part == b": still here\n\n" for part in listener.answer.iter_encoded())
    listener.answer.close()


def test_one_listener_too_many_looks_now_and_then(redis_client: redis.Redis, redis_server: RedisServer) -> None:
    with closing(RedisHub(redis_server.client(), most=1)) as hub:
        client = Doors(redis_client, hub=hub).client()
        with client.get("/v1/events"):
            problem(client.get("/v1/events"), 503, "too-many-waiting")
        with client.get("/v1/events") as answer:
            assert answer.status_code == 200
