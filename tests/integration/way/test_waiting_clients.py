"""Who waits for a job holds a connection and no thread: hundreds wait on an API that has two, and none is refused."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import BinaryIO

import pytest

from api.http.pauses import LOOK_AGAIN_S
from store import keys
from store.jobs import RedisStore
from tests.support.factories import FakePredictor, claim
from tests.support.processes import Api
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for
from worker.predict.pipeline import Pipeline

pytestmark = pytest.mark.integration

#: Many times the threads of the API.
CLIENTS = 300


@pytest.fixture
def judge(quiet_broker: RedisServer) -> Iterator[Callable[[], int]]:
    """Judges what waits, as a worker would; how many there were. Nothing waits yet."""
    with quiet_broker.client() as client:
        client.flushall()
        store, pipeline = RedisStore(client), Pipeline(FakePredictor().as_predictor())

        def work() -> int:
            claims = claim(store, jobs=1_000)
            store.complete(pipeline.judge(pipeline.prepare(claims)))
            return len(claims)

        yield work


def asking(api: Api, stack: ExitStack, method: str, path: str, body: object = None, **headers: str) -> socket.socket:
    """A connection that has sent a request and reads nothing yet."""
    client = stack.enter_context(socket.create_connection(("127.0.0.1", api.port), timeout=60))
    data = b"" if body is None else json.dumps(body).encode()
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(data)}"]
    head += ["Content-Type: application/json", *(f"{name}: {value}" for name, value in headers.items())]
    client.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + data)
    return client


def submitting(api: Api, stack: ExitStack, text: str = "Das Essen war gut.") -> socket.socket:
    return asking(api, stack, "POST", "/v1/jobs", {"text": text}, Prefer="wait=30")


def answered(reader: BinaryIO) -> tuple[str, bytes]:
    """Head and body of the next answer, which has a length."""
    head = "".join(iter(lambda: reader.readline().decode(), "\r\n")).lower()
    found = re.search(r"content-length: (\d+)", head)
    assert found, head
    return head, reader.read(int(found[1]))


def waited(api: Api) -> int:
    """The status that a client gets who would wait for a moment."""
    return api.http.post("/v1/jobs", json={"text": "Gut."}, headers={"Prefer": "wait=1"}).status_code


def come(quiet_broker: RedisServer, jobs: int) -> None:
    """Until so many jobs wait for a worker."""
    with quiet_broker.client() as client:
        store = RedisStore(client)
        wait_for(lambda: sum(store.backlog().waiting_jobs.values()) >= jobs, f"{jobs} jobs wait")


def test_hundreds_wait_on_two_threads_and_all_are_answered(
    narrow_api: Api, quiet_broker: RedisServer, judge: Callable[[], int]
) -> None:
    with ExitStack() as stack:
        clients = [submitting(narrow_api, stack) for _ in range(CLIENTS)]
        come(quiet_broker, CLIENTS)
        assert narrow_api.http.get("/livez").status_code == 200
        while judge():
            pass
        for client in clients:
            head, body = answered(client.makefile("rb"))
            assert head.startswith("http/1.1 200 ")
            assert "preference-applied: wait=30" in head
            assert json.loads(body)["status"] == "succeeded"


def test_a_client_that_has_gone_leaves_its_place(quiet_broker: RedisServer, judge: Callable[[], int]) -> None:
    few = Api(quiet_broker.url, api_threads="2", max_waiting="1")
    try:
        few.wait()
        with ExitStack() as stack:
            submitting(few, stack)
            come(quiet_broker, 1)
            assert waited(few) == 503
        wait_for(lambda: waited(few) == 202, "the place is free again")
        assert judge() > 1
    finally:
        few.close()


def test_a_request_behind_one_that_waits_is_answered_after_it(narrow_api: Api, judge: Callable[[], int]) -> None:
    with ExitStack() as stack:
        client = submitting(narrow_api, stack)
        client.sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        wait_for(judge, "the job is there")
        reader = client.makefile("rb")
        head, body = answered(reader)
        assert head.startswith("http/1.1 200 ")
        assert json.loads(body)["status"] == "succeeded"
        assert answered(reader)[1] == b'{"status":"ok"}\n'


def test_what_happens_while_a_client_waits_is_its_answer(
    narrow_api: Api, quiet_broker: RedisServer, judge: Callable[[], int]
) -> None:
    job_id = narrow_api.submit("Der Kellner war freundlich.")
    with ExitStack() as stack:
        client = asking(narrow_api, stack, "GET", f"/v1/jobs/{job_id}?wait=30")
        with quiet_broker.client() as redis:
            wait_for(lambda: redis.pubsub_channels(keys.CHANGES(job_id)), "it is listened for the end")
        # Well before it would look by itself.
        client.settimeout(LOOK_AGAIN_S / 2)
        assert narrow_api.http.delete(f"/v1/jobs/{job_id}").status_code == 204
        head, body = answered(client.makefile("rb"))
        assert head.startswith("http/1.1 410 ")
        assert json.loads(body)["code"] == "gone"
        assert "server-timing: gate" in head
    judge()


def test_streams_hold_no_thread_either(narrow_api: Api, judge: Callable[[], int]) -> None:
    job_id = narrow_api.submit("Der Wein war sauer.")
    with ExitStack() as stack:
        clients = [asking(narrow_api, stack, "GET", f"/v1/jobs/{job_id}/events") for _ in range(20)]
        for client in clients:
            assert b"200 OK" in client.recv(65_536)
        assert narrow_api.http.get("/livez").status_code == 200
        wait_for(judge, "the job is there")
        for client in clients:
            heard = b""
            while b"event: end" not in heard:
                heard += (more := client.recv(65_536))
                assert more, heard
            assert b'"status":"succeeded"' in heard
