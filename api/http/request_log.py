"""One log line for each request: method, route, status, milliseconds, and the ids of what it was about."""

import logging
import time
from urllib.parse import unquote

from flask import Flask, Response, g, request

from api.http.measures import route
from telemetry.traces import trace_id

log = logging.getLogger(__name__)

#: Asked every few seconds by whoever looks after the process: said only when all is said.
QUIET = frozenset({"/livez", "/readyz", "/metrics"})
#: The console's own files, dozens for each page that is opened: the same, unless one is refused.
FILES = "/console/static/"
#: What a new address begins with -> which id follows.
_MADE = {
    "/v1/jobs": "job_id",
    "/v1/batches": "batch_id",
    "/v1/files": "file_id",
    "/v1/endpoints": "endpoint_id",
    "/v1/keys": "key_id",
    "/v1/webhook-links": "link_id",
    "/v1/erasures": "erasure_id",
    "/v1/retrainings": "retraining_id",
    "/v1/operations": "operation_id",
}
#: Characters of a path that leads nowhere.
_MOST = 200


def register(app: Flask) -> None:
    """Log every request of `app` when its answer is ready to be sent; of a stream, when it begins."""
    app.after_request(_ended)


def _ended(response: Response) -> Response:
    quiet = request.path in QUIET or (request.path.startswith(FILES) and response.status_code < 400)
    level = logging.DEBUG if quiet else logging.INFO
    if log.isEnabledFor(level):
        log.log(level, "request", extra=_fields(response))
    return response


def _fields(response: Response) -> dict[str, object]:
    fields: dict[str, object] = {"method": request.method, "status": response.status_code}
    if request.url_rule is not None:
        # The rule, not the path: what a client puts into a path, such as a restaurant's name, is its own.
        fields["route"] = route()
    else:
        fields["path"] = request.path[:_MOST]
    if (caller := g.get("caller")) is not None:
        fields["tenant"] = caller.tenant
    # Without it the request was refused before it began, for its path or its method.
    if (began := g.get("measured_from")) is not None:
        fields["ms"] = round((time.perf_counter() - began) * 1000, 1)
    if (span := g.get("span")) is not None:
        fields["trace_id"] = trace_id(span.place)
    return fields | ids_of(response)


def ids_of(response: Response) -> dict[str, str]:
    """What the current request was about, by kind: `job_id` and so on."""
    found = {name: str(value)[:_MOST] for name, value in (request.view_args or {}).items() if name.endswith("_id")}
    # A job's own id is encoded once more in its address.
    kind, _, made = response.headers.get("Location", "").rpartition("/")
    # Before it may stand the public address.
    if (what := _MADE.get(kind[kind.rfind("/v1/") :])) is not None:
        found.setdefault(what, unquote(made))
    return found
