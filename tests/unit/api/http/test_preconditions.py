"""`If-Match` and `If-None-Match` (RFC 9110, section 13) hold for whatever carries an entity tag."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from api.http import preconditions
from api.http.openapi import document
from api.http.problems import PreconditionFailed
from jobs.errors import VersionMoved
from jobs.store import JobStore
from store.batches import BatchStore
from store.jobs import RedisStore
from tests.support.factories import REVIEW, claim, create, failed, make_settings
from tests.support.http import problem
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore

#: What changes a job or batch at this address.
CHANGES = ("POST {}/cancel", "POST {}/retry", "DELETE {}")
#: Headers for what is at version 3, and whether what asks may go on.
CONDITIONS: tuple[tuple[Mapping[str, str], bool], ...] = (
    ({"If-Match": '"3"'}, True),
    ({"If-Match": '"1", "3"'}, True),
    ({"If-Match": "*"}, True),
    ({"If-Match": '"2"'}, False),
    # A weak tag is never strongly the same.
    ({"If-Match": 'W/"3"'}, False),
    ({"If-Match": ""}, False),
    ({"If-None-Match": '"2"'}, True),
    ({"If-None-Match": '"3"'}, False),
    ({"If-None-Match": 'W/"3"'}, False),
    ({"If-None-Match": '"1", "3"'}, False),
    ({"If-None-Match": "*"}, False),
    ({"If-Match": '"3"', "If-None-Match": '"3"'}, False),
    ({"If-Match": '"2"', "If-None-Match": '"2"'}, False),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """The API over an empty Redis."""

    app: Flask
    jobs: RedisStore

    def call(self, line: str, headers: Mapping[str, str] | None = None, **more: Any) -> TestResponse:
        method, path = line.split()
        return self.app.test_client().open(path, method=method, headers=headers, **more)

    def at_version_three(self, kind: str) -> str:
        """The address of a job or batch that ended without a result, so that it may be tried again."""
        if kind == "job":
            made = self.call("POST /v1/jobs", json={"text": REVIEW})
            self.jobs.complete([failed(taken) for taken in claim(self.jobs)])
        else:
            made = self.call("POST /v1/batches", json={"reviews": [{"text": REVIEW}]})
            self.call(f"POST {made.headers['Location']}/cancel")
        return str(made.headers["Location"])


@pytest.fixture
def door(redis_client: redis.Redis) -> Door:
    jobs = RedisStore(redis_client)
    return Door(app=create_app(make_settings(), jobs, ModelHub(ModelStore()), BatchStore(redis_client)), jobs=jobs)


@pytest.mark.parametrize("kind", ["job", "batch"])
@pytest.mark.parametrize("change", CHANGES)
def test_what_is_changed_is_what_the_client_saw(door: Door, kind: str, change: str) -> None:
    where = door.at_version_three(kind)
    assert door.call(f"GET {where}").headers["ETag"] == '"3"'
    for headers, good in CONDITIONS:
        if good:
            continue
        problem(door.call(change.format(where), headers), 412, "precondition-failed")
        assert door.call(f"GET {where}").headers["ETag"] == '"3"'
    for headers, good in CONDITIONS:
        if good:
            assert door.call(change.format(where), headers).status_code != 412
            if change.startswith("DELETE"):
                where = door.at_version_three(kind)


@pytest.mark.parametrize("kind", ["job", "batch"])
@pytest.mark.parametrize(("headers", "good"), CONDITIONS)
def test_who_reads_gets_what_is_new_alone(door: Door, kind: str, headers: Mapping[str, str], good: bool) -> None:
    where = door.at_version_three(kind)
    answer = door.call(f"GET {where}", headers)
    if good:
        assert answer.status_code == 200
    elif headers.get("If-Match", '"3"') != '"3"':
        problem(answer, 412, "precondition-failed")
    else:
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", '"3"')


@pytest.mark.parametrize("kind", ["job", "batch"])
def test_what_is_not_there_is_told_before_any_condition(door: Door, kind: str) -> None:
    where = door.at_version_three(kind)
    door.call(f"DELETE {where}")
    for headers, _ in CONDITIONS:
        for call in ("GET {}", *CHANGES):
            problem(door.call(call.format(where), headers), 410, "gone")
            problem(door.call(call.format(f"{where}x"), headers), 404, "not-found")


def test_a_put_may_want_to_be_the_first_or_not(door: Door) -> None:
    def put(text: str = REVIEW, **conditions: str) -> TestResponse:
        headers = {name.replace("_", "-"): value for name, value in conditions.items()}
        return door.call("PUT /v1/jobs/mine", headers, json={"text": text})

    for condition in ("*", '"1"'):
        problem(put(If_Match=condition), 412, "precondition-failed")
    problem(door.call("GET /v1/jobs/mine"), 404)
    assert put(If_None_Match="*").status_code == 202
    problem(put(If_None_Match="*"), 412, "precondition-failed")
    problem(put("Anders.", If_None_Match="*"), 412, "precondition-failed")
    problem(put(If_Match='"2"'), 412, "precondition-failed")
    assert put(If_Match='"1"').headers["Idempotent-Replayed"] == "true"
    assert len(claim(door.jobs)) == 1


def test_of_two_that_both_want_to_be_the_first_one_is_told_that_it_is_not(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = threading.Barrier(2, timeout=60)
    before = preconditions.demand

    def both_look(version: int | None) -> None:
        before(version)
        if version is None:
            looked.wait()

    monkeypatch.setattr("api.jobs.routes.demand", both_look)
    answers = []

    def put() -> None:
        answers.append(door.call("PUT /v1/jobs/mine", {"If-None-Match": "*"}, json={"text": REVIEW}).status_code)

    threads = [threading.Thread(target=put) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [202, 412]


def test_a_change_between_the_look_and_the_deed_is_seen(client: FlaskClient) -> None:
    versions = [3, 4]

    def change(version: int | None) -> None:
        assert version == 3
        raise VersionMoved

    with client.application.test_request_context(headers={"If-Match": '"3"'}), pytest.raises(PreconditionFailed):
        preconditions.changed(lambda: versions.pop(0), change)


@pytest.mark.parametrize("call", ["cancel", "delete"])
def test_the_store_changes_a_job_at_the_version_that_is_named(store: JobStore, call: str) -> None:
    job = create(store)
    done: Callable[..., object] = getattr(store, call)
    with pytest.raises(VersionMoved):
        done(job.tenant, job.id, version=job.version + 1)
    assert store.get(job.tenant, job.id).job == job
    done(job.tenant, job.id, version=job.version)


def test_the_document_names_the_conditions_of_all_that_has_a_tag(door: Door) -> None:
    for path, calls in document(door.app, "1")["paths"].items():
        if not path.startswith(("/v1/jobs/{job_id}", "/v1/batches/{batch_id}")):
            continue
        if path.removesuffix("/cancel").removesuffix("/retry").endswith("}"):
            for call in calls.values():
                assert {"If-Match", "If-None-Match"} <= {each["name"] for each in call["parameters"]}, path
                assert "412" in call["responses"]
