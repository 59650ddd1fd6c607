"""Every call about links to webhooks, as flows."""

from collections.abc import Sequence
from typing import Any

from kritiq_client.exchange import ask
from kritiq_client.job_calls import JSON, paged, remove, wishes
from kritiq_client.link_answers import WebhookLink
from kritiq_client.named import in_path
from kritiq_client.retrying import Core
from kritiq_client.reviews import encode
from kritiq_client.steps import Flow, Request, Stream


def make_webhook_link(
    core: Core,
    restaurants: Sequence[str],
    *,
    frame_origins: Sequence[str] = (),
    open_s: int | None = None,
    session_s: int | None = None,
) -> Flow[WebhookLink]:
    """A link that shows the endpoints and deliveries of these restaurants, once, to whoever has it, without a key.

    Its `url` is shown this once: a path where the service does not know its own address. Raises Invalid, Forbidden for
    other restaurants than the key's, Conflict when there are too many.
    """
    members: dict[str, Any] = {
        "restaurants": list(restaurants), "frame_origins": list(frame_origins), "open_s": open_s, "session_s": session_s
    }  # fmt: skip
    body = encode({name: value for name, value in members.items() if value is not None})
    request = Request(
        method="POST", path="/v1/webhook-links", headers={"content-type": JSON}, body=body, repeatable=False
    )
    return (yield from ask(core, request, WebhookLink))


def webhook_links(core: Core, *, page_size: int = 100) -> Stream[WebhookLink]:
    """Links that can be opened, or whose sessions last, those first that end last; never what opens them."""
    yield from paged(core, "/v1/webhook-links", wishes(page_size=page_size), "links", WebhookLink)
    return WebhookLink


def get_webhook_link(core: Core, link_id: str | WebhookLink) -> Flow[WebhookLink]:
    """The link, never what opens it. Raises NotFound."""
    return (yield from ask(core, Request(method="GET", path=_path(link_id)), WebhookLink))


def revoke_webhook_link(core: Core, link_id: str | WebhookLink) -> Flow[None]:
    """Neither it nor what it has opened is good any more, within five seconds everywhere. Raises NotFound."""
    yield from remove(core, _path(link_id))


def _path(link_id: str | WebhookLink) -> str:
    return f"/v1/webhook-links/{in_path(link_id)}"
