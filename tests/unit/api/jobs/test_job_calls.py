"""What else can be asked of a job: wait for it, post it twice, call it off, try it again, take it away."""

import itertools
import threading
import time
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.factories import REVIEW, claim, failed, succeeded, work_off
from tests.support.http import post, problem, submitted
from tests.support.model_store import ModelStore
from tests.support.waiting import wait_for

# Waiting.


def test_a_client_that_prefers_to_wait_gets_the_job_when_it_has_ended(
    client: FlaskClient, model_store: ModelStore
) -> None:
    worker = threading.Thread(target=lambda: wait_for(lambda: work_off(model_store), "a job to do"))
    worker.start()
    answer = post(client, {"text": REVIEW}, Prefer="respond-async, wait=30")
    worker.join()
    assert answer.status_code == 200
    assert answer.headers["Preference-Applied"] == "wait=30"
    assert answer.json is not None
    assert answer.json["status"] == "succeeded"


def test_a_client_that_waits_in_vain_gets_its_202(client: FlaskClient) -> None:
    answer = post(client, {"text": REVIEW}, Prefer="wait=1")
    assert answer.status_code == 202
    assert "Preference-Applied" not in answer.headers


def test_a_wish_that_cannot_be_read_is_no_error(client: FlaskClient) -> None:
    assert post(client, {"text": REVIEW}, Prefer="wait=" + "9" * 5_000 + "x").status_code == 202


def test_a_long_poll_ends_with_the_job(client: FlaskClient, model_store: ModelStore) -> None:
    job_id = submitted(client)
    [taken] = claim(model_store)
    worker = threading.Thread(target=lambda: model_store.complete([failed(taken)]))
    worker.start()
    body = client.get(f"/v1/jobs/{job_id}?wait=30").json
    worker.join()
    assert body is not None
    assert body["status"] == "failed"


def test_a_long_poll_of_an_ended_job_does_not_wait(client: FlaskClient, model_store: ModelStore) -> None:
    job_id = submitted(client)
    work_off(model_store)
    assert client.get(f"/v1/jobs/{job_id}?wait=30").status_code == 200


