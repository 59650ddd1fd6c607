"""Each attempt to send a webhook is a span in its job's trace, and the receiver is told of it."""

import pytest
import redis

from telemetry.traces import carried
from tests.integration.webhooks.receivers import OK, receiver, says
from tests.support.http import headers_and_body
from tests.support.post import Post
from tests.support.spans import CALLER, CALLERS_TRACE, Spans, id_of, parent_of, trace_of
from worker.delivery.deliverer import Deliverer
from worker.delivery.sender import trust

PLACE = carried(CALLER)


@pytest.fixture
def spans() -> Spans:
    return Spans()


@pytest.fixture
def post(redis_client: redis.Redis, spans: Spans) -> Post:
    """Its deliverer traces."""
    found = Post(redis_client)
    found.deliverer = Deliverer(found.deliveries, policy=found.policy, tls=trust(), tracer=spans.tracer)
    return found


def test_attempts_over_hours_are_one_trace_and_the_receiver_goes_on_from_each(post: Post, spans: Spans) -> None:
    answers = [b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", OK]
    with receiver(lambda sock: sock.sendall(answers.pop(0))) as hook:
        endpoint = post.endpoint(f"http://127.0.0.1:{hook.port}/")
        job = post.end_job(trace=PLACE)
        post.turn()
        post.wait()
        post.turn()
    attempts = spans.named("webhook job.succeeded")
    assert {trace_of(span) for span in attempts} == {CALLERS_TRACE}
    assert {parent_of(span) for span in attempts} == {int("b7ad6b7169203331", 16)}
    told = [span.attributes or {} for span in attempts]
    assert [(of["kritiq.attempt"], of["http.response.status_code"], of.get("error.type")) for of in told] == [
        (1, 503, "http_status"), (2, 200, None),
    ]  # fmt: skip
    assert {(of["kritiq.job_id"], of["kritiq.endpoint_id"]) for of in told} == {(job, endpoint.id)}
    came = [headers_and_body(request)[0] for request in hook.requests]
    assert [found["traceparent"] for found in came] == [
        f"00-{CALLERS_TRACE:032x}-{id_of(span):016x}-01" for span in attempts
    ]
    assert {found["tracestate"] for found in came} == {"shop=7"}


def test_a_receiver_that_is_not_there_is_told_as_that(post: Post, spans: Spans) -> None:
    post.endpoint()
    post.end_job(trace=PLACE)
    post.turn()
    assert (spans.one("webhook job.succeeded").attributes or {})["error.type"] == "connect_error"


def test_what_is_told_after_its_time_is_in_the_same_trace(post: Post, spans: Spans) -> None:
    with receiver(says(OK)) as hook:
        post.endpoint(f"http://127.0.0.1:{hook.port}/")
        post.end_job(trace=PLACE, ttl_ms=1)
        post.jobs.reconcile()
        post.turn()
    assert trace_of(spans.one("webhook job.succeeded")) == CALLERS_TRACE


def test_without_a_tracer_a_receiver_is_told_of_no_trace(redis_client: redis.Redis) -> None:
    post = Post(redis_client)
    with receiver(says(OK)) as hook:
        post.endpoint(f"http://127.0.0.1:{hook.port}/")
        post.end_job(trace=PLACE)
        post.turn()
    assert not {"traceparent", "tracestate"} & headers_and_body(hook.requests[0])[0].keys()
