"""Whose is it? Every route names a scope, and what is another organisation's, or another restaurant's, is not there."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import orjson
import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from access.scope import Scope
from api.batches import results
from api.http import gatekeeper, streams
from api.http.operation import operation_of
from api.http.problems import InvalidToken
from jobs.feedback import Answers
from jobs.retraining import RetrainingRequest
from jobs.served import ModelState, ServedModel
from jobs.stored import Stored
from model.scheme import DEFAULT_SCHEME
from store.aliases import AliasStore
from store.answers import AnswerStore
from store.retrainings import RetrainingStore
from store.traffic import model_key
from tests.support.factories import MODEL, REVIEW, FakePredictor, claim, make_worker, succeeded
from tests.support.http import address, problem
from tests.support.keys import EVERYTHING, Doors
from worker.predict.pipeline import Pipeline

#: Open to everybody: whether the process is well, and how the API is used.
OPEN = {
    "/", "/docs", "/docs/guides", "/docs/guides/<name>", "/docs/guides/pictures/<name>", "/docs/problems",
    "/docs/own/<path:filename>", "/docs/ui/<path:name>", "/openapi.json",
}  # fmt: skip
#: Pages and their files: what they show, they ask for with a session.
CONSOLE = {
    "/console/", "/console/<path:view>", "/console/static/<path:name>", "/embed/<link_id>/",
    "/embed/<link_id>/<path:view>",
}  # fmt: skip
HEALTH = {"/livez", "/readyz", "/home/"}
RETRAINING = "/v1/retrainings/<retraining_id>"
#: What belongs to the whole deployment: only keys of the organisation `default` see or change it.
DEPLOYMENT = {
    "/v1/models/<alias_id>", "/v1/workers", "/v1/retrainings", RETRAINING, f"{RETRAINING}/events",
    f"{RETRAINING}/cancel", "/v1/models/<name>/load", "/v1/models/<name>/unload",
    "/v1/operations/<operation_id>",
}  # fmt: skip
#: What shows reviews beside what its scope is for: a key has to have `jobs:read`, too.
WITH_TEXTS = {"/v1/deliveries/<delivery_id>/request", "/v1/feedback/queue"}
#: Who comes here is looked at by the route itself: it takes any key, or the code of a link.
DOOR = {"/v1/session", "/v1/webhook-links/<link_id>/open"}
#: Parameters of queries that name something an organisation has, and of which kind it is.
IDS_IN_QUERIES = {
    "batch": ("batch",), "endpoint": ("endpoint",), "job": ("job", "batch"),
    "page_token": ("job", "batch", "file", "endpoint", "delivery", "link", "erasure"),
}  # fmt: skip
#: Those that name nothing of anybody's.
NO_IDS_IN_QUERIES = {
    "after", "aspect", "by", "count", "error", "external_author", "filename", "follow", "from", "include_none",
    "language", "model", "month", "not_before", "page_size", "purpose", "restaurant", "reviewed_at", "reviews",
    "revision", "sentence", "since", "status", "to", "ttl_s", "until", "wait", "window",
}  # fmt: skip
#: Members of bodies that are ids of something that there is.
IDS_IN_BODIES = {"input_file_id"}
#: A file of more than two parts.
LONG = b'{"text": "%s"}\n' % (b"Gut. " * 10) * 40_000
#: A list with nothing in it, and nothing behind it.
NO_JOBS = {"jobs": [], "next_page_token": None, "looked_back_to": None}
#: What a request must have beside its address, so that it gets as far as the id.
FEEDBACK = {"sentence": 0, "aspect": "food", "polarity": "none"}
BODIES: dict[str, Any] = {
    "recover": {"since": "2026-01-01T00:00:00Z"},
    "feedback": FEEDBACK,
    "PATCH": {"description": "x"},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A call that takes an id."""

    method: str
    rule: str
    kind: str

    def call(self, client: FlaskClient, name: str) -> TestResponse:
        path = address(self.rule, name)
        named = BODIES.get(path.rpartition("/")[2], BODIES.get(self.method))
        body = named if self.method in ("POST", "PUT", "PATCH") else None
        return client.open(path, method=self.method, json=body)

    @property
    def methods(self) -> tuple[str, ...]:
        """Also what follows of it by itself."""
        return ("GET", "HEAD", "OPTIONS") if self.method == "GET" else (self.method,)

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Method, rule and endpoint of everything."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule.rule, rule.endpoint


def with_ids() -> list[Route]:
    """Every call whose path has the id of a job, batch, endpoint, delivery, key or link; but that of a new job."""
    app = Doors(redis.Redis(port=1)).app
    found = []
    for method, rule, _ in routes(app):
        kind = re.search(r"<(?:\w+:)?(\w+)_id>", rule)
        if kind is not None and method != "PUT" and rule not in DEPLOYMENT | CONSOLE | DOOR:
            found.append(Route(method=method, rule=rule, kind=kind.group(1)))
    return found


