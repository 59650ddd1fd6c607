"""What the API answers: over the store in memory, without a server, with a worker that is the test itself."""

import gzip
import threading
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from api.app import create_app
from jobs.errors import QueueFull, Unavailable
from jobs.job import Status
from tests.support.factories import REVIEW, claim, create, failed, make_settings, make_worker, succeeded, work_off
from tests.support.http import post, problem, submitted
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore
from tests.support.waiting import wait_for

# A review in.


def test_a_review_is_accepted(client: FlaskClient, model_store: ModelStore) -> None:
    answer = post(client, {"text": REVIEW})
    assert answer.status_code == 202
    body = answer.json
    assert body is not None
    assert (body["status"], body["version"], body["result"], body["error"]) == ("queued", 1, None, None)
    assert answer.headers["Location"] == body["links"]["self"] == f"/v1/jobs/{body['id']}"
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["ETag"] == '"1"'
    assert claim(model_store)[0].text == REVIEW


def test_all_that_the_client_said_comes_back(client: FlaskClient) -> None:
    given = {"priority": "high", "restaurant": "zur-post", "metadata": {"a": [1, None, "ä"]}}
    answer = client.get(f"/v1/jobs/{submitted(client, reviewed_at='2026-11-14T09:30:00Z', **given)}").json
    assert answer is not None
    assert {key: answer[key] for key in given} == given
    assert answer["reviewed_at"].startswith("2026-11-14T09:30:00")


def test_a_review_of_a_day_is_of_its_beginning_in_utc(client: FlaskClient) -> None:
    answer = client.get(f"/v1/jobs/{submitted(client, reviewed_at='2026-11-14')}").json
    assert answer is not None
    assert answer["reviewed_at"] == "2026-11-14T00:00:00+00:00"


def test_a_finished_job_shows_its_result(client: FlaskClient, model_store: ModelStore) -> None:
    job_id = submitted(client)
    work_off(model_store, orjson.dumps({"language": "de", "sentences": []}))
    answer = client.get(f"/v1/jobs/{job_id}")
    assert answer.json is not None
    assert answer.json["status"] == "succeeded"
    assert answer.json["result"] == {"language": "de", "sentences": []}
    assert "Retry-After" not in answer.headers


def test_a_failed_job_says_why(client: FlaskClient, model_store: ModelStore) -> None:
    job_id = submitted(client)
    model_store.complete([failed(claim(model_store)[0])])
    body = client.get(f"/v1/jobs/{job_id}").json
    assert body is not None
    assert body["status"] == "failed"
    assert body["error"] == {"code": "prediction_failed", "message": "The model failed on this text."}


def test_after_a_wait_the_place_is_the_one_of_now(client: FlaskClient, model_store: ModelStore) -> None:
    submitted(client)

    def take_the_first() -> None:
        wait_for(lambda: sum(model_store.backlog().waiting_jobs.values()) == 2, "both wait")
        claim(model_store, jobs=1)

    worker = threading.Thread(target=take_the_first)
    worker.start()
    answer = post(client, {"text": REVIEW}, Prefer="wait=1")
    worker.join()
    assert answer.json is not None
    assert (answer.status_code, answer.json["queue"]["position"]) == (202, 1)


def test_a_job_that_is_answered_again_tells_its_place_too(client: FlaskClient) -> None:
    submitted(client)
    first, again = (post(client, {"text": REVIEW}, Idempotency_Key="k").json for _ in range(2))
    assert first is not None
    assert again is not None
    assert first["queue"]["position"] == again["queue"]["position"] == 2


# The old call.


@pytest.mark.parametrize("form", [{"json": {"text": REVIEW}}, {"data": {"text": REVIEW}}], ids=["json", "form"])
def test_the_old_call_answers_with_the_result_alone(
    client: FlaskClient, model_store: ModelStore, form: dict[str, Any]
) -> None:
    worker = threading.Thread(target=lambda: wait_for(lambda: work_off(model_store, b'{"sent0":{}}'), "a job to do"))
    worker.start()
    answer = client.post("/api/", **form)
    worker.join()
    assert (answer.status_code, answer.data) == (200, b'{"sent0":{}}')


