"""How long each request takes, for Prometheus and, in `Server-Timing`, for whoever asked."""

import re
import time

from flask import Flask, Response, g, has_request_context, request

from telemetry.meter import Meter
from telemetry.metric import HTTP_REQUESTS, HTTP_SECONDS, STAGE_SECONDS
from telemetry.traces import NO_SPAN, Span

_CONVERTER = re.compile(r"<\w+:")
#: Where jobs and batches come in.
_ACCEPTS = frozenset({"/v1/jobs", "/v1/batches", "/api/"})
#: Methods that are told by name: any other is anybody's invention.
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


def register(app: Flask, meter: Meter) -> None:
    """Measure every request of `app`, from before anything is asked until its answer is ready; of a stream, until it
    begins."""

    def ended(response: Response) -> Response:
        # Without it the request was refused before it began, for its path or its method.
        seconds = time.perf_counter() - g.get("measured_from", time.perf_counter())
        response.headers["Server-Timing"] = _timing(seconds)
        rule = route()
        method = request.method if request.method in _METHODS else "other"
        meter.count(HTTP_REQUESTS, method, rule, str(response.status_code))
        place = current_span().place
        meter.observe(HTTP_SECONDS, seconds, method, rule, place=place)
        if rule in _ACCEPTS and method == "POST" and response.status_code < 300:
            meter.observe(STAGE_SECONDS, max(0.0, seconds - g.get("waited_s", 0.0)), "accept", place=place)
        return response

    app.before_request(_began)
    app.after_request(ended)


def route() -> str:
    """The rule of the request's address, not the address: what clients put into that is theirs."""
    return _CONVERTER.sub("<", request.url_rule.rule) if request.url_rule is not None else "none"


def current_span() -> Span:
    """The span of the current request; without traces, one that is none."""
    span = g.get("span", NO_SPAN) if has_request_context() else NO_SPAN
    assert isinstance(span, Span)
    return span


def admitted() -> None:
    """The caller is known, and may come in."""
    g.admitted_s = time.perf_counter() - g.measured_from


def waited(seconds: float) -> None:
    """So much of the request, if there is one, was spent waiting for a job's end."""
    if has_request_context():
        g.waited_s = g.get("waited_s", 0.0) + seconds


def _began() -> None:
    g.measured_from = time.perf_counter()


def _timing(seconds: float) -> str:
    """Parts in milliseconds that add up: who asks, waiting for the end of a job, and everything else."""
    gate, wait = g.get("admitted_s", 0.0), g.get("waited_s", 0.0)
    app = max(0.0, seconds - gate - wait)
    shown = {"gate": gate, "wait": wait, "app": app, "total": gate + wait + app}
    return ", ".join(f"{name};dur={1000 * value:.2f}" for name, value in shown.items())
