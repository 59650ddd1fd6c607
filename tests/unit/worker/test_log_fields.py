"""A worker's log lines name what they are about, and never carry a text."""

from typing import Any

import pytest

from jobs.job import Claim
from jobs.request import JobRequest
from telemetry.logs import FIELDS
from webhooks.delivery import Lease, Trigger
from worker.log_fields import of_claims, of_delivery


def claim(**changes: Any) -> Claim:
    given = {"tag": "t", "tenant": "hotel", "id": "job_1", "attempt": 2, "text": "Gut.", "request": JobRequest()}
    return Claim(**(given | {"weight": 1, "queue_ms": 0, "ttl_ms": 1} | changes))


def lease(**changes: Any) -> Lease:
    given = {"tenant": "hotel", "id": "msg_1", "attempt": 3, "step": 0, "endpoint": "ep_1", "event_at": 0}
    return Lease(**(given | {"trigger": Trigger.REPLAY, "type": "job.succeeded", "subject": "job_1"} | changes))


def test_one_claim_is_named_and_several_are_counted() -> None:
    assert of_claims([claim()]) == {"tenant": "hotel", "job_id": "job_1", "attempt": 2}
    assert of_claims([claim(), claim(id="job_2")]) == {"jobs": 2}


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("job.failed", {"job_id": "job_1"}),
        ("batch.finished", {"batch_id": "job_1"}),
        ("endpoint.disabled", {}),
    ],
)
def test_a_delivery_is_named_with_its_subject(kind: str, about: dict[str, str]) -> None:
    ids = {"tenant": "hotel", "delivery_id": "msg_1", "attempt": 3, "endpoint_id": "ep_1"}
    assert of_delivery(lease(type=kind)) == ids | about


def test_a_one_off_has_no_endpoint() -> None:
    assert "endpoint_id" not in of_delivery(lease(endpoint="", url="https://example.org/"))


def test_all_of_them_are_printed() -> None:
    named = of_claims([claim()]) | of_claims([]) | of_delivery(lease()) | of_delivery(lease(type="batch.finished"))
    assert set(named) <= set(FIELDS)
