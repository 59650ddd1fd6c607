"""`/v1/models/{name}/load` and `/unload`: models in memory before their first job, and out of it on request."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify

from access.scope import Scope
from api.http.context import caller, context, json_body
from api.http.operation import operation
from api.http.problem_schemas import ProblemAnswer
from api.http.problems import InvalidRequest
from api.http.reasons import reason_dicts
from api.models.operation_schemas import OperationAnswer, OperationBody
from jobs.choice import version_id
from jobs.errors import Forbidden, ModelInUse, NotFound
from jobs.job import DEFAULT_TENANT
from jobs.model_operation import Action, ModelOperation
from jobs.served import served_by, told_by
from jobs.timestamp import rfc3339

blueprint = Blueprint("operations", __name__, url_prefix="/v1")

#: When to ask again how far one is, in seconds.
RETRY_S = 1
ASKED: Mapping[int, Any] = {
    202: OperationAnswer, 400: ProblemAnswer, 404: ProblemAnswer, 413: ProblemAnswer, 415: ProblemAnswer,
    422: ProblemAnswer, 503: ProblemAnswer,
}  # fmt: skip


@blueprint.post("/models/<name>/load")
@operation("Load a model", scope=Scope.MODELS_MANAGE, body=OperationBody, answers=ASKED)
def load_model(name: str) -> Response:
    """Have all workers that serve a version load it now, and keep it until it is unloaded or jobs need its room; ask at
    `Location` how far each is.

    A worker in which it does not fit beside the models that aliases stand for refuses; one in which it is out of
    service tries it again. Models are the whole
    deployment's: a key needs to be of the organisation `default`.
    """
    return _asked(Action.LOAD, name)


@blueprint.post("/models/<name>/unload")
@operation("Unload a model", scope=Scope.MODELS_MANAGE, body=OperationBody, answers={**ASKED, 409: ProblemAnswer})
def unload_model(name: str) -> Response:
    """Have all workers take a version out of memory; ask at `Location` how far each is. What is being judged with it is
    judged to its end, and its next job loads it again.

    409 while an alias stands for it or jobs wait for it, unless `force` is true.
    """
    return _asked(Action.UNLOAD, name)


@blueprint.get("/operations/<operation_id>")
@operation(
    "Get an operation of a model", scope=Scope.MODELS_MANAGE,
    answers={200: OperationAnswer, 404: ProblemAnswer, 503: ProblemAnswer},
)  # fmt: skip
def get_operation(operation_id: str) -> Response:
    """How far each worker is with loading or unloading a model. Kept for a day; `/v1/events` says `models` whenever it
    has got on."""
    _operator()
    return _answer(context().operations.get(operation_id), 200)


def _asked(action: Action, name: str) -> Response:
    _operator()
    asked, ctx = OperationBody.model_validate(json_body()), context()
    # What is out of service may be loaded, and is in service again.
    known = told_by if action is Action.LOAD else served_by
    served = sorted(version for version in known(ctx.served.all()) if version.rpartition("/")[0] == name)
    if not served:
        raise NotFound("No worker that is up serves a model of this name.")
    version = served[0] if asked.version is None and len(served) == 1 else version_id(name, asked.version or "")
    if version not in served:
        raise InvalidRequest("#/version", f"should be one of those that are served: {', '.join(served)}")
    try:
        found = ctx.operations.ask(action, version, force=asked.force)
    except ModelInUse as error:
        more = '"force": true unloads it all the same where a worker has others.'
        raise ModelInUse(f"{error} {more}") from None
    answer = _answer(found, 202)
    answer.headers["Location"] = _here(found)
    return answer


def _answer(found: ModelOperation, status: int) -> Response:
    answer = jsonify(
        id=found.id,
        action=found.action,
        model=found.version,
        status=found.status,
        force=found.force,
        created_at=rfc3339(found.asked_at),
        workers=[
            {
                "worker": each.worker,
                "state": each.state,
                "since": rfc3339(each.since),
                "why": each.why,
                "why_code": reason_dicts([each.why_code])[0] if each.why_code else None,
            }
            for each in found.workers
        ],
        links={"self": _here(found)},
    )
    answer.status_code = status
    if any(not each.state.terminal for each in found.workers):
        answer.headers["Retry-After"] = str(RETRY_S)
    return answer


def _here(found: ModelOperation) -> str:
    return f"{context().settings.public_url}/v1/operations/{found.id}"


def _operator() -> None:
    if caller().tenant != DEFAULT_TENANT:
        raise Forbidden("Models are the whole deployment's: only keys of the organisation default load them.")
