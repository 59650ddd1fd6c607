"""Work that is to be done later: over HTTP, with a store whose clock the test moves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from api.app import create_app
from jobs.job import Status
from jobs.timestamp import rfc3339
from tests.support.factories import REVIEW, claim, make_settings, work_off
from tests.support.http import post, problem, submitted
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore


def ahead(**delta: float) -> str:
    """A time so far from now, as RFC 3339."""
    return (datetime.now(UTC) + timedelta(**delta)).isoformat()


def pass_time(model_store: ModelStore, **delta: float) -> None:
    """Let the store's clock be so much later from now on."""
    now, later = model_store._now, round(timedelta(**delta).total_seconds() * 1000)
    model_store._now = lambda: now() + later


def job(client: FlaskClient, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/v1/jobs/{job_id}").json  # type: ignore[assignment]
    return found


def test_a_review_for_later_is_scheduled(client: FlaskClient, model_store: ModelStore) -> None:
    at = ahead(hours=2)
    answer = post(client, {"text": REVIEW, "not_before": at})
    assert answer.status_code == 202, answer.data
    assert answer.json is not None
    assert (answer.json["status"], answer.json["version"], answer.json["queue"]) == ("scheduled", 1, None)
    assert datetime.fromisoformat(answer.json["not_before"]) == pytest.approx(
        datetime.fromisoformat(at), abs=timedelta(milliseconds=1)
    )
    assert int(answer.headers["Retry-After"]) == 3600, "asking again makes no sense for long, but for hours it does not"
    assert claim(model_store) == [], "nobody judges it yet"


def test_its_time_comes(client: FlaskClient, model_store: ModelStore) -> None:
    job_id = submitted(client, not_before=ahead(hours=2))
    pass_time(model_store, hours=1.99)
    assert claim(model_store) == []
    pass_time(model_store, hours=0.02)
    assert work_off(model_store) == [Status.SUCCEEDED]
    assert job(client, job_id)["status"] == "succeeded"
    assert claim(model_store) == [], "once"


@pytest.mark.parametrize("past", ["2001-01-01T00:00:00Z", "2001-01-01t00:00:00.5z", "2001-01-01T00:00:00-05:00"])
def test_a_time_that_has_passed_means_now(client: FlaskClient, model_store: ModelStore, past: str) -> None:
    answer = post(client, {"text": REVIEW, "not_before": past}).json
    assert answer is not None
    assert (answer["status"], answer["not_before"][:7]) == ("queued", "2001-01")
    assert len(claim(model_store)) == 1


def test_one_moment_in_two_zones_is_one_request(client: FlaskClient) -> None:
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    zones = [at.isoformat(), at.astimezone(timezone_of(5.5)).isoformat()]
    first, second = (post(client, {"text": REVIEW, "not_before": zone}, Idempotency_Key="k") for zone in zones)
    assert first.json is not None
    assert second.json is not None
    assert first.json["id"] == second.json["id"]
    assert first.json["not_before"] == rfc3339(round(at.timestamp() * 1000))
    other = post(client, {"text": REVIEW, "not_before": ahead(hours=3)}, Idempotency_Key="k")
    problem(other, 422, "idempotency-mismatch")


def timezone_of(hours: float) -> Any:
    return datetime.strptime(f"{int(hours):+03d}{int(hours % 1 * 60):02d}", "%z").tzinfo


def test_further_ahead_than_30_days_is_refused(client: FlaskClient) -> None:
    assert post(client, {"text": REVIEW, "not_before": ahead(days=29.99)}).status_code == 202
    found = problem(post(client, {"text": REVIEW, "not_before": ahead(days=30.01)}), 422)
    assert [(item["pointer"], "30 days" in item["detail"]) for item in found["errors"]] == [("#/not_before", True)]


def test_what_begins_after_its_deadline_is_refused(client: FlaskClient) -> None:
    assert post(client, {"text": REVIEW, "not_before": ahead(seconds=50), "deadline_s": 60}).status_code == 202
    found = problem(post(client, {"text": REVIEW, "not_before": ahead(seconds=70), "deadline_s": 60}), 422)
    assert [item["pointer"] for item in found["errors"]] == ["#/not_before"]


def test_a_deadline_counts_from_now_and_not_from_the_beginning(client: FlaskClient, model_store: ModelStore) -> None:
    job_id = submitted(client, not_before=ahead(seconds=50), deadline_s=60)
    pass_time(model_store, seconds=61)
    model_store.reconcile()
    assert job(client, job_id)["status"] == "expired"


def test_a_scheduled_job_is_called_off_deleted_and_tried_again_at_once(
    client: FlaskClient, model_store: ModelStore
) -> None:
    canceled, deleted = (submitted(client, not_before=ahead(hours=1)) for _ in range(2))
    answer = client.post(f"/v1/jobs/{canceled}/cancel")
    assert (answer.status_code, (answer.json or {})["status"]) == (200, "canceled")
    assert client.delete(f"/v1/jobs/{deleted}").status_code == 204
    problem(client.get(f"/v1/jobs/{deleted}"), 410)
    again = client.post(f"/v1/jobs/{canceled}/retry").json
    assert again is not None
    assert (again["status"], again["not_before"], again["retry_of"]) == ("queued", None, canceled)
    pass_time(model_store, hours=2)
    assert [taken.id for taken in claim(model_store)] == [again["id"]]


def test_a_scheduled_job_cannot_be_tried_again(client: FlaskClient) -> None:
    problem(client.post(f"/v1/jobs/{submitted(client, not_before=ahead(hours=1))}/retry"), 409, "not-retryable")


def test_waiting_for_a_scheduled_job_ends_in_time(client: FlaskClient) -> None:
    answer = post(client, {"text": REVIEW, "not_before": ahead(hours=1)}, Prefer="wait=1")
    assert (answer.status_code, (answer.json or {})["status"]) == (202, "scheduled")
    assert client.get(f"{answer.headers['Location']}?wait=1").status_code == 200


def test_a_stream_tells_when_it_was_scheduled_and_when_it_waits(client: FlaskClient, model_store: ModelStore) -> None:
    job_id = submitted(client, not_before=ahead(hours=1))
    stream = client.get(f"/v1/jobs/{job_id}/events").iter_encoded()
    states = []
    for part in stream:
        if not part.startswith(b"id: "):
            continue
        states.append(orjson.loads(part.split(b"data: ")[1])["status"])
        if states == ["scheduled"]:
            pass_time(model_store, hours=2)
            model_store.reconcile()
        else:
            work_off(model_store)
    assert states == ["scheduled", "queued", "succeeded"]
    assert part.startswith(b"event: end\n")


def test_scheduled_jobs_are_listed_by_themselves(client: FlaskClient) -> None:
    submitted(client)
    later = submitted(client, not_before=ahead(hours=1))
    found = client.get("/v1/jobs?status=scheduled").json
    assert found is not None
    assert [listed["id"] for listed in found["jobs"]] == [later]


def test_put_takes_a_time_too_and_repeating_it_gives_the_same_job(client: FlaskClient) -> None:
    body = {"text": REVIEW, "not_before": ahead(hours=1)}
    first, second = (client.put("/v1/jobs/mine", json=body) for _ in range(2))
    assert [answer.status_code for answer in (first, second)] == [202, 202]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert (second.json or {})["status"] == "scheduled"


def test_as_much_may_be_scheduled_as_may_wait(model_store: ModelStore) -> None:
    """What is for later fills no queue, and what waits keeps nothing from being scheduled."""
    small = create_app(make_settings(max_backlog=4), model_store, ModelHub(model_store)).test_client()
    for _ in range(2):
        submitted(small, not_before=ahead(hours=1))
    problem(post(small, {"text": REVIEW, "not_before": ahead(hours=1)}), 503, "queue-full")
    for _ in range(2):
        submitted(small)
    problem(post(small, {"text": REVIEW}), 503, "queue-full")


def test_the_queue_tells_what_is_scheduled_and_is_not_full_of_it(client: FlaskClient) -> None:
    submitted(client, not_before=ahead(hours=1))
    found = client.get("/v1/queue").json
    assert found is not None
    assert found["scheduled"] == {"jobs": 1, "sentences": 2}
    assert {level["jobs"] for level in found["waiting"].values()} == {0}