ROUTES = with_ids()


class Things:
    """One of each kind, with the id of each."""

    def __init__(self, doors: Doors, client: FlaskClient, tenant: str, restaurant: str | None = None) -> None:
        self.doors, self.client, self.tenant = doors, client, tenant
        more = {"restaurant": restaurant} if restaurant else {}
        only = {"restaurants": [restaurant]} if restaurant else {}
        endpoint = self._made("/v1/endpoints", {"url": "https://hooks.example.com/x", **only})
        self.ids = {
            "job": self._made("/v1/jobs", {"text": REVIEW, **more}),
            "batch": self._made("/v1/batches", {"reviews": [{"text": REVIEW}], **more}),
            "file": self._uploaded(),
            "endpoint": endpoint,
            "delivery": self._ping(endpoint),
            "key": doors.key(tenant)[0].id,
            "link": self._made("/v1/webhook-links", {"restaurants": [restaurant or "hirsch"]}),
            "erasure": self._asked(),
        }

    def _made(self, path: str, body: dict[str, Any]) -> str:
        answer = self.client.post(path, json=body)
        assert answer.status_code in (201, 202), answer.data
        return str(answer.json["id"])  # type: ignore[index]

    def _uploaded(self) -> str:
        answer = self.client.post("/v1/files", data=b'{"text": "Gut."}\n', content_type="application/x-ndjson")
        assert answer.status_code == 201, answer.data
        return str(answer.json["id"])  # type: ignore[index]

    def _asked(self) -> str:
        # Only who looks after the organisation asks for one.
        admin = self.doors.client(self.tenant, Scope.ADMIN)
        answer = admin.post("/v1/erasures", json={"external_author": "nobody"})
        assert answer.status_code == 202, answer.data
        return str(answer.json["id"])  # type: ignore[index]

    def _ping(self, endpoint: str) -> str:
        answer = self.client.post(f"/v1/endpoints/{endpoint}/ping")
        assert answer.status_code == 202, answer.data
        return str(answer.json["id"])  # type: ignore[index]

    def names(self, kind: str) -> list[str]:
        """Its ids of a kind, in whatever way they can be written."""
        name = self.ids[kind]
        if kind == "file":
            # What became of a batch is told as two files, whose ids follow from the batch's.
            batch = self.ids["batch"].removeprefix("batch_")
            return [name, f"file_{batch}_output", f"file_{batch}_errors"]
        if kind == "job":
            # As sets and Celery have it, and a chunk of a batch, which is a job to workers.
            names = [name, f"{self.ids['batch']}.0"]
            return [*names, *(f"{self.tenant}{colon}{each}" for colon in (":", "%253A") for each in names)]
        return [name]

    def end(self) -> None:
        """What was sent is judged, and somebody has said something of it."""
        told = Answers(aspects=DEFAULT_SCHEME.aspects, polarities=DEFAULT_SCHEME.polarities)
        AnswerStore(self.doors.jobs.client).set(model_key(MODEL["name"], MODEL["version"]), told)
        pipeline = Pipeline(FakePredictor().as_predictor())
        self.doors.jobs.complete(pipeline.judge(pipeline.prepare(claim(self.doors.jobs))))
        for path in (f"jobs/{self.ids['job']}", f"batches/{self.ids['batch']}/lines/1"):
            assert self.client.post(f"/v1/{path}/feedback", json=FEEDBACK).status_code == 200

    def go(self) -> None:
        """Of what can be deleted only is known that it was there."""
        self.end()
        for kind, path in (("job", "jobs"), ("batch", "batches"), ("file", "files"), ("link", "webhook-links")):
            assert self.client.delete(f"/v1/{path}/{self.ids[kind]}").status_code == 204
        self.doors.keys.revoke(self.tenant, self.ids["key"])

    def stored(self, *, but: str | None = None) -> dict[bytes, bytes]:
        """All that is kept of this organisation, to see whether it was touched; of all but one, where one is named."""
        client = self.doors.jobs._redis
        found = client.keys("*" if but else f"kritiq:{self.tenant}:*")
        if but:
            # Its own keys are used.
            found = [name for name in found if not name.startswith((f"kritiq:{but}:".encode(), b"kritiq:api-key:"))]
        return {name: client.dump(name) for name in found if not name.endswith(b":asked")}


@pytest.fixture
def doors(redis_client: redis.Redis) -> Doors:
    # Answers are compared to the byte, and how many requests are left is another number each time.
    return Doors(redis_client, max_tenant_rate=0)


def test_every_route_names_a_scope_or_is_open_on_purpose(doors: Doors) -> None:
    without = set()
    for _, rule, endpoint in routes(doors.app):
        operation = operation_of(doors.app.view_functions[endpoint])
        if operation is None or operation.scope is None:
            without.add(rule)
    assert without == OPEN | CONSOLE | HEALTH | DOOR


