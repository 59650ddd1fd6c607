"""`/v1/attention`: what waits for a person, counted."""

import time
from typing import Any

import orjson
from flask import Blueprint, Response

from access.scope import Scope
from api.http.context import caller, context, tenant
from api.http.operation import operation
from api.http.problem_schemas import ProblemAnswer
from api.service.schemas import AttentionAnswer
from api.webhooks.visible import deliveries_of_caller, endpoints_of_caller
from jobs.job import Status
from jobs.stored import Counted, JobFilter
from jobs.timestamp import rfc3339
from webhooks.endpoint import DisabledReason

blueprint = Blueprint("attention", __name__)

#: What failed longer ago waits for nobody, in milliseconds.
LATELY_MS = 3 * 86_400_000
#: What is due is sent sooner than this, if anybody sends it.
LATE_MS = 60_000


@blueprint.get("/v1/attention")
@operation("What needs a person?", scope=Scope.JOBS_READ, answers={200: AttentionAnswer, 503: ProblemAnswer})
def attention() -> Response:
    """Single jobs and webhooks that failed in the last three days, webhooks that are late, disabled endpoints.

    Of what the key may see: without `webhooks:manage` the last three are null.
    """
    since_ms = int(time.time() * 1000) - LATELY_MS
    failed = JobFilter(status=Status.FAILED, restaurants=caller().restaurants, since_ms=since_ms)
    body = {
        "since": rfc3339(since_ms),
        "failed_jobs": _told(context().store.how_many(tenant(), failed)),
        **(_webhooks(since_ms) if caller().may(Scope.WEBHOOKS_MANAGE) else dict.fromkeys(_WEBHOOKS)),
    }
    return Response(orjson.dumps(body), content_type="application/json")


_WEBHOOKS = ("failed_deliveries", "overdue_deliveries", "disabled_endpoints")


def _webhooks(since_ms: int) -> dict[str, Any]:
    counts, visible = context().webhooks.counts, deliveries_of_caller()
    disabled = [
        endpoint for endpoint in endpoints_of_caller()
        if not endpoint.enabled and endpoint.disabled_reason is not DisabledReason.OWNER
    ]  # fmt: skip
    found = (
        counts.failed(tenant(), visible, since_ms=since_ms),
        counts.overdue(tenant(), visible, late_ms=LATE_MS),
        Counted(number=len(disabled)),
    )
    return dict(zip(_WEBHOOKS, map(_told, found), strict=True))


def _told(counted: Counted) -> dict[str, Any]:
    return {"count": counted.number, "at_least": counted.at_least}
