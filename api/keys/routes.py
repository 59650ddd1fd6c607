"""`/v1/keys`: an organisation's API keys, for those of its keys that are `admin`."""

from typing import Any

import orjson
from flask import Blueprint, Response, request

from access.api_key import ApiKey
from access.scope import Scope
from access.token import KeyKind, Token
from api.http.context import context, json_body, tenant
from api.http.operation import operation
from api.http.problem_schemas import ProblemAnswer
from api.keys.schemas import KeyAnswer, KeyList, KeyRequest, KeyRotation, NewKeyAnswer
from jobs.timestamp import rfc3339
from store.api_keys import issue, renew

blueprint = Blueprint("keys", __name__, url_prefix="/v1/keys")

BODY = {400: ProblemAnswer, 413: ProblemAnswer, 415: ProblemAnswer, 422: ProblemAnswer}
AWAY: dict[int, Any] = {503: ProblemAnswer}
MISSING = {404: ProblemAnswer, **AWAY}


@blueprint.post("")
@operation(
    "Make a key",
    scope=Scope.ADMIN,
    body=KeyRequest,
    answers={201: NewKeyAnswer, 409: ProblemAnswer, **BODY, **AWAY},
)
def make_key() -> Response:
    """A key of your organisation. The answer shows its text, this once."""
    asked = KeyRequest.model_validate(json_body())
    store = context().keys
    wanted = ApiKey(
        id="",
        tenant=tenant(),
        name=asked.name,
        scopes=tuple(asked.scopes),
        restaurants=tuple(dict.fromkeys(asked.restaurants)),
        priorities=None if asked.priorities is None else tuple(asked.priorities),
        rate=asked.rate,
        expires_at=None if asked.expires_in_s is None else store.now_ms() + asked.expires_in_s * 1000,
    )
    made, token = issue(store, context().gate.digests(make=True), wanted, KeyKind(asked.kind))
    return _shown(made, token, 201)


@blueprint.get("")
@operation("List keys", scope=Scope.ADMIN, answers={200: KeyList, **AWAY})
def list_keys() -> Response:
    """All keys of your organisation, oldest first, those that ended for 30 days more (KRITIQ_ENDED_KEY_TTL_S)."""
    return _answer({"keys": [key_dict(key) for key in context().keys.page(tenant())]}, 200)


@blueprint.get("/<key_id>")
@operation("Get a key", scope=Scope.ADMIN, answers={200: KeyAnswer, **MISSING})
def get_key(key_id: str) -> Response:
    """The key, never its text."""
    return _answer(key_dict(context().keys.get(tenant(), key_id)), 200)


@blueprint.post("/<key_id>/rotate")
@operation(
    "Rotate a key",
    scope=Scope.ADMIN,
    body=KeyRotation,
    body_optional=True,
    answers={200: NewKeyAnswer, 409: ProblemAnswer, **BODY, **MISSING},
)
def rotate_key(key_id: str) -> Response:
    """A fresh text for the same key, shown this once. Until the time of grace is over, both are good."""
    asked = KeyRotation.model_validate(json_body() if request.get_data(cache=True) else {})
    store = context().keys
    old = store.get(tenant(), key_id)
    made, token = renew(store, context().gate.digests(), old, grace_s=asked.grace_seconds)
    return _shown(made, token, 200)


@blueprint.delete("/<key_id>")
@operation("Revoke a key", scope=Scope.ADMIN, answers={204: None, **MISSING})
def revoke_key(key_id: str) -> Response:
    """It opens nothing any more, within five seconds everywhere."""
    context().keys.revoke(tenant(), key_id)
    return Response(status=204)


def key_dict(key: ApiKey) -> dict[str, Any]:
    """The key as `KeyAnswer` describes it."""
    return {
        "id": key.id,
        "name": key.name,
        "scopes": key.scopes,
        "restaurants": key.restaurants,
        "priorities": key.priorities,
        "rate": key.rate,
        "created_at": rfc3339(key.created_at),
        "expires_at": rfc3339(key.expires_at),
        "last_used_at": rfc3339(key.last_used_at),
        "revoked_at": rfc3339(key.revoked_at),
    }


def _shown(key: ApiKey, token: Token, status: int) -> Response:
    answer = _answer(key_dict(key) | {"key": token.text}, status)
    if status == 201:
        answer.headers["Location"] = f"/v1/keys/{key.id}"
    return answer


def _answer(body: dict[str, Any], status: int) -> Response:
    answer = Response(orjson.dumps(body), status, content_type="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