def test_every_scoped_route_asks_for_a_key_and_then_for_its_scope(doors: Doors) -> None:
    stranger = doors.stranger()
    clients = {scope: doors.client("acme", scope) for scope in Scope}
    for method, rule, endpoint in routes(doors.app):
        operation = operation_of(doors.app.view_functions[endpoint])
        if operation is None or operation.scope is None:
            continue
        path = address(rule, "x")
        answer = stranger.open(path, method=method)
        problem(answer, 401, "unauthorized")
        for scope, client in clients.items():
            answer = client.open(path, method=method)
            if scope in (operation.scope, Scope.ADMIN) and rule in DEPLOYMENT:
                problem(answer, 403, "forbidden")
            elif scope == operation.scope and rule in WITH_TEXTS:
                assert problem(answer, 403, "insufficient-scope")["detail"].endswith(f"{Scope.JOBS_READ}.")
            elif scope in (operation.scope, Scope.ADMIN):
                assert answer.status_code not in (401, 403), (method, rule, scope)
            else:
                assert problem(answer, 403, "insufficient-scope")["detail"].endswith(f"{operation.scope}.")
            answer.close()


def test_the_document_says_which_scope_and_what_is_refused(doors: Doors) -> None:
    document: Any = doors.stranger().get("/openapi.json").json
    assert document["components"]["securitySchemes"]["api_key"]["scheme"] == "bearer"
    for path, methods in document["paths"].items():
        for operation in methods.values():
            if path.replace("{", "<").replace("}", ">") in HEALTH | DOOR:
                assert "security" not in operation
            else:
                ((scope,),) = [found["api_key"] for found in operation["security"]]
                assert scope in list(Scope)
                assert {"401", "403"} <= operation["responses"].keys()


def never(name: str) -> str:
    """An id like this one that never was."""
    end = re.search(r"(_output|_errors|\.0)?$", name)
    assert end is not None
    head = name[: end.start()]
    return head[:-6] + ("AAAAAA" if not head.endswith("AAAAAA") else "BBBBBB") + end[0]


def told(answer: TestResponse) -> tuple[int, bytes, dict[str, str]]:
    """All that somebody learns of an answer."""
    # No two answers take the same time to a hundredth of a millisecond.
    varies = {"Date", "Server-Timing"}
    with answer:
        return answer.status_code, answer.data, {k: "" if k in varies else v for k, v in answer.headers}


#: Who asks, and whose it is. What an organisation has is written with its name in front in many places, and what
#: `default` has is not.
PAIRS = [("acme", "other"), ("default", "other"), ("acme", "default")]


@pytest.mark.parametrize("state", ["waiting", "ended", "gone"])
@pytest.mark.parametrize(("asks", "whose"), PAIRS)
def test_what_is_another_organisations_answers_exactly_as_the_unknown(
    doors: Doors, asks: str, whose: str, state: str
) -> None:
    everything = (*EVERYTHING, Scope.ADMIN)
    theirs = Things(doors, doors.client(whose, *everything), whose)
    {"waiting": lambda: None, "ended": theirs.end, "gone": theirs.go}[state]()
    clients = [doors.client(asks, *everything), doors.client(asks, restaurants=("adler",))]
    before = theirs.stored(but=asks)
    for route, client in product(ROUTES, clients):
        for name, method in product(theirs.names(route.kind), route.methods):
            call = replace(route, method=method)
            foreign, missing = told(call.call(client, name)), told(call.call(client, never(name)))
            assert foreign == missing, (str(call), name)
            # Who may not even ask hears that, of anything.
            allowed = {404} if client is clients[0] else {403, 404}
            assert foreign[0] in allowed or method == "OPTIONS", (str(call), name)
    assert theirs.stored(but=asks) == before


def test_by_the_same_id_something_else_is_made_and_nothing_of_another_organisation_is_touched(doors: Doors) -> None:
    theirs = Things(doors, doors.client("other"), "other")
    mine, before = doors.client("acme"), theirs.stored()
    name = theirs.ids["job"]
    answers = [mine.put(f"/v1/jobs/{each}", json={"text": REVIEW}) for each in (name, never(name))]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert len({tuple(sorted(answer.json)) for answer in answers}) == 1  # type: ignore[arg-type]
    assert mine.delete(f"/v1/jobs/{name}").status_code == 204
    assert theirs.stored() == before
    assert theirs.client.get(f"/v1/jobs/{name}").status_code == 200


