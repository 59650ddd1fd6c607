"""A span for each request, in the caller's trace if it names one; what the request makes goes on from there."""

from flask import Flask, Response, g, request

from api.http.measures import current_span, route
from api.http.request_log import QUIET, ids_of
from telemetry.traces import HEADERS, Tracer, carried


def register(app: Flask, tracer: Tracer) -> None:
    """Trace every request of `app` but those that only look after it, until its answer is ready; of a stream, until it
    begins. To be registered first, so that what others do with a request is within."""

    def began() -> None:
        if request.path not in QUIET:
            named = {name: request.headers.get(name) for name in HEADERS}
            g.span = tracer.begin(request.method, kind="server", parent=carried(named))

    def ended(response: Response) -> Response:
        span = current_span()
        span.name(f"{request.method} {route()}")
        about = {f"kritiq.{name}": value for name, value in ids_of(response).items()}
        span.tell({"http.request.method": request.method, "http.route": route(), **about})
        span.tell({"http.response.status_code": response.status_code})
        if response.status_code >= 500:
            span.fail(str(response.status_code))
        span.end()
        return response

    if tracer.on:
        app.before_request(began)
        app.after_request(ended)
