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


def traced(trace: str) -> str:
    return f"00-{trace * 32}-{'1' * 16}-01"


def lease(**changes: Any) -> Lease:
    given = {"tenant": "hotel", "id": "msg_1", "attempt": 3, "step": 0, "endpoint": "ep_1", "event_at": 0}
    return Lease(**(given | {"trigger": Trigger.REPLAY, "type": "job.succeeded", "subject": "job_1"} | changes))


def test_of_one_claim_its_ids_are_named() -> None:
    assert of_claims([claim()]) == {"tenant": "hotel", "job_id": "job_1", "attempt": 2}
    found = of_claims([claim(id="batch_1.0", chunk=True, trace=traced("a"))])
    assert found == {
        "tenant": "hotel", "batch_id": "batch_1", "job_id": "batch_1.0", "attempt": 2, "trace_id": "a" * 32,
    }  # fmt: skip


def test_of_several_claims_each_is_found_by_its_own_ids() -> None:
    assert of_claims([claim(), claim(id="job_2")]) == {"tenant": "hotel", "jobs": 2, "job_ids": ["job_1", "job_2"]}
    traces = [traced("a"), traced("b"), "", traced("a")]
    found = of_claims([claim(id=f"job_{number}", trace=trace) for number, trace in enumerate(traces)])
    assert found["trace_ids"] == ["a" * 32, "b" * 32]


def test_what_several_claims_have_in_common_is_named() -> None:
    chunks = [claim(id=f"batch_1.{number}", chunk=True) for number in range(2)]
    assert of_claims(chunks)["batch_id"] == "batch_1"
    found = of_claims([*chunks, claim(id="batch_1.2", tenant="inn", chunk=True)])
    assert (found["tenants"], found["jobs"]) == (2, 3)
    assert not {"tenant", "batch_id"} & set(found), "one organisation's batch is not another's"
    assert "batch_id" not in of_claims([*chunks, claim(id="batch_2.0", chunk=True)])
    assert "batch_id" not in of_claims([chunks[0], claim()])


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
    several = of_claims([claim(trace=traced("a")), claim(tenant="inn")])
    one = of_claims([claim(id="batch_1.0", chunk=True, trace=traced("a"))])
    named = one | of_claims([]) | several | of_delivery(lease()) | of_delivery(lease(type="batch.finished"))
    assert set(named) <= set(FIELDS)
