"""What a webhook says."""

from typing import Any

import orjson
import pytest

from jobs.batch import Batch
from jobs.job import JobError, Status
from jobs.store import Stored
from tests.support.factories import make_job
from webhooks.delivery import Lease, Trigger
from worker.delivery.payload import MAX_PAYLOAD, batch_event, endpoint_event, job_event

SENTENCE = {
    "index": 0, "start": 0, "end": 8, "text": "Geheim ä", "truncated": False,
    "aspects": {"food": {"polarity": "positive", "confidence": 0.9}},
}  # fmt: skip


def make_lease(kind: str = "job.succeeded") -> Lease:
    return Lease(
        tenant="default", id="msg_a_b", attempt=1, step=0, trigger=Trigger.SCHEDULE, endpoint="ep_b", type=kind,
        subject="job_a", event_at=1_794_648_600_123,
    )  # fmt: skip


def event(result: object, *, include_text: bool = False, **job: Any) -> dict[str, Any]:
    given = {"id": "job_a", "status": Status.SUCCEEDED, "version": 3, "finished_at": 1_794_648_600_123} | job
    stored = Stored(job=make_job(**given), result=None if result is None else orjson.dumps(result))
    found: dict[str, Any] = orjson.loads(job_event(make_lease(), stored, include_text=include_text))
    return found


def test_a_succeeded_job_comes_with_its_result() -> None:
    body = event(
        {"language": "de", "sentences": [SENTENCE]}, restaurant="adler", metadata={"a": 1}, model={"name": "m"}
    )
    assert body == {
        "type": "job.succeeded",
        "timestamp": "2026-11-14T09:30:00.123Z",
        "data": {
            "job_id": "job_a",
            "status": "succeeded",
            "version": 3,
            "restaurant": "adler",
            "reviewed_at": None,
            "metadata": {"a": 1},
            "model": {"name": "m"},
            "finished_at": "2026-11-14T09:30:00.123Z",
            "truncated": False,
            "result_url": "/v1/jobs/job_a",
            "error": None,
            "result": {"language": "de", "sentences": [{k: v for k, v in SENTENCE.items() if k != "text"}]},
        },
    }


def test_texts_go_only_to_endpoints_that_asked_for_them() -> None:
    result = {"language": "de", "sentences": [SENTENCE]}
    assert event(result, include_text=True)["data"]["result"] == result
    assert "Geheim" not in orjson.dumps(event(result)).decode()


def test_beyond_20_kb_the_result_is_left_out() -> None:
    body = event({"language": "de", "sentences": [SENTENCE | {"index": n} for n in range(1000)]})
    assert (body["data"]["result"], body["data"]["truncated"]) == (None, True)
    assert len(orjson.dumps(body)) < MAX_PAYLOAD


def test_a_failed_job_says_why() -> None:
    body = event(None, status=Status.FAILED, error=JobError(code="worker_lost", message="Lost."))
    assert body["data"]["error"] == {"code": "worker_lost", "message": "Lost."}
    assert body["data"]["result"] is None


def test_the_answer_of_the_old_call_is_not_a_result() -> None:
    assert event({"sent0": {"text": "x"}})["data"]["result"] is None


def test_a_batch_comes_with_its_counts() -> None:
    batch = Batch(id="batch_a", status="completed", total=3, succeeded=2, failed=1)
    body = orjson.loads(batch_event(make_lease("batch.completed"), batch))
    assert body["data"]["counts"] == {"total": 3, "succeeded": 2, "failed": 1, "canceled": 0, "expired": 0}
    assert body["data"]["batch_id"] == "batch_a"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("endpoint.ping", {"endpoint_id": "ep_b"}),
        ("endpoint.disabled", {"endpoint_id": "job_a", "reason": "gone"}),
    ],
)
def test_an_event_of_an_endpoint_names_it_and_the_reason(kind: str, data: dict[str, str]) -> None:
    assert orjson.loads(endpoint_event(make_lease(kind), "gone"))["data"] == data