@pytest.mark.parametrize(
    "form",
    [{"json": {}}, {"json": {"text": 1}}, {"json": {"text": None}}, {"json": {"Text": "a"}}, {"data": {"txet": "a"}}],
)
def test_the_old_call_refuses_what_has_no_review(client: FlaskClient, form: dict[str, Any]) -> None:
    problem(client.post("/api/", **form), 422)


@pytest.mark.parametrize("text", ["", " \n\t "])
@pytest.mark.parametrize("form", ["json", "data"])
def test_the_old_call_answers_no_sentences_with_an_empty_object(
    client: FlaskClient, model_store: ModelStore, form: str, text: str
) -> None:
    answer = client.post("/api/", **{form: {"text": text}})
    assert (answer.status_code, answer.content_type, answer.data) == (200, "application/json", b"{}")
    assert claim(model_store) == []


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (b"text=Sch%C3%B6n+hier", ""), (b"text=Sch\xc3\xb6n hier", "; charset=UTF-8"),
        (b"text=Sch%F6n+hier", "; charset=iso-8859-1"), (b"text=Sch\xf6n+hier", "; charset=windows-1252"),
        (b"text=Sch%F6n+hier", "; charset=ISO-8859-15"), (b"a=1&text=Sch%C3%B6n+hier&text=b&c", ""),
    ],
    ids=str,
)  # fmt: skip
def test_the_old_call_reads_a_form_in_the_encoding_that_it_says(
    client: FlaskClient, model_store: ModelStore, body: bytes, charset: str
) -> None:
    texts = list[str]()

    def work() -> bool:
        claims = claim(model_store)
        texts.extend(each.text for each in claims)
        model_store.complete([succeeded(each) for each in claims])
        return bool(claims)

    worker = threading.Thread(target=lambda: wait_for(work, "a job to do"))
    worker.start()
    client.post("/api/", data=body, content_type=f"application/x-www-form-urlencoded{charset}")
    worker.join()
    assert texts == ["Schön hier"]


def test_a_form_that_is_not_in_its_encoding_is_refused(client: FlaskClient) -> None:
    urlencoded = "application/x-www-form-urlencoded"
    for body in (b"text=Sch%F6n", b"text=Sch\xf6n"):
        told = problem(client.post("/api/", data=body, content_type=urlencoded), 400, "bad-json")["detail"]
        assert told == "The form is not UTF-8; `charset` in its Content-Type may say what it is."
    problem(client.post("/api/", data=b"text=a", content_type=f"{urlencoded}; charset=utf-16"), 415)
    parts = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nSch\xf6n\r\n--x--\r\n'
    problem(client.post("/api/", data=parts, content_type="multipart/form-data; boundary=x"), 400, "bad-json")


PARTS = '--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nSchön\r\n--x--\r\n'.encode()


@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize(
    ("body", "media"),
    [(b"text=Sch%C3%B6n", "application/x-www-form-urlencoded"), (PARTS, "multipart/form-data; boundary=x")],
    ids=["urlencoded", "multipart"],
)
def test_either_form_may_be_compressed(
    client: FlaskClient, model_store: ModelStore, body: bytes, media: str, coding: str
) -> None:
    worker = threading.Thread(target=lambda: wait_for(lambda: work_off(model_store, b'{"sent0":{}}'), "a job to do"))
    worker.start()
    data = gzip.compress(body) if coding == "gzip" else body
    answer = client.post("/api/", data=data, content_type=media, headers={"Content-Encoding": coding})
    worker.join()
    assert (answer.status_code, answer.data) == (200, b'{"sent0":{}}')


