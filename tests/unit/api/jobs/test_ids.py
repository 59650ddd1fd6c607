"""Jobs that Celery clients sent, under ids of their own choice: any string is found over HTTP."""

from urllib.parse import quote, unquote

import hypothesis.strategies as st
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings

from api.app import create_app
from api.http.job_ids import ACTIONS
from jobs.address import job_id_at, job_path
from jobs.job import job_id_of
from tests.support.factories import REVIEW, create, make_settings, work_off
from tests.support.http import problem
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore

ODD = [
    "a/b", "a b", "tenant:job", "Größe", "läuft 😀", "a%2Fb", "100%", "%", "a%20b", "?q=1&r#x", "a+b", "~me", "'\"",
    "a\nb\0", "/", "//a//", ".", "..", "a/../b", "events", "x/events", "x/cancel", "\\", "<script>",
    "nächtlich-2026.11", "x" * 1000,
]  # fmt: skip
#: UTF-8 has no half of a surrogate pair: such an id is refused before there is a job.
tasks = st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))


@pytest.mark.parametrize("task", ODD)
def test_a_job_is_where_its_links_lead(client: FlaskClient, model_store: ModelStore, task: str) -> None:
    create(model_store, id=job_id_of(task))
    (listed,) = (client.get("/v1/jobs").json or {})["jobs"]
    answer = client.get(listed["links"]["self"])
    assert (answer.status_code, (answer.json or {})["id"]) == (200, job_id_of(task))
    assert unquote(listed["id"]) == task, "the id says what the client chose"
    assert listed["id"].isascii()
    assert client.get(f"/v1/jobs/{quote(listed['id'], safe='')}").status_code == 200
    work_off(model_store)
    assert client.get(listed["links"]["events"]).data.count(b"event: job") == 1
    problem(client.post(listed["links"]["cancel"]), 409, "not-cancelable")
    assert client.delete(listed["links"]["self"]).status_code == 204
    problem(client.get(listed["links"]["self"]), 410, "gone")


@pytest.mark.parametrize("task", ["a/b", "a b", "tenant:job", "Größe", "läuft 😀", "100%", "a+b", "~me", "x/y/z"])
@pytest.mark.parametrize("written", [job_id_of, lambda task: quote(task, safe="")], ids=["pasted", "encoded"])
def test_an_id_may_be_pasted_and_the_one_that_was_chosen_encoded(
    client: FlaskClient, model_store: ModelStore, task: str, written: object
) -> None:
    job = create(model_store, id=job_id_of(task))
    answer = client.get(f"/v1/jobs/{written(task)}")  # type: ignore[operator]
    assert (answer.status_code, (answer.json or {})["id"]) == (200, job.id)


@given(task=tasks)
def test_every_task_id_has_an_address_of_its_own(task: str) -> None:
    path = job_path(job_id_of(task))
    assert path.isascii()
    assert path.isprintable()
    assert path.count("/") == 3
    assert job_id_at(unquote(path.removeprefix("/v1/jobs/"))) == job_id_of(task)


@given(one=tasks, other=tasks)
def test_no_two_task_ids_are_one_job(one: str, other: str) -> None:
    assert (job_id_of(one) == job_id_of(other)) == (one == other)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(task=tasks)
def test_every_task_id_is_found_through_the_whole_application(task: str) -> None:
    store = ModelStore()
    client = create_app(make_settings(), store, ModelHub(store)).test_client()
    job = create(store, id=job_id_of(task))
    answer = client.get(job_path(job.id))
    assert (answer.status_code, (answer.json or {}).get("id")) == (200, job.id)


def test_a_page_ends_and_begins_at_any_id(client: FlaskClient, model_store: ModelStore) -> None:
    ids = {create(model_store, id=job_id_of(task)).id for task in ODD}
    found: set[str] = set()
    token = ""
    while token is not None:
        page = client.get(f"/v1/jobs?page_size=3{token and f'&page_token={token}'}").json or {}
        found |= {listed["id"] for listed in page["jobs"]}
        token = page["next_page_token"]
    assert found == ids


@pytest.mark.parametrize("own", ["a/b", "a%2Fb", "a b", "ü", ".", "a.b", "x" * 65])
def test_an_id_of_an_http_client_has_letters_and_digits(client: FlaskClient, own: str) -> None:
    problem(client.put(f"/v1/jobs/{quote(own)}", json={"text": REVIEW}), 422)


def test_another_tenants_job_has_no_address_here(client: FlaskClient, model_store: ModelStore) -> None:
    theirs = create(model_store, tenant="elsewhere")
    for path in (f"elsewhere:{theirs.id}", f"elsewhere%3A{theirs.id}", f"elsewhere%253A{theirs.id}"):
        problem(client.get(f"/v1/jobs/{path}"), 404)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_is_no_job(client: FlaskClient, action: str) -> None:
    rules = [rule for rule in client.application.url_map.iter_rules() if rule.rule.endswith(f"<job:job_id>/{action}")]
    methods = {method for rule in rules for method in rule.methods or ()}
    options = client.options(f"/v1/jobs/job_1/{action}")
    assert set(options.headers["Allow"].split(", ")) == methods
    assert (options.data, options.headers.get("Content-Type")) == (b"", None), "of nothing there is no type"
    assert client.put(f"/v1/jobs/job_1/{action}").status_code == 405


def test_the_actions_are_those_of_the_routes(client: FlaskClient) -> None:
    rules = [rule.rule for rule in client.application.url_map.iter_rules()]
    behind = {rule.rpartition("/")[2] for rule in rules if rule.startswith("/v1/jobs/<job:")}
    assert behind == set(ACTIONS)
    assert [rule for rule in rules if "whole_job" in rule and not rule.endswith(">")] == []
