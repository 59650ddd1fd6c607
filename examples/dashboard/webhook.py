"""`POST /webhooks/kritiq`: verify the signature, keep the event once, answer at once."""

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from examples.dashboard.event import UnreadableEvent, read_event
from examples.dashboard.problem import problem

if TYPE_CHECKING:
    from examples.dashboard.app import Dashboard

#: The largest body that is read, in bytes. Kritiq's own events stay below 20 kB.
MAX_BODY = 256_000


def verified(verifier: Webhook, body: bytes, headers: dict[str, str]) -> bool:
    """Whether this secret signed exactly these bytes, at most five minutes ago."""
    try:
        verifier.verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):  # the package lets a malformed signature escape as ValueError
        return False
    return True


def routes(dashboard: "Dashboard") -> Blueprint:
    """The webhook's route."""
    blueprint = Blueprint("webhook", __name__)

    @blueprint.post("/webhooks/kritiq")
    def receive() -> Response:
        body = request.get_data(cache=False)  # raw: a body that was parsed and written again has another signature
        verifiers = dashboard.secret.verifiers()
        if not verifiers:
            return problem(503, "This dashboard has no webhook secret yet.")
        headers = dict(request.headers)
        if not any(verified(each, body, headers) for each in verifiers):
            return problem(401, "The signature does not fit the body, or it is older than five minutes.")
        try:
            event = read_event(body)
        except UnreadableEvent as error:
            return problem(422, str(error))
        if event is not None and dashboard.store.take(request.headers["webhook-id"], event):
            dashboard.signal.ring()
        return Response(status=204)

    return blueprint