@pytest.mark.parametrize("form", ["json", "data"])
def test_the_old_call_passes_over_what_else_it_is_sent(client: FlaskClient, model_store: ModelStore, form: str) -> None:
    worker = threading.Thread(target=lambda: wait_for(lambda: work_off(model_store, b'{"sent0":{}}'), "a job to do"))
    worker.start()
    answer = client.post("/api/", **{form: {"text": REVIEW, "language": "xx", "priority": "soon", "model": "none"}})
    worker.join()
    assert (answer.status_code, answer.data) == (200, b'{"sent0":{}}')


def test_the_old_call_may_be_made_without_its_last_slash(client: FlaskClient) -> None:
    assert [client.post(path, json={"text": " "}).json for path in ("/api", "/api/", "/api")] == [{}, {}, {}]


def test_the_old_services_page_is_there(client: FlaskClient) -> None:
    answer = client.get("/home/")
    assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
    assert client.get("/home").status_code == 308


# Ours, not theirs.


def test_a_full_queue_is_503_with_a_time(model_store: ModelStore) -> None:
    client = create_app(make_settings(max_backlog=4), model_store, ModelHub(model_store)).test_client()
    submitted(client)
    submitted(client)
    answer = post(client, {"text": REVIEW})
    problem(answer, 503, "queue-full")
    assert int(answer.headers["Retry-After"]) >= 1
    assert len(claim(model_store)) == 2


class AwayStore(ModelStore):
    """A store that cannot be reached."""

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_") or name in ("on_change", "lock"):
            return super().__getattribute__(name)

        def unreachable(*args: Any, **kwargs: Any) -> Any:
            raise Unavailable("The job store cannot be reached.")

        return unreachable


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/jobs"), ("PUT", "/v1/jobs/x"), ("GET", "/v1/jobs/x"), ("GET", "/v1/jobs/x?wait=5"),
        ("POST", "/v1/jobs/x/cancel"), ("POST", "/v1/jobs/x/retry"), ("DELETE", "/v1/jobs/x"),
        ("GET", "/v1/jobs/x/events"), ("GET", "/v1/jobs"), ("GET", "/v1/restaurants/x/summary"),
        ("GET", "/v1/queue"), ("GET", "/v1/models"), ("GET", "/metrics"), ("POST", "/api/"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("wait", [{}, {"Prefer": "wait=5"}], ids=["", "waiting"])
def test_without_the_store_every_call_is_503(method: str, path: str, wait: dict[str, str]) -> None:
    store = AwayStore()
    client = create_app(make_settings(), store, ModelHub(store)).test_client()
    bare = method in ("GET", "DELETE") or path.endswith(("cancel", "retry"))
    body = None if bare else {"text": REVIEW}
    answer = client.open(path, method=method, json=body, headers=wait)
    problem(answer, 503, "temporarily-unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


def test_without_the_store_the_process_lives_and_is_not_ready() -> None:
    store = AwayStore()
    client = create_app(make_settings(), store, ModelHub(store)).test_client()
    assert client.get("/livez").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, (answer.json or {})["status"]) == (503, "unavailable")


def test_ready_means_that_a_worker_is_up(client: FlaskClient, model_store: ModelStore) -> None:
    assert client.get("/readyz").status_code == 503
    model_store.report_worker(make_worker(), alive_ms=60_000)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "workers": 1})


def test_the_errors_know_whether_trying_again_helps() -> None:
    assert not Unavailable().permanent
    assert not QueueFull().permanent
    assert str(QueueFull()) == "The backlog is at its limit."


def test_other_peoples_jobs_are_not_shown(client: FlaskClient, model_store: ModelStore) -> None:
    theirs = create(model_store, tenant="elsewhere")
    problem(client.get(f"/v1/jobs/{theirs.id}"), 404)
    problem(client.post(f"/v1/jobs/{theirs.id}/cancel"), 404)
    problem(client.delete(f"/v1/jobs/{theirs.id}"), 404)
    problem(client.get(f"/v1/jobs/elsewhere:{theirs.id}"), 404)
    assert model_store.get("elsewhere", theirs.id).job.status is Status.QUEUED
    assert (client.get("/v1/jobs").json or {})["jobs"] == []
