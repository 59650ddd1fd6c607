"""Leases and snapshots of deliveries that no store knows."""

from typing import Any

from jobs.job import Job, Status
from jobs.stored import Stored
from webhooks.delivery import Lease, Trigger
from webhooks.event import EventType
from webhooks.options import EndpointOptions
from webhooks.secret import new_secret
from webhooks.snapshot import DeliverySnapshot


def make_lease(event: EventType = EventType.JOB_SUCCEEDED, **changes: Any) -> Lease:
    given: dict[str, Any] = {
        "tenant": "default", "id": "msg_a_b", "attempt": 1, "step": 0, "trigger": Trigger.SCHEDULE, "endpoint": "ep_b",
        "type": event.value, "subject": "job_a", "event_at": 1_794_648_600_123,
    }  # fmt: skip
    return Lease(**(given | changes))


def make_snapshot(event: EventType = EventType.JOB_SUCCEEDED, **changes: Any) -> DeliverySnapshot:
    given: dict[str, Any] = {
        "lease": make_lease(event),
        "subject": Stored(job=Job(id="job_a", status=Status.FAILED)),
        "options": EndpointOptions(url="https://hooks.example.com/"),
        "secrets": (new_secret(),),
        "read_at": 1_794_648_600_456,
    }
    return DeliverySnapshot(**(given | changes))