@pytest.mark.parametrize(("asks", "whose"), PAIRS)
def test_ids_of_another_organisation_in_queries_and_bodies_are_as_unknown_ones(
    doors: Doors, asks: str, whose: str
) -> None:
    everything = (*EVERYTHING, Scope.ADMIN)
    theirs = Things(doors, doors.client(whose, *everything), whose)
    theirs.end()
    mine = Things(doors, client := doors.client(asks, *everything), asks)
    before, later, asked = theirs.stored(), doors.keys.now_ms() + 60_000, set()

    def value(parameter: str, name: str) -> str:
        return f"{later}.{name}".encode().hex() if parameter == "page_token" else name

    for method, rule, endpoint in routes(doors.app):
        operation = operation_of(doors.app.view_functions[endpoint])
        for parameter in operation.query if operation and rule not in DEPLOYMENT else ():
            asked.add(parameter)
            kind = re.search(r"<(?:\w+:)?(\w+)_id>", rule)
            path = address(rule, mine.ids[kind[1]] if kind else "adler")
            for name in (theirs.ids[each] for each in IDS_IN_QUERIES.get(parameter, ())):
                foreign, missing = (
                    told(client.open(path, method=method, query_string={parameter: value(parameter, each)}))
                    for each in (name, never(name))
                )
                assert foreign == missing, (method, path, parameter)
                assert name.encode() not in foreign[1]
    assert asked <= IDS_IN_QUERIES.keys() | NO_IDS_IN_QUERIES, "what is a new parameter?"
    for name in theirs.names("file"):
        foreign, missing = (
            told(client.post("/v1/batches", json={"input_file_id": each})) for each in (name, never(name))
        )
        assert (foreign, foreign[0]) == (missing, 404)
    assert theirs.stored() == before


