"""`/v1/endpoints`: who is told of webhook events."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from access.scope import Scope
from api.http.context import caller, context, json_body, link, tenant
from api.http.operation import operation
from api.http.problem_schemas import ProblemAnswer
from api.http.problems import InvalidRequest
from api.http.webhook_urls import checked_url
from api.webhooks.answers import delivery_dict, endpoint_dict, json_response
from api.webhooks.schemas import (
    DeliveryAnswer,
    EndpointAnswer,
    EndpointChange,
    EndpointList,
    EndpointRequest,
    NewEndpointAnswer,
    RecoverAnswer,
    RecoverRequest,
    RotateRequest,
    SecretAnswer,
)
from api.webhooks.visible import (
    check_endpoint,
    check_texts,
    demand_restaurants,
    endpoint_of_caller,
    endpoints_of_caller,
    room_of_caller,
)
from store.delivery_log import FOR_EVER_MS
from webhooks.endpoint import DisabledReason, Endpoint
from webhooks.options import EndpointOptions
from webhooks.secret import Secret, SecretKind

blueprint = Blueprint("endpoints", __name__, url_prefix="/v1")

BODY = {400: ProblemAnswer, 413: ProblemAnswer, 415: ProblemAnswer, 422: ProblemAnswer}
AWAY: dict[int, Any] = {503: ProblemAnswer}
MISSING = {404: ProblemAnswer, **AWAY}
CONFLICT = {409: ProblemAnswer}
OFTEN = {429: ProblemAnswer}


@blueprint.post("/endpoints")
@operation(
    "Add a webhook endpoint",
    scope=Scope.WEBHOOKS_MANAGE,
    body=EndpointRequest,
    answers={201: NewEndpointAnswer, **BODY, **CONFLICT, **AWAY},
)
def add_endpoint() -> Response:
    """Tell this URL of events from now on. The answer shows the secret that signs them, this once."""
    asked = EndpointRequest.model_validate(json_body())
    demand_restaurants(asked.restaurants)
    options = EndpointOptions().changed(dict(asked))
    check_texts(EndpointOptions(), options)
    checked_url(asked.url, "#/url")
    endpoint = Endpoint(
        id="",
        tenant=tenant(),
        options=options,
        kind=SecretKind.HMAC if asked.signature == "hmac" else SecretKind.ED25519,
    )
    made, secret = context().webhooks.endpoints.create(endpoint, room_of_caller())
    return _with_secret(made, secret, 201, {"Location": link(f"/v1/endpoints/{made.id}")})


@blueprint.get("/endpoints")
@operation("List webhook endpoints", scope=Scope.WEBHOOKS_MANAGE, answers={200: EndpointList, **AWAY})
def list_endpoints() -> Response:
    """All endpoints, oldest first, without their health."""
    store = context().webhooks.endpoints
    now = store.now_ms()
    return json_response({"endpoints": [endpoint_dict(endpoint, now) for endpoint in endpoints_of_caller()]})


@blueprint.get("/endpoints/<endpoint_id>")
@operation("Get a webhook endpoint", scope=Scope.WEBHOOKS_MANAGE, answers={200: EndpointAnswer, **MISSING})
def get_endpoint(endpoint_id: str) -> Response:
    """The endpoint and what the last attempts showed of it."""
    return _answer(endpoint_of_caller(endpoint_id))


@blueprint.patch("/endpoints/<endpoint_id>")
@operation(
    "Change a webhook endpoint",
    scope=Scope.WEBHOOKS_MANAGE,
    body=EndpointChange,
    answers={200: EndpointAnswer, **BODY, **CONFLICT, **MISSING},
)
def change_endpoint(endpoint_id: str) -> Response:
    """Change what the body names. Deliveries that wait go to the new URL; what the former one still answers does not
    count for it."""
    asked = EndpointChange.model_validate(json_body())
    endpoint_of_caller(endpoint_id)
    if asked.restaurants is not None:
        demand_restaurants(asked.restaurants)
    if asked.url is not None:
        checked_url(asked.url, "#/url")

    def change(old: Endpoint) -> Endpoint:
        check_endpoint(old)
        new = replace(old, options=old.options.changed(dict(asked)))
        check_texts(old.options, new.options)
        if asked.enabled is None:
            return new
        return replace(new, enabled=asked.enabled, disabled_reason=None if asked.enabled else DisabledReason.OWNER)

    store = context().webhooks.endpoints
    return _answer(store.change(tenant(), endpoint_id, change, fresh_start=asked.enabled is True))


@blueprint.delete("/endpoints/<endpoint_id>")
@operation("Delete a webhook endpoint", scope=Scope.WEBHOOKS_MANAGE, answers={204: None, **MISSING})
def delete_endpoint(endpoint_id: str) -> Response:
    """Nothing more is sent to it; what waits is dropped."""
    context().webhooks.endpoints.delete(tenant(), endpoint_id, check_endpoint)
    return Response(status=204)


@blueprint.post("/endpoints/<endpoint_id>/enable")
@operation(
    "Enable a webhook endpoint",
    scope=Scope.WEBHOOKS_MANAGE,
    answers={200: EndpointAnswer, **CONFLICT, **MISSING},
)
def enable_endpoint(endpoint_id: str) -> Response:
    """Send again, and forget past failures. What was missed comes with `recover`."""

    def enable(old: Endpoint) -> Endpoint:
        check_endpoint(old)
        return replace(old, enabled=True, disabled_reason=None)

    return _answer(context().webhooks.endpoints.change(tenant(), endpoint_id, enable, fresh_start=True))


@blueprint.post("/endpoints/<endpoint_id>/ping")
@operation(
    "Ping a webhook endpoint",
    scope=Scope.WEBHOOKS_MANAGE,
    answers={202: DeliveryAnswer, **CONFLICT, **OFTEN, **MISSING},
)
def ping_endpoint(endpoint_id: str) -> Response:
    """Send an `endpoint.ping`, once, on the same way as everything else, also where the endpoint is disabled, unless
    its owner did that (409).

    The delivery tells what became of it; whatever is answered, a 410 too, the endpoint stays as it is.
    """
    endpoint_of_caller(endpoint_id)
    delivery = context().webhooks.deliveries.ping(tenant(), endpoint_id)
    here = link(f"/v1/deliveries/{delivery.id}")
    return json_response(delivery_dict(delivery, with_log=True), 202, {"Location": here})


@blueprint.post("/endpoints/<endpoint_id>/rotate")
@operation(
    "Rotate an endpoint's secret",
    scope=Scope.WEBHOOKS_MANAGE,
    body=RotateRequest,
    body_optional=True,
    answers={200: NewEndpointAnswer, **BODY, **MISSING},
)
def rotate_secret(endpoint_id: str) -> Response:
    """A fresh secret, shown this once. Until the time of grace is over, both sign."""
    asked = RotateRequest.model_validate(_optional_body())
    endpoint, secret = context().webhooks.endpoints.rotate(
        tenant(), endpoint_id, grace_s=asked.grace_seconds, check=check_endpoint
    )
    return _with_secret(endpoint, secret, 200)


@blueprint.post("/endpoints/<endpoint_id>/recover")
@operation(
    "Send again what an endpoint missed",
    scope=Scope.WEBHOOKS_MANAGE,
    body=RecoverRequest,
    answers={202: RecoverAnswer, **BODY, **CONFLICT, **OFTEN, **MISSING},
)
def recover_endpoint(endpoint_id: str) -> Response:
    """Failed deliveries, those dropped while it was disabled, ends of jobs and batches that it was never told of.

    Repeating is harmless. Nothing is sent that happened before the endpoint was made, or before its restaurant was
    granted to it.
    """
    asked = RecoverRequest.model_validate(json_body())
    endpoint_of_caller(endpoint_id)
    since_ms = max(0, round(asked.since.timestamp() * 1000))
    until_ms = FOR_EVER_MS if asked.until is None else max(0, round(asked.until.timestamp() * 1000))
    if until_ms < since_ms:
        raise InvalidRequest("#/until", "should not be before since")
    recovered = context().webhooks.deliveries.recover(tenant(), endpoint_id, since_ms=since_ms, until_ms=until_ms)
    return json_response({"recovered": recovered}, 202)


@blueprint.post("/webhook-secret")
@operation(
    "Make the secret of one-off webhooks",
    scope=Scope.WEBHOOKS_MANAGE,
    body=RotateRequest,
    body_optional=True,
    answers={200: SecretAnswer, **BODY, **AWAY},
)
def webhook_secret() -> Response:
    """A fresh secret for the `webhook` of single jobs, shown this once; before the first there are none."""
    asked = RotateRequest.model_validate(_optional_body())
    # It signs for the jobs of every restaurant.
    caller().demand(None)
    secret = context().webhooks.endpoints.rotate_once(tenant(), grace_s=asked.grace_seconds)
    return json_response({"secret": secret.reveal()})


def _optional_body() -> dict[str, Any]:
    return json_body() if request.get_data(cache=True) else {}


def _answer(endpoint: Endpoint) -> Response:
    store = context().webhooks.endpoints
    return json_response(endpoint_dict(endpoint, store.now_ms(), store.health(endpoint.tenant, endpoint.id)))


def _with_secret(endpoint: Endpoint, secret: Secret, status: int, headers: dict[str, str] | None = None) -> Response:
    body = endpoint_dict(endpoint, context().webhooks.endpoints.now_ms())
    # An ed25519 secret stays here: the receiver needs only the public key.
    shown = secret.reveal() if secret.kind is SecretKind.HMAC else None
    return json_response(body | {"secret": shown}, status, headers)
