"""`/livez`: the process answers. `/readyz`: reviews can be judged."""

from flask import Blueprint, Response, jsonify

from api.http.context import context
from api.http.operation import operation
from api.service.answer_schemas import HealthAnswer
from jobs.errors import Unavailable

blueprint = Blueprint("health", __name__)


@blueprint.get("/livez")
@operation("Is the process alive?", scope=None, answers={200: HealthAnswer})
def livez() -> Response:
    """Always 200 while this process answers at all; it looks at nothing else."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@operation("Can reviews be judged?", scope=None, answers={200: HealthAnswer, 503: HealthAnswer})
def readyz() -> Response:
    """200 while Redis takes new jobs and at least one worker is up; else 503 with the reason."""
    try:
        context().store.check_writable()
        workers = len(context().store.workers())
    except Unavailable as error:
        return _unavailable(str(error))
    if not workers:
        return _unavailable("No worker is up.")
    return jsonify(status="ok", workers=workers)


def _unavailable(reason: str) -> Response:
    response = jsonify(status="unavailable", detail=reason)
    response.status_code = 503
    response.headers["Retry-After"] = "2"
    return response