def test_every_member_of_a_body_that_is_an_id_is_known_here(doors: Doors) -> None:
    document: Any = doors.stranger().get("/openapi.json").json

    def members(schema: Any) -> Iterator[str]:
        if isinstance(schema, list):
            for each in schema:
                yield from members(each)
        elif isinstance(schema, dict):
            if "$ref" in schema:
                yield from members(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
            yield from schema["properties"] if isinstance(schema.get("properties"), dict) else ()
            for each in schema.values():
                yield from members(each)

    bodies = [call.get("requestBody", {}) for calls in document["paths"].values() for call in calls.values()]
    assert {name for name in members(bodies) if re.search(r"_ids?$", name)} == IDS_IN_BODIES


def test_an_idempotency_key_of_another_organisation_is_a_fresh_one(doors: Doors) -> None:
    calls: list[tuple[str, str, Any]] = [
        (rule, kind, {"text": REVIEW} if kind == "job" else {"reviews": [{"text": REVIEW}]})
        for rule, kind in (("/v1/jobs", "job"), ("/v1/batches", "batch"))
    ]
    calls += [(f"{rule}/<{kind}_id>/retry", kind, None) for rule, kind, _ in calls]
    taking = set()
    for method, rule, endpoint in routes(doors.app):
        operation = operation_of(doors.app.view_functions[endpoint])
        if operation is not None and "Idempotency-Key" in operation.headers:
            taking.add((method, re.sub(r"<\w+:", "<", rule)))
    # What is put has its id as such a key.
    assert taking - {("PUT", "/v1/jobs/<job_id>")} == {("POST", rule) for rule, _, _ in calls}
    all_things = [Things(doors, doors.client(tenant), tenant) for tenant in ("other", "acme")]
    for things in all_things:
        for path in (f"jobs/{things.ids['job']}", f"batches/{things.ids['batch']}"):
            assert things.client.post(f"/v1/{path}/cancel").status_code in (200, 202)
    for rule, kind, body in calls:
        made = set()
        for things in all_things:
            answer = things.client.post(
                address(rule, things.ids[kind]), json=body, headers={"Idempotency-Key": f"same-{rule}"}
            )
            assert answer.status_code == 202, answer.data
            assert "Idempotent-Replayed" not in answer.headers
            made.add(answer.json["id"])  # type: ignore[index]
        assert len(made) == 2, rule


def test_what_is_the_deployments_is_refused_alike_whether_it_is_there_or_not(doors: Doors) -> None:
    served = ServedModel(version="fake/1", state=ModelState.LOADED)
    doors.jobs.report_worker(make_worker(models=(served,)), alive_ms=60_000)
    client = doors.jobs.client
    AliasStore(client).move("production", {"fake/1": 100}, revision=0)
    operator = doors.client("default", Scope.MODELS_MANAGE)
    operation = operator.post("/v1/models/fake/load", json={}).json["id"]  # type: ignore[index]
    asked = RetrainingStore(client).ask(RetrainingRequest(model="fake/1", tenants=("default",)))
    there = {"alias_id": "production", "name": "fake", "operation_id": operation, "retraining_id": asked.id}
    stranger = doors.client("acme", *EVERYTHING, Scope.MODELS_MANAGE, Scope.ADMIN)
    for method, rule, _ in routes(doors.app):
        for kind in re.findall(r"<(\w+)>", rule) if rule in DEPLOYMENT else ():
            foreign, missing = (
                told(stranger.open(address(rule, name), method=method, json={}))
                for name in (there[kind], never(there[kind]))
            )
            assert (foreign, foreign[0]) == (missing, 403), (method, rule)


@pytest.mark.parametrize(
    "path", ["/v1/jobs", "/v1/endpoints", "/v1/deliveries", "/v1/keys", "/v1/webhook-links", "/v1/erasures"]
)
def test_lists_have_nothing_of_another_organisation(doors: Doors, path: str) -> None:
    theirs = Things(doors, doors.client("other"), "other")
    text = doors.client("acme", Scope.ADMIN).get(path).text
    assert not [name for name in theirs.ids.values() if name in text]
    for more in (f"?job={theirs.ids['job']}", f"?endpoint={theirs.ids['endpoint']}"):
        assert orjson.loads(doors.client().get(f"/v1/deliveries{more}").data)["deliveries"] == []


def test_the_same_id_and_the_same_idempotency_key_are_two_in_two_organisations(doors: Doors) -> None:
    clients = [doors.client("acme"), doors.client("other")]
    headers = {"Idempotency-Key": "same"}
    made = [client.post("/v1/jobs", json={"text": REVIEW}, headers=headers).json["id"] for client in clients]  # type: ignore[index]
    assert len(set(made)) == 2
    for number, client in enumerate(clients):
        assert client.put("/v1/jobs/mine", json={"text": f"Gut {number}."}).status_code == 202
    for job_id in made:
        assert sorted(client.get(f"/v1/jobs/{job_id}").status_code for client in clients) == [200, 404]


def test_an_id_that_another_restaurant_has_is_taken_and_nothing_is_told_of_it(doors: Doors) -> None:
    everything, adler = doors.client(), doors.client(restaurants=("adler",))
    for restaurant in ({"restaurant": "krone"}, {}):
        name = restaurant.get("restaurant", "none")
        assert everything.put(f"/v1/jobs/{name}", json={"text": REVIEW, **restaurant}).status_code == 202
        refused = problem(adler.put(f"/v1/jobs/{name}", json={"text": REVIEW, "restaurant": "adler"}), 409, "conflict")
        assert refused["detail"] == "This id is taken: choose another one."
    assert adler.put("/v1/jobs/mine", json={"text": REVIEW, "restaurant": "adler"}).status_code == 202
    other = adler.put("/v1/jobs/mine", json={"text": "Anders.", "restaurant": "adler"})
    problem(other, 422, "idempotency-mismatch")


def test_a_summary_counts_one_organisations_reviews(doors: Doors) -> None:
    client, other = doors.client("acme"), doors.client("other")
    assert client.post("/v1/jobs", json={"text": REVIEW, "restaurant": "adler"}).status_code == 202
    (held,) = claim(doors.jobs)
    outcome = succeeded(held)
    doors.jobs.complete([replace(outcome, tally={"adler": {"2026-11-28": {"food|positive": 1}}})])
    path = "/v1/restaurants/adler/summary"
    assert client.get(path).json["aspects"] == {"food": {"positive": 1}}  # type: ignore[index]
    assert other.get(path).json["aspects"] == {}  # type: ignore[index]


# A key that is restricted to restaurants, and never `admin`.

BOUND_ROUTES = [route for route in ROUTES if route.kind not in ("key", "erasure")]


@pytest.mark.parametrize("route", BOUND_ROUTES, ids=str)
def test_what_is_of_another_restaurant_answers_exactly_as_the_unknown(doors: Doors, route: Route) -> None:
    free = doors.client("acme")
    bound = doors.client("acme", *EVERYTHING, restaurants=("adler", "krone"))
    for restaurant in ("hirsch", None):
        things = Things(doors, free, "acme", restaurant)
        before = things.stored()
        name = things.ids[route.kind]
        foreign, missing = route.call(bound, name), route.call(bound, name[:-6] + "AAAAAA")
        assert missing.status_code == 404
        assert (foreign.status_code, foreign.data) == (404, missing.data)
        assert things.stored() == before


@pytest.mark.parametrize("route", BOUND_ROUTES, ids=str)
def test_what_is_of_its_own_restaurant_is_there(doors: Doors, route: Route) -> None:
    bound = doors.client("acme", *EVERYTHING, restaurants=("adler", "krone"))
    things = Things(doors, bound, "acme", "adler")
    if route.rule.endswith(("events", "results")):
        # The streams end with what they are about.
        kind = "jobs" if route.kind == "job" else "batches"
        bound.post(f"/v1/{kind}/{things.ids[route.kind]}/cancel")
    with route.call(bound, things.ids[route.kind]) as answer:
        assert answer.status_code not in (401, 403, 404), answer.data


@pytest.mark.parametrize("restaurant", [None, "hirsch"])
def test_a_restricted_key_sends_nothing_elsewhere(doors: Doors, restaurant: str | None) -> None:
    bound = doors.client("acme", *EVERYTHING, restaurants=("adler",))
    more = {"restaurant": restaurant} if restaurant else {}
    only = {"restaurants": [restaurant]} if restaurant else {}
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/v1/jobs", {"text": REVIEW, **more}), ("PUT", "/v1/jobs/mine", {"text": REVIEW, **more}),
        ("POST", "/v1/batches", {"reviews": [{"text": REVIEW}], **more}), ("POST", "/api/", {"text": REVIEW}),
        ("POST", "/v1/endpoints", {"url": "https://hooks.example.com/x", **only}), ("POST", "/v1/webhook-secret", {}),
    ]  # fmt: skip
    for method, path, body in calls:
        problem(bound.open(path, method=method, json=body), 403, "forbidden")
    answer = bound.post("/v1/batches", data=b'{"text": "Gut."}\n', content_type="application/x-ndjson")
    problem(answer, 403, "forbidden")
    assert doors.client("acme").get("/v1/jobs").json == NO_JOBS


