"""`/v1/retrainings`: a model learns what people corrected, in a trainer of the deployment."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, jsonify

from access.scope import Scope
from api.http import streams
from api.http.context import caller, check_model, context, json_body, still_in, tenant
from api.http.operation import operation
from api.http.paging import PAGES, page_size, place, token_of
from api.http.problem_schemas import ProblemAnswer
from api.http.problems import InvalidRequest
from api.http.reasons import reason_dicts
from api.http.streams import Seen
from api.models.retraining_schemas import (
    RetrainingAnswer,
    RetrainingBody,
    RetrainingEventAnswer,
    RetrainingList,
    RetrainingResultAnswer,
)
from jobs.asked_retraining import AskedRetraining
from jobs.errors import Forbidden
from jobs.job import DEFAULT_TENANT
from jobs.members import known_members
from jobs.reason import Reason
from jobs.timestamp import rfc3339
from store.retraining_keys import announced_as
from store.tenants import TenantStore

blueprint = Blueprint("retrainings", __name__, url_prefix="/v1/retrainings")

MISSING = {404: ProblemAnswer, 503: ProblemAnswer}
#: When to ask again how far one is, in seconds.
RETRY_S = 2
#: Of an end nothing follows: the last number that a stream's events have.
_LAST = 999_999_999


@blueprint.post("")
@operation(
    "Retrain a model",
    scope=Scope.MODELS_MANAGE,
    body=RetrainingBody,
    answers={
        202: RetrainingAnswer, 400: ProblemAnswer, 409: ProblemAnswer, 413: ProblemAnswer, 415: ProblemAnswer,
        422: ProblemAnswer, 503: ProblemAnswer,
    },
)  # fmt: skip
def retrain() -> Response:
    """Have a trainer (`kritiq trainer run`) teach a model what people of these organisations said until now; ask at
    `Location` how far it is.

    What the gate lets pass goes into the store of models, and the alias stands for it. Of a version one retraining at a
    time. Retrainings are the whole deployment's: a key needs to be of the organisation `default`.
    """
    _operator()
    asked = RetrainingBody.model_validate(json_body())
    check_model(asked.model)
    retrainings = context().retrainings
    for unknown in TenantStore(retrainings.client).unknown(asked.tenants):
        raise InvalidRequest(f"#/tenants/{asked.tenants.index(unknown)}", "should be an organisation that there is")
    made = retrainings.ask(asked.request)
    return _answer(made, 202, {"Location": _here(made, context().settings.public_url), "Retry-After": str(RETRY_S)})


@blueprint.get("")
@operation(
    "List retrainings",
    scope=Scope.MODELS_MANAGE,
    answers={200: RetrainingList, 422: ProblemAnswer, 503: ProblemAnswer},
    query=PAGES,
)
def list_retrainings() -> Response:
    """Those of the last 30 days, newest first."""
    _operator()
    ctx = context()
    page = ctx.retrainings.page(size=page_size(), before=place())
    found = [retraining_dict(each, ctx.settings.public_url) for each in page.found]
    return jsonify(retrainings=found, next_page_token=token_of(page.next))


@blueprint.get("/<retraining_id>")
@operation("Get a retraining", scope=Scope.MODELS_MANAGE, answers={200: RetrainingAnswer, **MISSING})
def get_retraining(retraining_id: str) -> Response:
    """How far it is, and what came of it."""
    _operator()
    found = context().retrainings.get(retraining_id)
    return _answer(found, 200, {} if found.status.terminal else {"Retry-After": str(RETRY_S)})


@blueprint.get("/<retraining_id>/events")
@operation(
    "Listen to a retraining",
    scope=Scope.MODELS_MANAGE,
    answers={200: RetrainingEventAnswer, **MISSING},
    media={200: "text/event-stream"},
    headers={"Last-Event-ID": "The `id` of the last event you have: the stream goes on behind it."},
)
def retraining_events(retraining_id: str) -> Response:
    """Server-sent events: `retraining` with the retraining as data whenever it has got on; `end` when it has ended."""
    _operator()
    ctx, check_caller = context(), still_in()

    def look() -> Seen:
        check_caller()
        found = ctx.retrainings.get(retraining_id)
        body = retraining_dict(found, ctx.settings.public_url)
        return Seen(version=_version(found), body=body, ended=found.status.terminal)

    return streams.server_sent("retraining", look, ctx.hub.watch(announced_as(retraining_id), tenant()))


@blueprint.post("/<retraining_id>/cancel")
@operation(
    "Cancel a retraining",
    scope=Scope.MODELS_MANAGE,
    answers={200: RetrainingAnswer, 202: RetrainingAnswer, 409: ProblemAnswer, **MISSING},
)
def cancel_retraining(retraining_id: str) -> Response:
    """Have it end, also one that has not begun; nothing of it is kept. 202 until its trainer has noticed."""
    _operator()
    found = context().retrainings.cancel(retraining_id)
    return _answer(found, 200 if found.status.terminal else 202, {})


def retraining_dict(found: AskedRetraining, public_url: str) -> dict[str, Any]:
    """The retraining as `RetrainingAnswer` describes it."""
    asked, here = found.request, _here(found, public_url)
    progress = None if found.share is None else {"share": found.share, "said": found.message}
    return {
        "id": found.id,
        "status": found.status,
        "model": asked.model,
        "base": found.base,
        "tenants": list(asked.tenants),
        "alias": asked.alias,
        "rollout": None if asked.rollout is None else asked.rollout.to_dict(),
        "options": dict(asked.options),
        "created_at": rfc3339(found.asked_at),
        "finished_at": rfc3339(found.ended_at),
        "at_work": found.at_work,
        "cancel_requested": found.cancel_requested,
        "progress": progress,
        "result": found.result and _result_dict(found.result),
        "error": found.error,
        "links": {"self": here, "events": f"{here}/events"},
    }


def _result_dict(came: Mapping[str, Any]) -> dict[str, Any]:
    """As `RetrainingResultAnswer` describes it: without the folder on the trainer's machine."""

    def told(reasons: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return reason_dicts(Reason(**known_members(Reason, each)) for each in reasons)

    unmoved = told([came["why_not_moved_reason"]] if came.get("why_not_moved_reason") else [])
    codes = {
        "refusal_codes": told(came.get("refusal_reasons", [])),
        "why_not_moved_code": unmoved[0] if unmoved else None,
    }
    return {name: came.get(name) for name in RetrainingResultAnswer.model_fields} | codes


def _answer(found: AskedRetraining, status: int, headers: Mapping[str, str]) -> Response:
    answer = jsonify(retraining_dict(found, context().settings.public_url))
    answer.status_code = status
    answer.headers.extend(headers)
    return answer


def _here(found: AskedRetraining, public_url: str) -> str:
    return f"{public_url}/v1/retrainings/{found.id}"


def _version(found: AskedRetraining) -> int:
    """Grows with all that is told of it: milliseconds since it was asked for, by one clock."""
    if found.status.terminal:
        return _LAST
    return min(_LAST - 1, 1 + max(0, (found.told_at or found.asked_at) - found.asked_at))


def _operator() -> None:
    if caller().tenant != DEFAULT_TENANT:
        raise Forbidden("Retrainings are the whole deployment's: only keys of the organisation default see them.")
