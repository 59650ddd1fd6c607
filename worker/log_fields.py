"""What log lines name: the fields of `telemetry.logs` for what a worker is busy with. Never a text."""

from collections.abc import Sequence

from jobs.job import Claim
from telemetry.traces import trace_id
from webhooks.delivery import Lease


def of_claims(claims: Sequence[Claim]) -> dict[str, object]:
    """Of one job its ids and attempt, of several how many there are."""
    if len(claims) != 1:
        return {"jobs": len(claims)}
    claim = claims[0]
    about = {"tenant": claim.tenant, "job_id": claim.id, "attempt": claim.attempt}
    return about | ({"trace_id": trace_id(claim.trace)} if claim.trace else {})


def of_judged(claims: Sequence[Claim]) -> dict[str, object]:
    """Of one job its ids and attempt, of several all their ids; of a chunk also its batch."""
    found = of_claims(claims)
    if len(claims) != 1:
        return found | {"job_ids": [claim.id for claim in claims]}
    # A chunk's id is that of its batch, and its number.
    return found | ({"batch_id": claims[0].id.rpartition(".")[0]} if claims[0].chunk else {})


def of_delivery(lease: Lease) -> dict[str, str | int]:
    """The delivery, its endpoint unless it is a one-off, and the job or batch that it tells of."""
    subject = {"job": "job_id", "batch": "batch_id"}.get(lease.type.partition(".")[0])
    about = {subject: lease.subject} if subject else {}
    ids: dict[str, str | int] = {"tenant": lease.tenant, "delivery_id": lease.id, "attempt": lease.attempt}
    return ids | about | ({"endpoint_id": lease.endpoint} if lease.endpoint else {})
