"""What log lines name: the fields of `telemetry.logs` for what a worker is busy with. Never a text."""

from collections.abc import Sequence

from jobs.job import Claim
from webhooks.delivery import Lease


def of_claims(claims: Sequence[Claim]) -> dict[str, object]:
    """Of one job its ids and attempt, of several how many there are."""
    if len(claims) != 1:
        return {"jobs": len(claims)}
    claim = claims[0]
    return {"tenant": claim.tenant, "job_id": claim.id, "attempt": claim.attempt}


def of_delivery(lease: Lease) -> dict[str, object]:
    """The delivery, its endpoint unless it is a one-off, and the job or batch that it tells of."""
    subject = {"job": "job_id", "batch": "batch_id"}.get(lease.type.partition(".")[0])
    about = {subject: lease.subject} if subject else {}
    ids = {"tenant": lease.tenant, "delivery_id": lease.id, "attempt": lease.attempt}
    return ids | about | ({"endpoint_id": lease.endpoint} if lease.endpoint else {})
