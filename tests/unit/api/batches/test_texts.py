"""`POST /v1/jobs` with a few texts: a batch, and its results with the answer when they come within the wait."""

import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.http.hub import RedisHub
from jobs.request import Priority
from store.batches import BatchStore
from store.jobs import RedisStore
from tests.support.factories import FakePredictor, claim, make_settings
from tests.support.http import problem
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for
from worker.predict.pipeline import Pipeline

WAIT = {"Prefer": "wait=20"}


@pytest.fixture
def client(store: RedisStore, redis_server: RedisServer) -> Iterator[FlaskClient]:
    redis = redis_server.client()
    with closing(RedisHub(redis, most=4)) as hub:
        yield create_app(make_settings(), store, hub, BatchStore(redis)).test_client()


@pytest.fixture
def worker(store: RedisStore) -> Iterator[None]:
    """Judges the first work that comes."""

    def work() -> None:
        claims = wait_for(lambda: claim(store), "something waits")
        pipeline = Pipeline(FakePredictor().as_predictor())
        store.complete(pipeline.judge(pipeline.prepare(claims)))

    thread = threading.Thread(target=work)
    thread.start()
    yield
    thread.join()


@pytest.mark.usefixtures("worker")
def test_the_results_come_with_the_answer(client: FlaskClient) -> None:
    texts = ["Essen gut.", "Service schlecht.", "", "Gut \ud83d."]
    answer = client.post("/v1/jobs", json={"texts": texts, "restaurant": "krone"}, headers=WAIT)
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (200, "wait=20")
    found: Any = answer.json
    assert (found["status"], found["counts"]["succeeded"], found["restaurant"]) == ("completed", 3, "krone")
    assert [row["status"] for row in found["results"]] == ["succeeded", "succeeded", "skipped", "succeeded"]
    assert found["results"][0]["result"]["sentences"][0]["aspects"]["food"]["polarity"] == "positive"
    summary: Any = client.get("/v1/restaurants/krone/summary").json
    assert summary["aspects"] == {"food": {"positive": 1}, "service": {"negative": 1}}


def test_what_is_not_ready_in_time_has_an_address(client: FlaskClient, store: RedisStore) -> None:
    for headers in ({}, {"Prefer": "wait=1"}):
        answer = client.post("/v1/jobs", json={"texts": ["Gut."]}, headers=headers)
        found: Any = answer.json
        assert (answer.status_code, found["status"]) == (202, "running")
        assert "results" not in found
        assert answer.headers["Location"] == found["links"]["self"] == f"/v1/batches/{found['id']}"


@pytest.mark.usefixtures("worker")
def test_one_key_makes_one_batch(client: FlaskClient) -> None:
    asked = {"json": {"texts": ["Gut."]}, "headers": {**WAIT, "Idempotency-Key": "k"}}
    first, again = client.post("/v1/jobs", **asked), client.post("/v1/jobs", **asked)
    assert (first.status_code, first.json) == (200, again.json)
    other = client.post("/v1/jobs", json={"texts": ["Schlecht."]}, headers={"Idempotency-Key": "k"})
    assert problem(other, 422)["code"] == "idempotency-mismatch"


@pytest.mark.parametrize("priority", [None, *Priority])
def test_a_few_texts_wait_among_single_reviews(client: FlaskClient, store: RedisStore, priority: str | None) -> None:
    client.post("/v1/jobs", json={"texts": ["Gut."] * 3} | ({"priority": priority} if priority else {}))
    assert store.backlog().waiting[priority or "normal"] == 3


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"texts": []}, "#/texts"),
        ({"texts": ["Gut."] * 101}, "#/texts"),
        ({"texts": "Gut."}, "#/texts"),
        ({"texts": ["Gut."], "text": "Gut."}, "#/texts"),
        ({"texts": ["Gut."], "restaurant": "zur Krone"}, "#/restaurant"),
        ({"texts": ["Gut."], "deadline_s": 5}, "#/deadline_s"),
    ],
)
def test_what_is_no_few_texts_is_refused(client: FlaskClient, body: dict[str, Any], pointer: str) -> None:
    answer = client.post("/v1/jobs", json=body)
    assert [item["pointer"] for item in problem(answer, 422)["errors"]] == [pointer]


def test_an_id_of_ones_own_is_for_one_text(client: FlaskClient) -> None:
    assert client.put("/v1/jobs/mine", json={"texts": ["Gut."]}).status_code == 422