@pytest.mark.parametrize("line", [{"restaurant": "hirsch"}, {"restaurant": ""}], ids=["another", "none"])
def test_lines_of_other_restaurants_are_not_for_a_restricted_key(doors: Doors, line: dict[str, str]) -> None:
    bound, free = doors.client("acme", *EVERYTHING, restaurants=("adler", "krone")), doors.client("acme")

    def sent(client: FlaskClient, *lines: dict[str, str]) -> TestResponse:
        reviews = [{"text": REVIEW, **each} for each in lines]
        return client.post("/v1/batches", json={"restaurant": "adler", "reviews": reviews})

    own = sent(bound, {}, {"restaurant": "krone"})
    assert own.status_code == 202
    if line["restaurant"]:
        problem(sent(bound, {}, line), 403, "forbidden")
    foreign = sent(free, {}, {"restaurant": "hirsch"}).json["id"]  # type: ignore[index]
    for path in ("", "/lines", "/results?follow=false", "/events"):
        problem(bound.get(f"/v1/batches/{foreign}{path}"), 404, "not-found")
        with bound.get(f"/v1/batches/{own.json['id']}{path}") as answer:  # type: ignore[index]
            assert answer.status_code == 200
    listed = bound.get("/v1/batches").json["batches"]  # type: ignore[index]
    assert [batch["id"] for batch in listed] == [own.json["id"]]  # type: ignore[index]
    assert len(free.get("/v1/batches").json["batches"]) == 2  # type: ignore[index]
    problem(bound.get("/v1/batches?restaurant=hirsch"), 403, "forbidden")


def test_a_restricted_key_whose_lines_all_name_a_restaurant_of_its_own_needs_none_for_the_batch(doors: Doors) -> None:
    bound, free = doors.client("acme", *EVERYTHING, restaurants=("adler", "krone")), doors.client("acme")
    reviews = [{"text": REVIEW, "restaurant": name} for name in ("adler", "krone")]
    own = bound.post("/v1/batches", json={"reviews": reviews})
    assert own.status_code == 202
    mixed: Any = free.post("/v1/batches", json={"reviews": [*reviews, {"text": REVIEW}]}).json
    assert bound.get(f"/v1/batches/{own.json['id']}").status_code == 200  # type: ignore[index]
    problem(bound.get(f"/v1/batches/{mixed['id']}"), 404, "not-found")
    listed: Any = bound.get("/v1/batches").json
    assert [batch["id"] for batch in listed["batches"]] == [own.json["id"]]  # type: ignore[index]


def test_a_restricted_key_makes_no_batch_of_a_file_with_others_reviews_and_sees_none_but_its_own(doors: Doors) -> None:
    bound, free = doors.client("acme", *EVERYTHING, restaurants=("adler",)), doors.client("acme")
    lines = b'{"text": "Gut.", "restaurant": "adler"}\n{"text": "Gut.", "restaurant": "hirsch"}\n'
    foreign, own = (
        client.post("/v1/files", data=lines, content_type="application/x-ndjson") for client in (free, bound)
    )
    answer = bound.post("/v1/batches", json={"input_file_id": own.json["id"]})  # type: ignore[index]
    problem(answer, 403, "forbidden")
    problem(bound.post("/v1/batches", json={"input_file_id": foreign.json["id"]}), 404)  # type: ignore[index]
    listed: Any = bound.get("/v1/files").json
    assert [file["id"] for file in listed["files"]] == [own.json["id"]]  # type: ignore[index]
    assert len(free.get("/v1/files").json["files"]) == 2  # type: ignore[index]
    assert list(doors.jobs._redis.keys("*:job:*")) == [], "what was read of it is gone"


@pytest.mark.parametrize("kind", ["jobs", "batches"])
def test_what_is_gone_is_unknown_to_a_restricted_key(doors: Doors, kind: str) -> None:
    bound, free = doors.client("acme", *EVERYTHING, restaurants=("adler",)), doors.client("acme")
    body = {"restaurant": "hirsch"} | ({"text": REVIEW} if kind == "jobs" else {"reviews": [{"text": REVIEW}]})
    name = free.post(f"/v1/{kind}", json=body).json["id"]  # type: ignore[index]
    assert free.delete(f"/v1/{kind}/{name}").status_code == 204
    problem(free.get(f"/v1/{kind}/{name}"), 410, "gone")
    foreign, unknown = bound.get(f"/v1/{kind}/{name}"), bound.get(f"/v1/{kind}/{name[:-6]}AAAAAA")
    assert (foreign.status_code, foreign.data) == (404, unknown.data)


