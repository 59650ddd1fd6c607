"""What deliveries send is shown to whoever opened a link: of those that it lists, and without a word of a review."""

from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from tests.support.factories import FakePredictor, claim
from tests.support.http import problem
from tests.support.keys import Doors
from tests.unit.api.webhooks.links import HOOK, endpoint, made, opened
from worker.predict.pipeline import Pipeline

TEXT = "Das Essen war gut."


@pytest.fixture
def maker(doors: Doors) -> FlaskClient:
    """Somebody with a key, whose endpoints were told of a job of each of two restaurants, and of batches."""
    client = doors.client()
    for names in (["adler"], ["krone"], []):
        assert client.post("/v1/endpoints", json={"url": HOOK, "restaurants": names, "include_text": True}).json
    endpoint(client, "adler")
    for name in ("adler", "krone"):
        assert client.put(f"/v1/jobs/of-{name}", json={"text": TEXT, "restaurant": name}).status_code == 202
    lines = [{"text": TEXT}, {"text": TEXT, "restaurant": "krone"}]
    for reviews in (lines, lines[:1]):
        assert client.post("/v1/batches", json={"reviews": reviews, "restaurant": "adler"}).status_code == 202
    pipeline = Pipeline(FakePredictor().as_predictor())
    doors.jobs.complete(pipeline.judge(pipeline.prepare(claim(doors.jobs, jobs=9))))
    return client


def listed(client: FlaskClient) -> dict[str, Any]:
    """Deliveries by their ids."""
    return {each["id"]: each for each in client.get("/v1/deliveries").get_json()["deliveries"]}


def test_who_opened_a_link_reads_what_the_deliveries_that_it_lists_send_and_no_other(
    doors: Doors, maker: FlaskClient
) -> None:
    visitor = opened(doors, made(maker, "adler"))
    own, every = listed(visitor), listed(maker)
    assert {each["subject"] for each in own.values()} < {each["subject"] for each in every.values()}
    assert {each["type"] for each in own.values()} == {"job.succeeded", "batch.completed"}
    for name in every:
        answer = visitor.get(f"/v1/deliveries/{name}/request")
        if name not in own:
            problem(answer, 404, "not-found")
            continue
        data = orjson.loads(answer.get_json()["body"])["data"]
        assert (data["restaurant"], "krone" in answer.text) == ("adler", False)
    for organisation in ("acme", "other"):
        stranger = opened(doors, made(doors.client(organisation), "adler" if organisation == "other" else "hirsch"))
        for name in every:
            problem(stranger.get(f"/v1/deliveries/{name}/request"), 404, "not-found")


def test_by_a_link_what_is_sent_is_shown_without_texts_and_says_so(doors: Doors, maker: FlaskClient) -> None:
    visitor, told = opened(doors, made(maker, "adler")), []
    for name in listed(visitor):
        here = f"/v1/deliveries/{name}/request"
        shown, sent = visitor.get(here).get_json(), maker.get(here).get_json()
        assert (TEXT in shown["body"], sent["texts_left_out"]) == (False, False)
        assert shown["texts_left_out"] == (TEXT in sent["body"]) == (shown["body"] != sent["body"])
        assert shown["headers"] == sent["headers"]
        told.append(shown["texts_left_out"])
    assert sorted(told) == [False, False, False, True], "of a job to the endpoint that is sent texts"


def test_what_is_sent_is_shown_no_longer_than_the_link_and_its_restaurants_last(
    doors: Doors, maker: FlaskClient
) -> None:
    link = made(maker, "adler", session_s=600)
    visitor, revoked = opened(doors, link), opened(doors, other := made(maker, "adler"))
    (name, *_) = listed(visitor)
    here = f"/v1/deliveries/{name}/request"
    assert revoked.get(here).status_code == 200
    assert maker.delete(f"/v1/webhook-links/{other['id']}").status_code == 204
    problem(revoked.get(here), 401, "invalid-token")
    told = listed(visitor)[name]["endpoint"]
    assert maker.patch(f"/v1/endpoints/{told}", json={"restaurants": ["adler", "krone"]}).status_code == 200
    problem(visitor.get(here), 404, "not-found")
    assert maker.patch(f"/v1/endpoints/{told}", json={"restaurants": ["adler"]}).status_code == 200
    assert visitor.get(here).status_code == 200
    doors.ahead_ms += 600_000
    problem(visitor.get(here), 401, "invalid-token")
