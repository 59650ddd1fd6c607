"""What became of a job's attempts, and where its trace is."""

from typing import Any

import pytest
import redis
from flask.testing import FlaskClient
from pydantic import ValidationError

from access.scope import Scope
from api.app import create_app
from api.jobs.answer_schemas import CourseAnswer
from jobs.attempt import AttemptEnd, holder_of
from store.jobs import RedisStore
from tests.support.factories import claim, create, failed, make_settings, succeeded
from tests.support.http import problem, submitted
from tests.support.keys import Doors
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore
from tests.support.worlds import RedisWorld

HOLDER = holder_of("worker@here", "0a1b2c", "single")
TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


def told(client: FlaskClient, job_id: str) -> list[tuple[Any, ...]]:
    answer = client.get(f"/v1/jobs/{job_id}/course")
    assert answer.status_code == 200
    CourseAnswer.model_validate_json(answer.data)
    return [(each["number"], each["end"], each["worker"]) for each in answer.get_json()["attempts"]]


def test_each_attempt_is_told_with_how_it_ended(client: FlaskClient, model_store: ModelStore) -> None:
    job_id = submitted(client)
    assert told(client, job_id) == []
    model_store.release([held.tag for held in claim(model_store, holder=HOLDER)])
    assert told(client, job_id) == [(1, "released", "worker@here")]
    (held,) = claim(model_store, holder=HOLDER)
    assert told(client, job_id) == [(1, "released", "worker@here"), (2, None, "worker@here")]
    model_store.complete([failed(held)])
    assert told(client, job_id) == [(1, "released", "worker@here"), (2, "failed", "worker@here")]


def test_of_one_that_succeeded_at_once_no_worker_is_kept(client: FlaskClient, model_store: ModelStore) -> None:
    job_id = submitted(client)
    model_store.complete([succeeded(held) for held in claim(model_store, holder=HOLDER)])
    assert told(client, job_id) == [(1, "succeeded", None)]


def test_which_worker_it_was_is_for_admins(redis_client: redis.Redis) -> None:
    store, doors = RedisStore(redis_client), Doors(redis_client)
    job_id = create(store, tenant="acme").id
    claim(store, holder=HOLDER)
    assert told(doors.client("acme", Scope.ADMIN), job_id) == [(1, None, "worker@here")]
    assert told(doors.client("acme", Scope.JOBS_READ), job_id) == [(1, None, None)]
    problem(doors.client("other", Scope.JOBS_READ).get(f"/v1/jobs/{job_id}/course"), 404)


def test_a_job_that_nobody_has_tells_nothing(client: FlaskClient, model_store: ModelStore) -> None:
    problem(client.get("/v1/jobs/job_0/course"), 404)
    job_id = submitted(client)
    client.delete(f"/v1/jobs/{job_id}")
    problem(client.get(f"/v1/jobs/{job_id}/course"), 410)


def test_a_trace_is_told_with_the_page_that_shows_it(model_store: ModelStore) -> None:
    job_id = create(model_store, trace=TRACE).id
    plain = create(model_store).id
    for setting, page in (
        ("", None),
        ("https://jaeger.test/trace/{trace_id}?x=1", f"https://jaeger.test/trace/{'a' * 32}?x=1"),
    ):
        client = create_app(make_settings(trace_url=setting), model_store, ModelHub(model_store)).test_client()
        assert client.get(f"/v1/jobs/{job_id}/course").get_json()["trace"] == {"id": "a" * 32, "url": page}
        assert client.get(f"/v1/jobs/{plain}/course").get_json()["trace"] is None


@pytest.mark.parametrize(
    "address", ["https://jaeger.test/trace", "javascript:{trace_id}", "https://x/{trace_id}/{span}"]
)
def test_an_address_that_is_no_page_of_a_trace_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="trace_id"):
        make_settings(trace_url=address)


def test_of_very_many_attempts_the_last_ones_are_kept(redis_world: RedisWorld) -> None:
    store = redis_world.store
    job_id = create(store).id
    for _ in range(60):
        store.release([held.tag for held in claim(store, holder=HOLDER)])
    course = store.course("default", job_id).attempts
    assert {each.end for each in course} == {AttemptEnd.RELEASED}
    assert 20 < len(course) < 60
    assert course[-1].number == 60
    assert [each.number for each in course] == list(range(61 - len(course), 61))


def test_what_an_older_worker_holds_names_none(redis_world: RedisWorld) -> None:
    store = redis_world.store
    job_id = create(store).id
    claim(store, holder="0a1b2c3d4e5fsingle")
    (attempt,) = store.course("default", job_id).attempts
    assert (attempt.number, attempt.ended_at, attempt.worker) == (1, None, None)
