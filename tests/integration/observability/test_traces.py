"""Whoever collects traces sees one review pass through all processes, from the POST to the webhook."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import redis
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.integration.observability.conftest import KEY
from tests.integration.webhooks.receivers import OK, receiver, says
from tests.support.factories import REVIEW
from tests.support.processes import Api, Process, start_worker
from tests.support.redis_server import RedisServer
from tests.support.spans import CALLER, CALLERS_TRACE
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

TRACE = CALLERS_TRACE.to_bytes(16)


class Collector:
    """Takes OTLP over HTTP, and keeps the spans of one trace by the process that sent them."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, Span]] = []
        kept = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/v1/traces":
                    kept.keep(ExportTraceServiceRequest.FromString(body))
                self.send_response(200 if self.path == "/v1/traces" else 404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def keep(self, sent: ExportTraceServiceRequest) -> None:
        for of in sent.resource_spans:
            about = {attribute.key: attribute.value.string_value for attribute in of.resource.attributes}
            for scope in of.scope_spans:
                self.spans += [(about["service.name"], span) for span in scope.spans if span.trace_id == TRACE]

    @property
    def names(self) -> list[str]:
        return sorted(f"{process}: {span.name}" for process, span in self.spans)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def stack(redis_server: RedisServer, redis_client: redis.Redis) -> Iterator[tuple[Api, Collector]]:
    """Over an empty Redis: where there are keys of others, the API wants one."""
    with ExitStack() as found:
        collector = found.enter_context(closing(Collector()))
        worker = start_worker(redis_server.url, otlp_endpoint=collector.url)
        env = {
            "KRITIQ_REDIS_URL": redis_server.url, "KRITIQ_SECRET_KEYS": KEY, "KRITIQ_WEBHOOK_ALLOW_INSECURE": "1",
            "KRITIQ_OTLP_ENDPOINT": collector.url,
        }  # fmt: skip
        delivery = Process("delivery", env=env)
        api = Api(redis_server.url, secret_keys=KEY, webhook_allow_insecure="1", otlp_endpoint=collector.url)
        for each in (worker, delivery, api):
            found.callback(each.close)
        yield api.wait(), collector


def test_a_collector_sees_one_trace_from_the_post_to_the_webhook(stack: tuple[Api, Collector]) -> None:
    api, collector = stack
    with receiver(says(OK)) as hook:
        made = api.http.post("/v1/endpoints", json={"url": f"http://127.0.0.1:{hook.port}/"})
        assert made.status_code == 201, made.text
        sent = api.http.post("/v1/jobs", json={"text": REVIEW}, headers=CALLER)
        assert sent.status_code == 202, sent.text
        wait_for(lambda: hook.requests, "the webhook", deadline_s=120, explain=lambda: str(api.job(sent.json()["id"])))
        steps = [
            "kritiq-api: POST /v1/jobs", "kritiq-delivery: webhook job.succeeded", "kritiq-worker: attempt",
            "kritiq-worker: batch", "kritiq-worker: infer", "kritiq-worker: queue", "kritiq-worker: store",
            "kritiq-worker: tokenize", "kritiq-worker: wait",
        ]  # fmt: skip
        wait_for(lambda: collector.names == steps, "the whole trace", explain=lambda: str(collector.names))
    by_name = {span.name: span for _, span in collector.spans}
    post = by_name["POST /v1/jobs"]
    assert post.parent_span_id.hex() == CALLER["traceparent"].split("-")[2]
    assert {by_name[name].parent_span_id for name in ("queue", "attempt", "webhook job.succeeded")} == {post.span_id}
    assert {span.trace_state for _, span in collector.spans} == {CALLER["tracestate"]}
    assert by_name["webhook job.succeeded"].span_id.hex() in hook.requests[0].decode("latin-1")
