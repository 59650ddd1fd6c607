"""The course of a job: its attempts, and its trace."""

from typing import Any

from flask import Blueprint, Response, jsonify

from access.scope import Scope
from api.http.context import caller, check_job, context, tenant
from api.http.operation import operation
from api.http.problem_schemas import ProblemAnswer
from api.jobs.answer_schemas import CourseAnswer
from jobs.attempt import Attempt
from jobs.http_settings import TRACE_ID
from jobs.timestamp import rfc3339
from telemetry.traces import trace_id

blueprint = Blueprint("course", __name__, url_prefix="/v1/jobs")


@blueprint.get("/<job:job_id>/course")
@operation(
    "What became of a job's attempts?",
    scope=Scope.JOBS_READ,
    answers={200: CourseAnswer, 404: ProblemAnswer, 410: ProblemAnswer, 503: ProblemAnswer},
)
def job_course(job_id: str) -> Response:
    """Each attempt, the oldest first, with how it ended; and the job's trace, if it is traced.

    Which worker it was is told to keys with `admin`. The archive keeps none of it.
    """
    check_job(job_id)
    found = context().store.course(tenant(), job_id)
    return jsonify(attempts=[_attempt(each) for each in found.attempts], trace=_trace(trace_id(found.trace)))


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "started_at": rfc3339(attempt.started_at),
        "ended_at": rfc3339(attempt.ended_at),
        "end": attempt.end,
        "worker": attempt.worker if caller().may(Scope.ADMIN) else None,
    }


def _trace(found: str | None) -> dict[str, str | None] | None:
    if found is None:
        return None
    where = context().settings.trace_url
    return {"id": found, "url": where.replace(TRACE_ID, found) or None}
