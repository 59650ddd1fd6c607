"""What people said of judgements over HTTP as training data: the lines that the command writes."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
import redis
from flask.testing import FlaskClient

from access.scope import Scope
from api.http import gatekeeper
from jobs.errors import Unauthenticated
from store import feedback
from store.jobs import RedisStore
from tests.support.commands import Kritiq
from tests.support.factories import MODEL, REVIEW, work_off
from tests.support.http import problem
from tests.support.keys import Doors

WRONG = {"sentence": 0, "aspect": "food", "polarity": "negative", "by": "anna"}
RESULT = b'{"language":"de","sentences":[{"index":0,"start":0,"end":4,"text":"Gut.","aspects":{}}]}'


def examples(client: FlaskClient, query: str = "") -> list[Any]:
    """Each line of the answer."""
    answer = client.get(f"/v1/feedback/examples{query}")
    assert (answer.status_code, answer.mimetype) == (200, "application/x-ndjson"), answer.data
    assert answer.headers["Cache-Control"] == "no-store"
    return [orjson.loads(line) for line in answer.data.splitlines()]


def places(client: FlaskClient, query: str = "") -> list[str]:
    """Where each is from."""
    return [str(each["source"].get("job_id") or each["source"]["line"]) for each in examples(client, query)]


def test_examples_are_the_lines_that_the_command_writes(
    over_redis: FlaskClient, judge: Callable[..., int], kritiq: Kritiq
) -> None:
    assert examples(over_redis) == []
    made = over_redis.put("/v1/jobs/mine", json={"text": REVIEW, "restaurant": "adler"})
    batch = over_redis.post("/v1/batches", json={"reviews": [{"text": "Das Essen war gut."}], "restaurant": "adler"})
    judge()
    line = f"{batch.headers['Location']}/lines/1"
    for where, correction in ((made.headers["Location"], WRONG), (line, WRONG | {"polarity": "none"})):
        assert over_redis.post(f"{where}/feedback", json=correction).status_code == 200
    of_line, of_job = examples(over_redis, "?restaurant=adler")
    assert (of_job["text"], of_job["aspects"]) == ("Das Essen war gut.", {"food": "negative"})
    (correction,) = of_job["source"].pop("corrections")
    assert (correction["aspect"], correction["judged"], correction["by"]) == ("food", "positive", "anna")
    assert of_job["source"] == {"job_id": "mine", "sentence": 0, "language": "de", "model": MODEL}
    assert (of_line["aspects"], of_line["source"]["line"], "job_id" in of_line["source"]) == ({}, 1, False)
    written = kritiq("feedback", "export", "--restaurant", "adler").stdout
    assert over_redis.get("/v1/feedback/examples?restaurant=adler").text == written


def test_the_examples_are_all_of_what_the_list_shows_on_however_many_pages(
    redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "_STEP", 1)
    doors = Doors(redis_client)
    everybody = doors.client("acme")
    for restaurant in ("adler", "krone"):
        review = {"text": REVIEW, "restaurant": restaurant, "external_author": f"guest of {restaurant}"}
        everybody.put(f"/v1/jobs/{restaurant}", json=review)
    work_off(RedisStore(redis_client), RESULT)
    for restaurant in ("adler", "krone"):
        assert everybody.post(f"/v1/jobs/{restaurant}/feedback", json=WRONG).status_code == 200
    assert places(everybody) == ["krone", "adler"]
    assert places(everybody, "?restaurant=krone") == ["krone"]
    assert places(everybody, "?external_author=guest%20of%20adler") == ["adler"]
    assert places(everybody, "?batch=batch_1") == []
    assert places(everybody, "?until=2020-01-01T00:00:00Z") == []
    assert places(doors.client("other")) == []
    krone = doors.client("acme", Scope.JOBS_READ, restaurants=("krone",))
    assert places(krone) == ["krone"]
    problem(krone.get("/v1/feedback/examples?restaurant=adler"), 403, "forbidden")
    problem(doors.client("acme", Scope.JOBS_WRITE).get("/v1/feedback/examples"), 403, "insufficient-scope")
    for query in ("restaurant=a%20b", "since=yesterday", "batch=a/b", "page_size=1"):
        problem(everybody.get(f"/v1/feedback/examples?{query}"), 422, "invalid-request")


def test_an_answer_whose_key_ends_breaks_off_and_is_not_taken_for_all(
    redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gatekeeper, "BELIEVED_S", 0.0)
    doors = Doors(redis_client)
    key, token = doors.key("acme")
    client = doors.showing(token.text)
    for name in ("one", "other"):
        client.put(f"/v1/jobs/{name}", json={"text": REVIEW})
    work_off(RedisStore(redis_client), RESULT)
    for name in ("one", "other"):
        assert client.post(f"/v1/jobs/{name}/feedback", json=WRONG).status_code == 200
    with client.get("/v1/feedback/examples") as answer:
        parts = iter(answer.iter_encoded())
        assert orjson.loads(next(parts))["source"]["job_id"] == "other"
        doors.keys.revoke("acme", key.id)
        with pytest.raises(Unauthenticated):
            next(parts)