@pytest.mark.parametrize("wait", ["soon", "-1", "1.5", "٣", ""])
def test_a_wait_that_is_no_number_is_pointed_at(client: FlaskClient, wait: str) -> None:
    problem(client.get(f"/v1/jobs/{submitted(client)}", query_string={"wait": wait}), 422)


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', '"0", "1"', "*"])
def test_a_copy_that_is_still_right_is_not_sent_again(client: FlaskClient, tag: str) -> None:
    answer = client.get(f"/v1/jobs/{submitted(client)}", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", '"1"')


def test_a_copy_that_is_old_is_replaced(client: FlaskClient, model_store: ModelStore) -> None:
    job_id = submitted(client)
    claim(model_store)
    answer = client.get(f"/v1/jobs/{job_id}", headers={"If-None-Match": '"1"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')


def test_an_answer_without_a_body_has_no_type(client: FlaskClient) -> None:
    job_id = submitted(client)
    for answer in (
        client.get(f"/v1/jobs/{job_id}", headers={"If-None-Match": "*"}), client.delete(f"/v1/jobs/{job_id}")
    ):  # fmt: skip
        assert answer.status_code in (304, 204)
        assert "Content-Type" not in answer.headers


# Twice.


def test_the_same_key_gives_the_same_job(client: FlaskClient, model_store: ModelStore) -> None:
    first, again = (post(client, {"text": REVIEW}, Idempotency_Key="key") for _ in range(2))
    assert first.json is not None
    assert again.json is not None
    assert again.json["id"] == first.json["id"]
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert len(claim(model_store)) == 1


def test_the_same_key_for_another_review_is_refused(client: FlaskClient) -> None:
    post(client, {"text": REVIEW}, Idempotency_Key="key")
    problem(post(client, {"text": "Anders."}, Idempotency_Key="key"), 422, "idempotency-mismatch")


WAYS = ("POST /v1/jobs", "PUT /v1/jobs/one", "PUT /v1/jobs/two")


@pytest.mark.parametrize(("first", "then"), list(itertools.product(WAYS, repeat=2)))
def test_a_key_is_good_for_one_way_to_submit_a_review(
    client: FlaskClient, model_store: ModelStore, first: str, then: str
) -> None:
    made, again = (
        client.open(path, method=method, json={"text": REVIEW}, headers={"Idempotency-Key": "key"})
        for method, path in map(str.split, (first, then))
    )
    if first == then:
        assert again.headers["Location"] == made.headers["Location"]
    else:
        problem(again, 422, "idempotency-mismatch")
    assert len(claim(model_store)) == 1


def test_a_put_that_is_repeated_after_the_end_waits_for_nothing(client: FlaskClient, model_store: ModelStore) -> None:
    assert client.put("/v1/jobs/mine-1", json={"text": REVIEW}).status_code == 202
    model_store.complete([succeeded(taken) for taken in claim(model_store)])
    began = time.monotonic()
    again = client.put("/v1/jobs/mine-1", json={"text": REVIEW}, headers={"Prefer": "wait=30"})
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert time.monotonic() - began < 10


def test_a_client_may_choose_the_id(client: FlaskClient, model_store: ModelStore) -> None:
    first, again = (client.put("/v1/jobs/mine-1", json={"text": REVIEW}) for _ in range(2))
    assert first.status_code == again.status_code == 202
    assert first.headers["Location"] == "/v1/jobs/mine-1"
    assert len(claim(model_store)) == 1
    problem(client.put("/v1/jobs/mine-1", json={"text": "Anders."}), 422, "idempotency-mismatch")


@pytest.mark.parametrize("text", [REVIEW, "Anders."])
@pytest.mark.parametrize("more", [{}, {"Prefer": "wait=5"}, {"Idempotency-Key": "key"}])
def test_an_id_whose_job_was_deleted_is_gone_for_a_put_too(
    client: FlaskClient, text: str, more: dict[str, str]
) -> None:
    client.put("/v1/jobs/mine-1", json={"text": REVIEW})
    client.delete("/v1/jobs/mine-1")
    problem(client.put("/v1/jobs/mine-1", json={"text": text}, headers=more), 410, "gone")


@pytest.mark.parametrize("job_id", ["a:b", "a b", "ä", "a" * 65, "a.b", "%0a"])
def test_an_id_that_cannot_be_used_is_refused(client: FlaskClient, job_id: str) -> None:
    problem(client.put(f"/v1/jobs/{job_id}", json={"text": REVIEW}), 422)


# Calling off, again, away.


def test_a_waiting_job_is_called_off_as_often_as_one_likes(client: FlaskClient) -> None:
    job_id = submitted(client)
    answers = [client.post(f"/v1/jobs/{job_id}/cancel") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [(answer.json or {})["status"] for answer in answers] == ["canceled", "canceled"]


def test_a_running_job_is_asked_to_stop(client: FlaskClient, model_store: ModelStore) -> None:
    job_id = submitted(client)
    claim(model_store)
    answer = client.post(f"/v1/jobs/{job_id}/cancel")
    assert answer.status_code == 202
    assert answer.json is not None
    assert (answer.json["status"], answer.json["cancel_requested"]) == ("running", True)


def test_a_job_that_has_ended_is_not_called_off(client: FlaskClient, model_store: ModelStore) -> None:
    job_id = submitted(client)
    work_off(model_store)
    problem(client.post(f"/v1/jobs/{job_id}/cancel"), 409, "not-cancelable")
    problem(client.post("/v1/jobs/job_unknown/cancel"), 404)


def test_a_canceled_job_is_tried_again_as_a_new_one(client: FlaskClient, model_store: ModelStore) -> None:
    job_id = submitted(client, restaurant="zur-post")
    client.post(f"/v1/jobs/{job_id}/cancel")
    answer = client.post(f"/v1/jobs/{job_id}/retry")
    assert answer.status_code == 202
    assert answer.json is not None
    assert answer.json["retry_of"] == job_id != answer.json["id"]
    assert answer.json["restaurant"] == "zur-post"
    assert [taken.text for taken in claim(model_store)] == [REVIEW]


def test_a_job_is_tried_again_once_whatever_the_keys_until_that_has_ended_without_a_result(
    client: FlaskClient, model_store: ModelStore
) -> None:
    job_id = submitted(client)
    client.post(f"/v1/jobs/{job_id}/cancel")
    call = partial(client.post, f"/v1/jobs/{job_id}/retry")
    first, again, other = (call(headers={"Idempotency-Key": key}) for key in ("one", "one", "two"))
    assert [answer.status_code for answer in (first, again, other)] == [202, 202, 202]
    ids = [answer.json["id"] for answer in (first, again, other) if answer.json is not None]
    assert ids == ids[:1] * 3
    replayed = [answer.headers.get("Idempotent-Replayed") for answer in (first, again, other)]
    assert replayed == [None, "true", "true"]
    problem(client.post("/v1/jobs", json={"text": REVIEW}, headers={"Idempotency-Key": "one"}), 422)
    client.post(f"/v1/jobs/{ids[0]}/cancel")
    # What a key was answered with, it is answered with again.
    assert [call(headers={"Idempotency-Key": key}).json["id"] for key in ("one", "two")] == ids[:2]  # type: ignore[index]
    third: Any = call(headers={"Idempotency-Key": "three"}).json
    assert (third["id"] not in ids, third["retry_of"]) == (True, ids[0])
    work_off(model_store)
    done = call(headers={"Idempotency-Key": "four"})
    assert done.json is not None
    assert (done.status_code, done.json["id"], done.json["status"]) == (200, third["id"], "succeeded")


def test_a_job_that_is_tried_again_by_two_clicks_is_one_job_until_that_is_deleted(
    client: FlaskClient, model_store: ModelStore
) -> None:
    job_id = submitted(client, restaurant="zur-post")
    client.post(f"/v1/jobs/{job_id}/cancel")
    first, second = (client.post(f"/v1/jobs/{job_id}/retry") for _ in range(2))
    assert first.json is not None
    assert second.json is not None
    assert (first.json["id"], first.status_code) == (second.json["id"], second.status_code)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(claim(model_store)) == 1
    client.delete(f"/v1/jobs/{first.json['id']}")
    third = client.post(f"/v1/jobs/{job_id}/retry")
    assert third.json is not None
    assert (third.status_code, third.json["id"] != first.json["id"]) == (202, True)


@pytest.mark.parametrize("path", ["/v1/jobs/job_gone/retry", "/v1/batches/batch_gone/retry", "/v1/jobs"])
def test_a_key_that_is_none_is_told_whatever_else_is_wrong(client: FlaskClient, path: str) -> None:
    body = {} if path.endswith("retry") else {"text": REVIEW}
    found = problem(client.post(path, json=body, headers={"Idempotency-Key": "ä"}), 422)
    assert found["errors"][0]["pointer"] == "Idempotency-Key"


def test_a_job_that_succeeded_or_waits_is_not_tried_again(client: FlaskClient, model_store: ModelStore) -> None:
    job_id = submitted(client)
    problem(client.post(f"/v1/jobs/{job_id}/retry"), 409)
    work_off(model_store)
    problem(client.post(f"/v1/jobs/{job_id}/retry"), 409)


def test_a_deleted_job_is_gone(client: FlaskClient, model_store: ModelStore) -> None:
    job_id = submitted(client)
    assert client.delete(f"/v1/jobs/{job_id}").status_code == 204
    for answer in (client.get(f"/v1/jobs/{job_id}"), client.delete(f"/v1/jobs/{job_id}")):
        problem(answer, 410, "gone")
    assert claim(model_store) == []


def test_what_every_call_answers_of_a_deleted_job_is_in_the_document(client: FlaskClient) -> None:
    key, review = {"Idempotency-Key": "k1"}, {"text": REVIEW}
    job_id = client.post("/v1/jobs", json=review, headers=key).get_json()["id"]
    client.delete(f"/v1/jobs/{job_id}")
    problem(client.post("/v1/jobs", json=review, headers=key), 410, "gone")
    paths = client.get("/openapi.json").get_json()["paths"]
    assert "410" in paths["/v1/jobs"]["post"]["responses"]
    correction = {"sentence": 0, "aspect": "food", "polarity": "positive"}
    calls = [(path, method) for path in paths if "{job_id}" in path for method in paths[path]]
    assert len(calls) > 7
    for path, method in calls:
        takes_body = "requestBody" in paths[path][method]
        body: dict[str, Any] = {"json": correction if path.endswith("/feedback") else review} if takes_body else {}
        answer = client.open(path.replace("{job_id}", job_id), method=method, **body)
        assert str(answer.status_code) in paths[path][method]["responses"], (path, method, answer.status_code)


def test_the_jobs_of_an_author_are_found_by_the_id_that_the_client_has_for_them(client: FlaskClient) -> None:
    author = "Anna B. | https://example.com/?a=ö"
    hers = submitted(client, external_author=author, restaurant="krone")
    also = submitted(client, external_author=author)
    submitted(client, external_author="anna", restaurant="krone")
    submitted(client)
    for more, wanted in (({}, {hers, also}), ({"restaurant": "krone"}, {hers}), ({"status": "failed"}, set())):
        found = client.get("/v1/jobs", query_string={"external_author": author, **more}).json
        assert found is not None
        assert {job["id"] for job in found["jobs"]} == wanted
        assert all(job["external_author"] == author for job in found["jobs"])


@pytest.mark.parametrize("query", [{"model": ""}, {"model": "a/b/c"}, {"error": "worker lost"}, {"error": "x" * 101}])
def test_a_filter_that_no_job_could_fit_is_refused(client: FlaskClient, query: dict[str, str]) -> None:
    found = problem(client.get("/v1/jobs", query_string=query), 422)
    assert found["errors"][0]["pointer"] == f"?{next(iter(query))}"
