"""`/v1/webhook-links`: the webhooks of some restaurants for somebody without a key, for a short while."""

from typing import Any

from flask import Blueprint, Response, g

from access.scope import Scope
from access.webhook_link import WebhookLink, new_secret, secret_digest, session_token
from api.http.context import caller, context, entry, json_body, link, tenant
from api.http.link_sessions import caller_of
from api.http.operation import operation
from api.http.paging import PAGES, page_size, place, token_of
from api.http.problem_schemas import ProblemAnswer
from api.webhooks.answers import json_response
from api.webhooks.link_schemas import (
    NewWebhookLinkAnswer,
    WebhookLinkAnswer,
    WebhookLinkList,
    WebhookLinkOpening,
    WebhookLinkRequest,
    WebhookLinkSession,
)
from jobs.errors import Forbidden, NotFound
from jobs.job import new_id
from jobs.timestamp import rfc3339
from store.webhook_links import UNKNOWN

blueprint = Blueprint("webhook_links", __name__, url_prefix="/v1/webhook-links")

BODY = {400: ProblemAnswer, 413: ProblemAnswer, 415: ProblemAnswer, 422: ProblemAnswer}
AWAY: dict[int, Any] = {503: ProblemAnswer}
MISSING = {404: ProblemAnswer, **AWAY}


@blueprint.post("")
@operation(
    "Make a link to webhooks",
    scope=Scope.WEBHOOKS_MANAGE,
    body=WebhookLinkRequest,
    answers={201: NewWebhookLinkAnswer, 409: ProblemAnswer, **BODY, **AWAY},
)
def make_link() -> Response:
    """A link that shows the endpoints and deliveries of some restaurants, opened once, to whoever has it.

    It opens a view for these restaurants alone, which manages their endpoints as a key with `webhooks:manage` would
    that is restricted to them, and does nothing else. It ends by itself, when it is revoked, or with the key that made
    it.
    """
    _check_maker()
    asked = WebhookLinkRequest.model_validate(json_body())
    me, ctx = caller(), context()
    if not me.sees_all(tuple(asked.restaurants)):
        raise Forbidden("This key is for certain restaurants: a link of its own names some of them, and no other.")
    code = new_secret()
    wanted = WebhookLink(
        id=new_id("link"),
        tenant=me.tenant,
        restaurants=tuple(asked.restaurants),
        frame_origins=tuple(asked.frame_origins),
        session_s=asked.session_s,
        key_id=me.key_id,
        token_digest=entry().token_digest,
    )
    made = ctx.links.create(wanted, secret_digest(code), open_s=asked.open_s)
    body = link_dict(made) | {"url": f"{link(f'/embed/{made.id}/')}#{code}"}
    return json_response(body, 201, {"Location": link(f"/v1/webhook-links/{made.id}")})


@blueprint.get("")
@operation(
    "List links to webhooks",
    scope=Scope.WEBHOOKS_MANAGE,
    answers={200: WebhookLinkList, 422: ProblemAnswer, **AWAY},
    query=PAGES,
)
def list_links() -> Response:
    """Links that can be opened or whose sessions last, those first that end last; never what opens them."""
    _check_maker()
    page = context().links.page(tenant(), _mine, size=page_size(), before=place())
    return json_response({"links": [link_dict(each) for each in page.found], "next_page_token": token_of(page.next)})


@blueprint.get("/<link_id>")
@operation("Get a link to webhooks", scope=Scope.WEBHOOKS_MANAGE, answers={200: WebhookLinkAnswer, **MISSING})
def get_link(link_id: str) -> Response:
    """The link, never what opens it."""
    _check_maker()
    found = context().links.look_up(link_id)
    if found is None or found.tenant != tenant() or not _mine(found):
        raise NotFound(UNKNOWN)
    return json_response(link_dict(found))


@blueprint.delete("/<link_id>")
@operation("Revoke a link to webhooks", scope=Scope.WEBHOOKS_MANAGE, answers={204: None, **MISSING})
def revoke_link(link_id: str) -> Response:
    """Neither it nor what it has opened is good any more, within five seconds everywhere.

    The endpoints that its session made or changed stay as they are. `GET /v1/audit` names them: entries with the link's
    id as `key_id` have theirs as `endpoint_id`.
    """
    _check_maker()
    context().links.revoke(tenant(), link_id, _mine)
    return Response(status=204)


# What this needs is no key but the code: whoever shows it once is let in.
@blueprint.post("/<link_id>/open")
@operation(
    "Open a link to webhooks",
    scope=None,
    body=WebhookLinkOpening,
    answers={200: WebhookLinkSession, 403: ProblemAnswer, **BODY, **MISSING},
)
def open_link(link_id: str) -> Response:
    """Once: the answer has the token that lists, makes, changes, tries and deletes the endpoints of the link's
    restaurants, and sends their deliveries again, until `expires_at`."""
    asked = WebhookLinkOpening.model_validate(json_body())
    secret = new_secret()
    opened = context().link_sessions.open(link_id, asked.code, secret)
    g.caller = caller_of(opened)
    body = {
        "token": session_token(opened.id, secret),
        "restaurants": opened.restaurants,
        "expires_at": rfc3339(opened.ends_at),
    }
    return json_response(body)


def link_dict(found: WebhookLink) -> dict[str, Any]:
    """The link as `WebhookLinkAnswer` describes it."""
    return {
        "id": found.id,
        "restaurants": found.restaurants,
        "frame_origins": found.frame_origins,
        "session_s": found.session_s,
        "key_id": found.key_id,
        "created_at": rfc3339(found.created_at),
        "opened_at": rfc3339(found.opened_at),
        "expires_at": rfc3339(found.ends_at),
    }


def _check_maker() -> None:
    """Raises Forbidden for who came by a link: it would never end."""
    if caller().by_link:
        raise Forbidden("A link to webhooks neither makes nor shows links.")


def _mine(found: WebhookLink) -> bool:
    return caller().sees_all(found.restaurants)
