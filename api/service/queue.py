"""How busy the service is."""

from typing import Any

from flask import Blueprint, Response, jsonify

from access.scope import Scope
from api.http.context import context
from api.http.operation import operation
from api.http.problem_schemas import ProblemAnswer
from api.service.answer_schemas import BacklogAnswer
from jobs.backlog import Backlog
from jobs.settings import Settings

blueprint = Blueprint("queue", __name__)


@blueprint.get("/v1/queue")
@operation("How long is the queue?", scope=Scope.JOBS_READ, answers={200: BacklogAnswer, 503: ProblemAnswer})
def queue() -> Response:
    """What waits and runs, in jobs and estimated sentences, and when it will be done.

    A task that a Celery client sent counts in `celery`, as a sentence, until a worker has looked at it.
    """
    return jsonify(backlog_dict(context().store.backlog(), context().settings))


def backlog_dict(backlog: Backlog, settings: Settings) -> dict[str, Any]:
    """What waits and what runs, as `api.service.answer_schemas.BacklogAnswer` describes it."""
    total = sum(backlog.waiting.values()) + backlog.celery + backlog.running
    return {
        "waiting": {
            priority: {"jobs": backlog.waiting_jobs[priority], "sentences": backlog.waiting[priority]}
            for priority in backlog.waiting
        },
        "scheduled": {"jobs": backlog.scheduled_jobs, "sentences": backlog.scheduled},
        "celery": backlog.celery,
        "running_sentences": backlog.running,
        "capacity_sentences": settings.max_backlog,
        "sentences_per_second": round(backlog.rate, 1) if backlog.rate else None,
        "eta_s": round(total / backlog.rate, 2) if backlog.rate and not backlog.waits_for else None,
        "waits_for": list(backlog.waits_for),
        "estimated": True,
        "workers": backlog.workers,
    }