def test_an_endpoint_of_a_restaurant_hears_of_no_batch_with_others(doors: Doors) -> None:
    free = doors.client("acme")
    made = free.post("/v1/endpoints", json={"url": "https://hooks.example.com/x", "restaurants": ["adler"]})
    assert made.status_code == 201
    for other in ({}, {"restaurant": "krone"}):
        reviews = [{"text": REVIEW}, {"text": REVIEW, **other}]
        free.post("/v1/batches", json={"restaurant": "adler", "reviews": reviews})
        doors.jobs.complete([replace(succeeded(held), good=2) for held in claim(doors.jobs)])
    told = free.get("/v1/deliveries").json["deliveries"]  # type: ignore[index]
    assert [delivery["type"] for delivery in told] == ["batch.completed"]


def test_texts_of_a_restricted_key_are_of_its_restaurants(doors: Doors) -> None:
    bound = doors.client("acme", *EVERYTHING, restaurants=("adler",))
    problem(bound.post("/v1/jobs", json={"texts": [REVIEW]}), 403, "forbidden")
    problem(bound.post("/v1/jobs", json={"texts": [REVIEW], "restaurant": "hirsch"}), 403, "forbidden")
    assert bound.post("/v1/jobs", json={"texts": [REVIEW], "restaurant": "adler"}).status_code == 202


def test_a_restricted_key_lists_and_sums_up_only_its_restaurants(doors: Doors) -> None:
    free = doors.client("acme")
    for restaurant in ("adler", "krone", "hirsch", None):
        Things(doors, free, "acme", restaurant)
    bound = doors.client("acme", *EVERYTHING, restaurants=("adler", "krone"))

    def listed(path: str) -> Any:
        return orjson.loads(bound.get(path).data)

    assert [job["restaurant"] for job in listed("/v1/jobs")["jobs"]] == ["krone", "adler"]
    assert [job["restaurant"] for job in listed("/v1/jobs?restaurant=adler")["jobs"]] == ["adler"]
    problem(bound.get("/v1/jobs?restaurant=hirsch"), 403, "forbidden")
    problem(bound.get("/v1/restaurants/hirsch/summary"), 403, "forbidden")
    assert bound.get("/v1/restaurants/adler/summary").status_code == 200
    endpoints = listed("/v1/endpoints")["endpoints"]
    assert [endpoint["restaurants"] for endpoint in endpoints] == [["adler"], ["krone"]]
    told = {delivery["endpoint"] for delivery in listed("/v1/deliveries")["deliveries"]}
    assert told == {endpoint["id"] for endpoint in endpoints}


def test_figures_of_the_whole_organisation_are_not_for_a_restricted_key(doors: Doors) -> None:
    bound = doors.client("acme", Scope.MODELS_MANAGE, restaurants=("adler", "krone"))
    # Also of a model that nobody serves: which there are is another call's answer.
    for model in ("kritiq-mini", "unknown"):
        problem(bound.get(f"/v1/models/{model}/drift"), 403, "forbidden")


def test_a_restricted_key_cannot_widen_its_endpoint(doors: Doors) -> None:
    bound = doors.client("acme", *EVERYTHING, restaurants=("adler", "krone"))
    here = f"/v1/endpoints/{Things(doors, bound, 'acme', 'adler').ids['endpoint']}"
    for wider in ([], ["adler", "hirsch"]):
        problem(bound.patch(here, json={"restaurants": wider}), 403, "forbidden")
    changed: Any = bound.patch(here, json={"restaurants": ["krone"]}).json
    assert changed["restaurants"] == ["krone"]


def test_what_an_endpoint_was_told_of_other_restaurants_before_is_not_its_new_owners(doors: Doors) -> None:
    free, bound = doors.client("acme"), doors.client("acme", *EVERYTHING, restaurants=("adler",))
    endpoint = free.post("/v1/endpoints", json={"url": "https://hooks.example.com/x"}).json["id"]  # type: ignore[index]
    made = {
        restaurant: free.post("/v1/jobs", json={"text": REVIEW, "restaurant": restaurant}).json["id"]  # type: ignore[index]
        for restaurant in ("hirsch", "adler")
    }
    doors.jobs.complete([succeeded(held) for held in claim(doors.jobs)])
    free.patch(f"/v1/endpoints/{endpoint}", json={"restaurants": ["adler"]})
    ping = bound.post(f"/v1/endpoints/{endpoint}/ping").json["id"]  # type: ignore[index]
    for path in ("/v1/deliveries", f"/v1/endpoints/{endpoint}/deliveries"):
        listed = bound.get(path).json["deliveries"]  # type: ignore[index]
        assert {delivery["id"] for delivery in listed} == {f"msg_{made['adler']}_{endpoint}", ping}
    problem(bound.get(f"/v1/deliveries/msg_{made['hirsch']}_{endpoint}"), 404, "not-found")
    assert len(free.get("/v1/deliveries").json["deliveries"]) == 3  # type: ignore[index]


