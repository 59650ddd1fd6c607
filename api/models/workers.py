"""`/v1/workers`: who works, with what, and how busy."""

from typing import Any

from flask import Blueprint, Response, jsonify

from access.scope import Scope
from api.http.context import caller, context
from api.http.operation import operation
from api.http.problem_schemas import ProblemAnswer
from api.models.schemas import WorkersAnswer
from jobs.backlog import WorkerInfo
from jobs.choice import version_id
from jobs.errors import Forbidden
from jobs.job import DEFAULT_TENANT

blueprint = Blueprint("workers", __name__)


@blueprint.get("/v1/workers")
@operation(
    "Which workers are up?",
    scope=Scope.MODELS_MANAGE,
    answers={200: WorkersAnswer, 503: ProblemAnswer},
)
def list_workers() -> Response:
    """Each worker with its model and device, how large its batches were and how busy it was in the last minute.

    Workers are those of the whole deployment: a key needs to be of the organisation `default`.
    """
    if caller().tenant != DEFAULT_TENANT:
        raise Forbidden("Workers are the whole deployment's: only keys of the organisation default see them.")
    found = sorted(context().store.workers(), key=lambda info: info.name)
    return jsonify(workers=[_worker(info) for info in found])


def _worker(info: WorkerInfo) -> dict[str, Any]:
    return {
        "worker": info.name,
        "model": version_id(info.model["name"], info.model["version"]),
        "device": info.device,
        "sentences_per_second": None if info.rate is None else round(info.rate, 1),
        "busy": info.busy,
        "batch_sentences": info.batch_sentences,
    }
