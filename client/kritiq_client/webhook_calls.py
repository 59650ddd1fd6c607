"""Every call about webhook endpoints and deliveries, as flows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kritiq_client.batch_answers import Batch
from kritiq_client.exchange import ask
from kritiq_client.job_answers import Job
from kritiq_client.job_calls import JSON, paged, remove, wishes
from kritiq_client.named import in_path
from kritiq_client.retrying import Core
from kritiq_client.reviews import encode
from kritiq_client.steps import Flow, Request, Stream
from kritiq_client.webhook_answers import Delivery, Endpoint, Endpoints, Recovered, Secret


def add_endpoint(
    core: Core,
    url: str,
    *,
    events: Sequence[str] | None = None,
    restaurants: Sequence[str] | None = None,
    description: str | None = None,
    include_text: bool | None = None,
    progress_lines: int | None = None,
    lines_per_event: int | None = None,
    signature: str | None = None,
) -> Flow[Endpoint]:
    """Tell `url` of events; with `restaurants`, of these alone. The answer's `secret` is shown this once.

    Raises Invalid, Forbidden, Conflict.
    """
    body = _members(url, events, restaurants, description, include_text, progress_lines, lines_per_event) | {
        "signature": signature
    }
    return (yield from ask(core, _request("POST", "/v1/endpoints", body), Endpoint))


def endpoints(core: Core) -> Flow[tuple[Endpoint, ...]]:
    """All endpoints, oldest first, without their health."""
    found = yield from ask(core, Request(method="GET", path="/v1/endpoints"), Endpoints)
    return found.endpoints


def get_endpoint(core: Core, endpoint_id: str | Endpoint) -> Flow[Endpoint]:
    """The endpoint and its health. Raises NotFound."""
    return (yield from ask(core, Request(method="GET", path=_endpoint(endpoint_id)), Endpoint))


def change_endpoint(
    core: Core,
    endpoint_id: str | Endpoint,
    *,
    url: str | None = None,
    events: Sequence[str] | None = None,
    restaurants: Sequence[str] | None = None,
    description: str | None = None,
    include_text: bool | None = None,
    progress_lines: int | None = None,
    lines_per_event: int | None = None,
    enabled: bool | None = None,
) -> Flow[Endpoint]:
    """Change what is given. Raises Invalid, NotFound, Conflict."""
    body = _members(url, events, restaurants, description, include_text, progress_lines, lines_per_event) | {
        "enabled": enabled
    }
    return (yield from ask(core, _request("PATCH", _endpoint(endpoint_id), body, repeatable=True), Endpoint))


def delete_endpoint(core: Core, endpoint_id: str | Endpoint) -> Flow[None]:
    """Nothing more is sent to it. Raises NotFound."""
    yield from remove(core, _endpoint(endpoint_id))


def enable_endpoint(core: Core, endpoint_id: str | Endpoint) -> Flow[Endpoint]:
    """Send again, and forget past failures. Raises NotFound, Conflict."""
    return (yield from ask(core, Request(method="POST", path=_endpoint(endpoint_id) + "/enable"), Endpoint))


def ping_endpoint(core: Core, endpoint_id: str | Endpoint) -> Flow[Delivery]:
    """Send an `endpoint.ping` once. Raises NotFound, Conflict."""
    request = Request(method="POST", path=_endpoint(endpoint_id) + "/ping", repeatable=False)
    return (yield from ask(core, request, Delivery))


def rotate_endpoint(core: Core, endpoint_id: str | Endpoint, *, grace_s: int | None = None) -> Flow[Endpoint]:
    """A fresh `secret`, shown this once; both sign for `grace_s` seconds. Raises NotFound, Invalid."""
    body = {"grace_seconds": grace_s}
    return (yield from ask(core, _request("POST", _endpoint(endpoint_id) + "/rotate", body), Endpoint))


def recover_endpoint(
    core: Core, endpoint_id: str | Endpoint, *, since: datetime, until: datetime | None = None
) -> Flow[int]:
    """Send again what the endpoint missed since then, and until then; how many. Repeating is harmless.

    Both have a time zone. Raises NotFound, Conflict, Invalid.
    """
    body = {"since": since.isoformat(), "until": until.isoformat() if until is not None else None}
    request = _request("POST", _endpoint(endpoint_id) + "/recover", body, repeatable=True)
    return (yield from ask(core, request, Recovered)).recovered


def rotate_webhook_secret(core: Core, *, grace_s: int | None = None) -> Flow[str]:
    """A fresh secret for the webhooks of single jobs, shown this once."""
    request = _request("POST", "/v1/webhook-secret", {"grace_seconds": grace_s})
    return (yield from ask(core, request, Secret)).secret


def deliveries(
    core: Core,
    *,
    status: str | None = None,
    endpoint: str | Endpoint | None = None,
    job: str | Job | Batch | None = None,
    page_size: int = 100,
) -> Stream[Delivery]:
    """Deliveries of the last 30 days (or as the operator set it), newest first, without their logs."""
    params = wishes(status=status, endpoint=endpoint, job=job, page_size=page_size)
    yield from paged(core, "/v1/deliveries", params, "deliveries", Delivery)
    return Delivery


def get_delivery(core: Core, delivery_id: str | Delivery) -> Flow[Delivery]:
    """The delivery with the log of its attempts. Raises NotFound."""
    return (yield from ask(core, Request(method="GET", path=_delivery(delivery_id)), Delivery))


def replay_delivery(core: Core, delivery_id: str | Delivery) -> Flow[Delivery]:
    """One more attempt at once, under the same `webhook-id`. Raises NotFound, Gone, Conflict."""
    request = Request(method="POST", path=_delivery(delivery_id) + "/replay", repeatable=False)
    return (yield from ask(core, request, Delivery))


def _members(
    url: str | None,
    events: Sequence[str] | None,
    restaurants: Sequence[str] | None,
    description: str | None,
    include_text: bool | None,
    progress_lines: int | None,
    lines_per_event: int | None,
) -> dict[str, Any]:
    """What can be set when an endpoint is added as well as when it is changed."""
    return {
        "url": url,
        "events": list(events) if events is not None else None,
        "restaurants": list(restaurants) if restaurants is not None else None,
        "description": description,
        "include_text": include_text,
        "progress_lines": progress_lines,
        "lines_per_event": lines_per_event,
    }


def _request(method: str, path: str, members: dict[str, Any], *, repeatable: bool = False) -> Request:
    body = encode({name: value for name, value in members.items() if value is not None})
    return Request(method=method, path=path, headers={"content-type": JSON}, body=body, repeatable=repeatable)


def _endpoint(endpoint_id: str | Endpoint) -> str:
    return f"/v1/endpoints/{in_path(endpoint_id)}"


def _delivery(delivery_id: str | Delivery) -> str:
    return f"/v1/deliveries/{in_path(delivery_id)}"
