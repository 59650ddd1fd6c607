"""What log lines name: the fields of `telemetry.logs` for what a worker is busy with. Never a text."""

from collections.abc import Sequence

from jobs.job import Claim
from telemetry.traces import trace_id
from webhooks.delivery import Lease


def of_claims(claims: Sequence[Claim]) -> dict[str, object]:
    """Of one job its ids and attempt. Of several how many there are, all their ids and traces, so that each is found
    by its own, and whose they are: their organisation, or how many those are. The batch, where all are of one."""
    if not claims:
        return {"jobs": 0}
    tenants = {claim.tenant for claim in claims}
    found: dict[str, object] = {"tenant": claims[0].tenant} if len(tenants) == 1 else {"tenants": len(tenants)}
    # A chunk's id is that of its batch, and its number.
    batches = {(claim.tenant, claim.id.rpartition(".")[0] if claim.chunk else "") for claim in claims}
    if len(batches) == 1 and (batch := batches.pop()[1]):
        found["batch_id"] = batch
    traces = list(dict.fromkeys(filter(None, (trace_id(claim.trace) for claim in claims if claim.trace))))
    if len(claims) > 1:
        found |= {"jobs": len(claims), "job_ids": [claim.id for claim in claims]}
        return found | ({"trace_ids": traces} if traces else {})
    found |= {"job_id": claims[0].id, "attempt": claims[0].attempt}
    return found | ({"trace_id": traces[0]} if traces else {})


def of_delivery(lease: Lease) -> dict[str, str | int]:
    """The delivery, its endpoint unless it is a one-off, and the job or batch that it tells of."""
    subject = {"job": "job_id", "batch": "batch_id"}.get(lease.type.partition(".")[0])
    about = {subject: lease.subject} if subject else {}
    ids: dict[str, str | int] = {"tenant": lease.tenant, "delivery_id": lease.id, "attempt": lease.attempt}
    return ids | about | ({"endpoint_id": lease.endpoint} if lease.endpoint else {})