CHANGES: dict[str, tuple[str, Any]] = {
    "change": ("PATCH", {"description": "x"}), "delete": ("DELETE", None), "enable": ("POST /enable", None),
    "rotate": ("POST /rotate", None),
}  # fmt: skip


@pytest.mark.parametrize("call", CHANGES)
def test_what_was_given_to_another_restaurant_in_that_moment_is_not_changed(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    bound = doors.client("acme", *EVERYTHING, restaurants=("adler",))
    name = Things(doors, bound, "acme", "adler").ids["endpoint"]
    store = doors.post.endpoints
    write = store._run

    def slow(script: str, *rest: Any, **more: Any) -> Any:
        """Somebody else is faster."""
        if script in ("delivery/put_endpoint", "delivery/delete_endpoint"):
            monkeypatch.setattr(store, "_run", write)
            store.change("acme", name, lambda old: replace(old, options=replace(old.options, restaurants=("hirsch",))))
        return write(script, *rest, **more)

    monkeypatch.setattr(store, "_run", slow)
    method, body = CHANGES[call]
    method, _, path = method.partition(" ")
    problem(bound.open(f"/v1/endpoints/{name}{path}", method=method, json=body), 404, "not-found")
    assert store.get("acme", name).options.restaurants == ("hirsch",)


def test_who_waits_for_a_job_is_not_shown_it_when_the_key_was_revoked_meanwhile(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gatekeeper, "BELIEVED_S", 0.0)
    key, token = doors.key("acme")
    client = doors.showing(token.text)
    job = Things(doors, client, "acme").ids["job"]
    get = doors.jobs.get

    def revoked(*asked: Any) -> Stored:
        doors.keys.revoke("acme", key.id)
        return get(*asked)

    assert client.get(f"/v1/jobs/{job}?wait=1").status_code == 200
    monkeypatch.setattr(doors.jobs, "get", revoked)
    problem(client.get(f"/v1/jobs/{job}?wait=1"), 401, "invalid-token")


def test_a_file_that_is_read_breaks_off_soon_after_its_key(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gatekeeper, "BELIEVED_S", 0.0)
    key, token = doors.key("acme")
    client, other = doors.showing(token.text), doors.client("acme")
    file: Any = client.post("/v1/files", data=LONG, content_type="application/x-ndjson").json
    # Of a batch that was called off each group of chunks is a part.
    lines = [{"text": "Gut. " * 20, "metadata": {"note": "x" * 400}} for _ in range(100)]
    batch = client.post("/v1/batches", json={"reviews": lines}).json["id"]  # type: ignore[index]
    client.post(f"/v1/batches/{batch}/cancel")
    errors = f"file_{batch.removeprefix('batch_')}_errors"
    for name in (file["id"], errors):
        with other.get(f"/v1/files/{name}/content") as answer:
            assert len(list(answer.iter_encoded())) > 1, "there is something behind the first part"
    answers = [client.get(f"/v1/files/{name}/content") for name in (file["id"], errors)]
    begun = [iter(answer.iter_encoded()) for answer in answers]
    assert all(next(parts) for parts in begun)
    doors.keys.revoke("acme", key.id)
    for answer, parts in zip(answers, begun, strict=True):
        with answer, pytest.raises(InvalidToken):
            next(parts)


def test_of_an_upload_that_goes_on_after_its_key_nothing_is_kept(
    doors: Doors, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gatekeeper, "BELIEVED_S", 0.0)
    key, token = doors.key("acme")

    class Slow(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            if self.tell():
                doors.keys.revoke("acme", key.id)
            return super().readinto(buffer)

    answer = doors.showing(token.text).post(
        "/v1/files", input_stream=Slow(LONG), content_length=len(LONG), content_type="application/x-ndjson"
    )
    problem(answer, 401, "invalid-token")
    assert doors.client("acme").get("/v1/files").json["files"] == []  # type: ignore[index]
    assert list(redis_client.keys("*:part:*")) == []


@pytest.mark.parametrize("path", ["jobs/{job}/events", "batches/{batch}/events", "batches/{batch}/results"])
def test_a_stream_ends_soon_after_its_key(doors: Doors, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(gatekeeper, "BELIEVED_S", 0.0)
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.01)
    monkeypatch.setattr(results, "STREAM_LOOKS_S", 0.01)
    key, token = doors.key("acme")
    client = doors.showing(token.text)
    ids = Things(doors, client, "acme").ids
    with client.get(f"/v1/{path.format(**ids)}", headers={"Accept": "application/json, text/event-stream"}) as answer:
        assert answer.status_code == 200
        parts = iter(answer.iter_encoded())
        heard = next(parts)
        doors.keys.revoke("acme", key.id)
        assert b"revoked or is past its time" in heard + b"".join(parts)
