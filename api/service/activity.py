"""`/v1/activity`: what ended lately and how long it took, without a Prometheus."""

from typing import Any

import orjson
from flask import Blueprint, Response, request

from access.scope import Scope
from api.http.context import context
from api.http.operation import operation
from api.http.problem_schemas import ProblemAnswer
from api.http.problems import InvalidRequest
from api.service.schemas import ActivityAnswer
from jobs.activity import Bucket, Window, parts, whole
from jobs.job import Status
from jobs.timestamp import rfc3339
from telemetry.metric import JOB_SECONDS

blueprint = Blueprint("activity", __name__)


@blueprint.get("/v1/activity")
@operation(
    "What ended lately?",
    scope=Scope.ADMIN,
    answers={200: ActivityAnswer, 422: ProblemAnswer, 503: ProblemAnswer},
    query={"window": "How far to look back: hour (a part a minute), day (15 minutes) or week (an hour)."},
)
def activity() -> Response:
    """Jobs of all organisations by how they ended, and how long single reviews took. Chunks of batches count as one.

    The numbers are a minute old at most; percentiles are read from a histogram, as Prometheus reads them.
    """
    value = request.args.get("window", Window.HOUR)
    if value not in list(Window):
        raise InvalidRequest("?window", f"should be one of {', '.join(Window)}")
    window = Window(value)
    snapshots = context().metrics.snapshots(window)
    bounds = JOB_SECONDS.buckets
    body = {
        "window": window,
        "oldest_s": {queue.partition(".")[2]: age for queue, age in context().metrics.ages().queues.items()},
        "totals": _told(whole(snapshots, bounds)),
        "buckets": [{"at": rfc3339(each.at_ms), **_told(each)} for each in parts(snapshots, window, bounds)],
    }
    return Response(orjson.dumps(body), content_type="application/json")


def _told(bucket: Bucket) -> dict[str, Any]:
    return {
        **{status.value: bucket.ended.get(status, 0) for status in Status if status.terminal},
        "p50_ms": bucket.p50_ms,
        "p95_ms": bucket.p95_ms,
    }
