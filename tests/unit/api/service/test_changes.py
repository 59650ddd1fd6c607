"""`/v1/events` tells each key what changes of that which it may see, and that it has to look where it was not told."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import orjson
import pytest
import redis
from flask.testing import FlaskClient

from access.audit_entry import AuditEntry
from access.scope import Scope
from api.http import gatekeeper, recent
from api.http.hub import RedisHub
from api.service import changes
from jobs.batch import MOST_OTHERS
from jobs.errors import Unavailable
from jobs.served import ModelState, ServedModel
from kritiq_client.sse import EventParser
from store import keys
from store.aliases import AliasStore
from store.audit import AuditStore
from store.jobs import RedisStore
from tests.support.factories import REVIEW, claim, make_worker, succeeded
from tests.support.http import problem
from tests.support.keys import EVERYTHING, Doors
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration


LOADED = ServedModel(version="fake/1", state=ModelState.LOADED)


@pytest.fixture
def doors(redis_client: redis.Redis, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doors]:
    monkeypatch.setattr(changes, "PACE_S", 0.001)
    monkeypatch.setattr(changes, "STREAM_LOOKS_S", 0.05)
    monkeypatch.setattr(recent, "GOOD_S", 0.0)
    with closing(RedisHub(redis_server.client(), most=8)) as hub:
        yield Doors(redis_client, hub=hub)


class Listener:
    """One stream, and all that it has told so far."""

    def __init__(self, client: FlaskClient) -> None:
        self.answer = client.get("/v1/events")
        assert self.answer.status_code == 200, self.answer.data
        self._parts, self._parser = self.answer.iter_encoded(), EventParser()
        self.jobs, self.batches, self.deliveries = dict[str, str](), dict[str, Any](), dict[str, str]()
        self.restaurants, self.lists = set[str](), set[str]()
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
                    self.restaurants |= set(body["restaurants"])
                    self.lists |= set(body["lists"])
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
    """Judges all that waits: guests liked the food."""
    counts = {"2026-11-01": {"food|positive": 1}}
    for held in claim(store):
        restaurant = held.request.restaurant
        store.complete([replace(succeeded(held), tally={restaurant: counts} if restaurant else {})])


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
    gone, nobodys = sent(free, "adler"), sent(free)
    work_off(doors.jobs)
    for job in (hidden, nobodys, gone):
        assert free.delete(f"/v1/jobs/{job}").status_code == 204
    last = sent(free, "adler")
    heard.until(lambda: last in heard.jobs, "the last of them")
    assert heard.jobs == {own: "succeeded", gone: "deleted", last: "queued"}
    assert heard.batches == {}
    assert heard.restaurants == {"adler"}
    heard.until(lambda: heard.deliveries, "the webhook of its restaurant")
    assert all(own in name or gone in name for name in heard.deliveries)
    reader.until(lambda: last in reader.jobs, "the last of them")
    assert {own, hidden, nobodys, last} <= reader.jobs.keys()
    assert reader.restaurants == {"adler", "hirsch"}
    assert mixed in reader.batches
    assert elsewhere not in reader.jobs
    assert reader.deliveries == {}, "webhooks are told to keys that look after them"
    heard.answer.close(), reader.answer.close()


#: Restaurants of a batch and of its lines, and whether it is there for a key of `adler` alone.
BATCHES = [
    ("adler", [None], True),
    ("adler", ["adler", None], True),
    (None, ["adler"], True),
    (None, ["adler", None], False),
    (None, [None], False),
    ("hirsch", [None], False),
    ("adler", ["hirsch", None], False),
    ("adler", [f"r{n}" for n in range(MOST_OTHERS + 1)], False),
]


def test_a_key_hears_that_batches_of_its_restaurants_alone_are_deleted(doors: Doors) -> None:
    free, bound = doors.client("acme"), doors.client("acme", *EVERYTHING, restaurants=("adler",))
    made = dict[str, bool]()
    for own, named, there in BATCHES:
        body = {"reviews": [{"text": REVIEW, **({"restaurant": each} if each else {})} for each in named]}
        batch: Any = free.post("/v1/batches", json=body | ({"restaurant": own} if own else {})).json
        assert (bound.get(f"/v1/batches/{batch['id']}").status_code == 200) is there, (own, named)
        made[batch["id"]] = there
    heard, all_heard = Listener(bound), Listener(free)
    for batch_id in made:
        assert free.delete(f"/v1/batches/{batch_id}").status_code == 204
    last = sent(free, "adler")
    for listener in (heard, all_heard):
        listener.until(lambda listener=listener: last in listener.jobs, "what came behind them")
    assert {name: each["status"] for name, each in all_heard.batches.items()} == dict.fromkeys(made, "deleted")
    assert heard.batches.keys() == {batch_id for batch_id, there in made.items() if there}
    heard.answer.close(), all_heard.answer.close()


def test_keys_hear_of_the_lists_that_they_may_read(doors: Doors) -> None:
    admin, operator = doors.client("acme", Scope.ADMIN), doors.client("default", Scope.ADMIN)
    plain, bound = doors.client("acme"), doors.client("acme", *EVERYTHING, restaurants=("adler",))
    store = doors.jobs
    store.report_worker(make_worker(models=(LOADED,)), alive_ms=60_000)
    every, some, few, ours = Listener(admin), Listener(plain), Listener(bound), Listener(operator)
    key: Any = admin.post("/v1/keys", json={"scopes": ["jobs:read"]}).json
    every.until(lambda: every.lists >= {"keys"}, "the new key")
    for act in (
        lambda: admin.post(f"/v1/keys/{key['id']}/rotate", json={}),
        lambda: admin.delete(f"/v1/keys/{key['id']}"),
    ):
        every.lists.clear()
        assert act().status_code < 300
        every.until(lambda: "keys" in every.lists, "what became of it")
    hook: Any = admin.post("/v1/endpoints", json={"url": "https://hooks.example.com/x"}).json
    link: Any = admin.post("/v1/webhook-links", json={"restaurants": ["adler"]}).json
    some.until(lambda: some.lists >= {"endpoints", "webhook-links"}, "an endpoint and a link")
    for act in (
        lambda: admin.delete(f"/v1/endpoints/{hook['id']}"),
        lambda: admin.delete(f"/v1/webhook-links/{link['id']}"),
    ):
        some.lists.clear()
        assert act().status_code == 204
        some.until(lambda: some.lists & {"endpoints", "webhook-links"}, "that it is gone")
    AuditStore(store.client, most=10, lifetime_s=60).append(
        [AuditEntry(tenant="acme", action="keys_make_key", status=201)]
    )
    every.until(lambda: "audit" in every.lists, "an entry of the log")
    asked = operator.post("/v1/retrainings", json={"model": "fake/1", "tenants": ["default"]})
    assert asked.status_code == 202
    ours.until(lambda: "retrainings" in ours.lists, "a retraining")
    ours.lists.clear()
    assert operator.post(f"{asked.headers['Location']}/cancel").status_code == 200
    ours.until(lambda: "retrainings" in ours.lists, "that it was canceled")
    AliasStore(store.client).move("candidate", {"fake/1": 100}, revision=0)
    for listener in (every, some, few, ours):
        listener.until(lambda listener=listener: "models" in listener.lists, "the alias")
    assert some.lists <= {"endpoints", "webhook-links", "models"}
    assert few.lists == {"webhook-links", "models"}, "the link is of its restaurant, the endpoint of all"
    assert "retrainings" not in every.lists, "those are the whole deployment's"
    for listener in (every, some, few, ours):
        listener.answer.close()


def test_a_key_of_some_restaurants_hears_of_the_endpoints_and_links_that_it_sees_and_of_no_others(doors: Doors) -> None:
    free, bound = doors.client("acme"), doors.client("acme", *EVERYTHING, restaurants=("adler", "krone"))
    heard = Listener(bound)
    made = dict[str, str]()

    def make(path: str, name: str, *restaurants: str) -> None:
        hook = {"url": f"https://hooks.example.com/{name}", "restaurants": restaurants}
        answer = free.post(path, json=hook if path == "/v1/endpoints" else {"restaurants": restaurants})
        assert answer.status_code == 201
        made[name] = f"{path}/{answer.get_json()['id']}"

    def limit(name: str, *restaurants: str) -> None:
        assert free.patch(made[name], json={"restaurants": restaurants}).status_code == 200

    def delete(name: str) -> None:
        assert free.delete(made[name]).status_code == 204

    endpoints, links = {"endpoints"}, {"webhook-links"}
    steps: list[tuple[Any, set[str]]] = [
        (lambda: make("/v1/endpoints", "all"), set()),
        (lambda: make("/v1/endpoints", "hirsch", "hirsch"), set()),
        (lambda: make("/v1/endpoints", "mixed", "adler", "hirsch"), set()),
        (lambda: make("/v1/endpoints", "own", "adler", "krone"), endpoints),
        (lambda: limit("hirsch", "krone"), endpoints),
        (lambda: limit("hirsch", "hirsch"), endpoints),
        (lambda: limit("mixed"), set()),
        (lambda: delete("hirsch"), set()),
        (lambda: delete("own"), endpoints),
        (lambda: make("/v1/webhook-links", "theirs", "adler", "hirsch"), set()),
        (lambda: delete("theirs"), set()),
        (lambda: make("/v1/webhook-links", "ours", "krone"), links),
        (lambda: delete("ours"), links),
    ]
    for number, (act, wanted) in enumerate(steps):
        heard.lists.clear()
        act()
        mark = sent(free, "adler")
        heard.until(lambda mark=mark: mark in heard.jobs, "what came behind it")
        assert heard.lists == wanted, number
    heard.answer.close()


def test_a_key_of_some_restaurants_hears_of_deliveries_to_an_endpoint_that_came_while_it_listened(doors: Doors) -> None:
    free, bound = doors.client("acme"), doors.client("acme", *EVERYTHING, restaurants=("adler",))
    heard = Listener(bound)
    hook = {"url": "https://hooks.example.com/x", "restaurants": ["adler"]}
    assert free.post("/v1/endpoints", json=hook).status_code == 201
    job = sent(free, "adler")
    work_off(doors.jobs)
    heard.until(lambda: heard.deliveries, "its webhook")
    assert all(job in name for name in heard.deliveries)
    heard.answer.close()


def test_all_hear_that_models_came_and_went_with_their_workers(doors: Doors) -> None:
    listener, store = Listener(doors.client("acme")), doors.jobs
    worker = make_worker(models=(LOADED,))

    def told(because: str) -> None:
        listener.until(lambda: "models" in listener.lists, because)
        listener.lists.clear()

    store.report_worker(worker, alive_ms=60_000)
    told("it came")
    store.report_worker(replace(worker, busy=0.5), alive_ms=60_000)
    sent(doors.client("acme"), "adler")
    listener.until(lambda: listener.jobs, "what came behind it")
    assert listener.lists == set(), "its models are what they were"
    store.report_worker(replace(worker, models=(replace(LOADED, state=ModelState.FAILED),)), alive_ms=60_000)
    told("it failed")
    store.report_worker(worker, alive_ms=0)
    told("it went")
    listener.answer.close()


def test_what_a_newer_release_announces_is_passed_over(doors: Doors) -> None:
    client = doors.client()
    listener = Listener(client)
    doors.jobs.client.publish(keys.LISTS("default"), "something-new")
    job = sent(client)
    listener.until(lambda: job in listener.jobs, "what came behind it")
    assert listener.lists == set()
    listener.answer.close()


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
