"""`/v1/deliveries`: what was sent to whom, and what became of it."""

from dataclasses import replace

from flask import Blueprint, Response, request

from access.scope import Scope
from api.http.context import caller, context, tenant
from api.http.operation import operation
from api.http.paging import PAGES, page_size, place, state, time_of, token_of
from api.http.problem_schemas import ProblemAnswer
from api.http.problems import ScopeMissing
from api.webhooks.answers import delivery_dict, json_response
from api.webhooks.schemas import DeliveryAnswer, DeliveryListAnswer, DeliveryRequestAnswer
from api.webhooks.visible import check_delivery, deliveries_of_caller, endpoint_of_caller
from jobs.errors import Gone
from webhooks.delivery import DeliveryStatus
from webhooks.message import HEADERS, render
from webhooks.snapshot import Dropped

blueprint = Blueprint("deliveries", __name__, url_prefix="/v1")

MISSING = {404: ProblemAnswer, 503: ProblemAnswer}
QUERY = {
    **PAGES,
    "status": "Only deliveries in this state.",
}


@blueprint.get("/deliveries")
@operation(
    "List deliveries",
    scope=Scope.WEBHOOKS_MANAGE,
    answers={200: DeliveryListAnswer, 422: ProblemAnswer, 503: ProblemAnswer},
    query={**QUERY, "endpoint": "Only those to this endpoint.", "job": "Only those about this job or batch."},
)
def list_deliveries() -> Response:
    """Deliveries of the last 30 days (KRITIQ_DELIVERY_LOG_TTL_S), newest first, without the log of their attempts."""
    return _page(request.args.get("endpoint"), request.args.get("job"))


@blueprint.get("/endpoints/<endpoint_id>/deliveries")
@operation(
    "List an endpoint's deliveries",
    scope=Scope.WEBHOOKS_MANAGE,
    answers={200: DeliveryListAnswer, 422: ProblemAnswer, **MISSING},
    query=QUERY,
)
def endpoint_deliveries(endpoint_id: str) -> Response:
    """Deliveries to one endpoint, newest first."""
    return _page(endpoint_id, None, must_exist=True)


@blueprint.get("/deliveries/<delivery_id>")
@operation("Get a delivery", scope=Scope.WEBHOOKS_MANAGE, answers={200: DeliveryAnswer, **MISSING})
def get_delivery(delivery_id: str) -> Response:
    """The delivery with the log of its attempts."""
    check_delivery(delivery_id)
    return json_response(delivery_dict(context().webhooks.deliveries.get(tenant(), delivery_id), with_log=True))


@blueprint.get("/deliveries/<delivery_id>/request")
@operation(
    "Get what a delivery sends",
    scope=Scope.WEBHOOKS_MANAGE,
    answers={200: DeliveryRequestAnswer, 410: ProblemAnswer, **MISSING},
)
def delivery_request(delivery_id: str) -> Response:
    """The body as an attempt would send it now: for each, it is read anew from what it tells of.

    410 when that was deleted or is past its time, or nothing would be sent to this endpoint any more. It has what a job
    has: a key needs `jobs:read`, too. Whoever opened a link gets it without the sentences' texts.
    """
    by_link = caller().by_link
    if not by_link and not caller().may(Scope.JOBS_READ):
        raise ScopeMissing(Scope.JOBS_READ)
    check_delivery(delivery_id)
    webhooks = context().webhooks
    try:
        found = webhooks.contents.content(webhooks.deliveries.get(tenant(), delivery_id))
    except Dropped as dropped:
        raise Gone(f"Nothing would be sent any more: {dropped.reason}.") from None
    sent = shown = render(found, context().settings.public_url)
    if by_link:
        # No more than an endpoint that is made through the link would be sent.
        quiet = replace(found, options=replace(found.options, include_text=False))
        shown = render(quiet, context().settings.public_url)
    body = {"method": "POST", "headers": HEADERS, "body": shown.decode(), "texts_left_out": shown != sent}
    return json_response(body)


@blueprint.post("/deliveries/<delivery_id>/replay")
@operation(
    "Send a delivery again",
    scope=Scope.WEBHOOKS_MANAGE,
    answers={202: DeliveryAnswer, 409: ProblemAnswer, 410: ProblemAnswer, **MISSING},
)
def replay_delivery(delivery_id: str) -> Response:
    """One more attempt at once, under the same `webhook-id`, also where the endpoint is disabled, unless its owner did
    that (409).

    The schedule and the endpoint's health stay as they are, and so does the `reason` of a delivery that still waits: a
    410 disables nothing.
    """
    check_delivery(delivery_id)
    return json_response(delivery_dict(context().webhooks.deliveries.replay(tenant(), delivery_id), with_log=True), 202)


def _page(endpoint: str | None, job: str | None, *, must_exist: bool = False) -> Response:
    size, before, status = page_size(), place(), state(DeliveryStatus)
    if endpoint is not None and must_exist:
        endpoint_of_caller(endpoint)
    page = context().webhooks.deliveries.page(
        tenant(),
        size=size,
        before=before,
        endpoint=endpoint,
        visible=deliveries_of_caller(),
        subject=job,
        status=status,
    )
    body = {
        "deliveries": [delivery_dict(delivery, with_log=False) for delivery in page.deliveries],
        "next_page_token": token_of(page.next),
        "looked_back_to": time_of(page.next),
    }
    return json_response(body)
