"""What the clients send again when an answer was lost: both the same, and nothing that would be done twice."""

import json
import re
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from kritiq_client import (
    Conflict,
    Core,
    NotFound,
    batch_calls,
    erasure_calls,
    feedback_calls,
    file_calls,
    job_calls,
    key_calls,
    link_calls,
    model_calls,
    operation_calls,
    retraining_calls,
    webhook_calls,
)
from kritiq_client.errors import ApiError, TransportError
from kritiq_client.retrying import worth_repeating
from kritiq_client.steps import Open, Request, Send
from tests.unit.client.shells import Both, Script, answer, problem

TYPESCRIPT = Path(__file__).parents[3] / "client-ts" / "src" / "repeats.ts"
#: Calls of the operator's pages and of the old service, which the Python client has not.
ELSEWHERE = {"/api/", "/v1/session", "/v1/webhook-links/{link_id}/open"}
Flow = Generator[Any, Any, Any]
#: For each path that takes a POST, a call that makes one.
CALLS: dict[str, Callable[[Core], Flow]] = {
    "/v1/batches": lambda core: batch_calls.submit_batch(core, ["Gut."]),
    "/v1/batches/{batch_id}/cancel": lambda core: batch_calls.cancel_batch(core, "b"),
    "/v1/batches/{batch_id}/lines/{line}/feedback": lambda core: feedback_calls.give_line_feedback(
        core, "b", 1, sentence=0, aspect="food", polarity="none"
    ),
    "/v1/batches/{batch_id}/retry": lambda core: batch_calls.retry_batch(core, "b"),
    "/v1/deliveries/{delivery_id}/replay": lambda core: webhook_calls.replay_delivery(core, "d"),
    "/v1/endpoints": lambda core: webhook_calls.add_endpoint(core, "https://a.test"),
    "/v1/endpoints/{endpoint_id}/enable": lambda core: webhook_calls.enable_endpoint(core, "e"),
    "/v1/endpoints/{endpoint_id}/ping": lambda core: webhook_calls.ping_endpoint(core, "e"),
    "/v1/endpoints/{endpoint_id}/recover": lambda core: webhook_calls.recover_endpoint(
        core, "e", since=datetime.now(UTC)
    ),
    "/v1/endpoints/{endpoint_id}/rotate": lambda core: webhook_calls.rotate_endpoint(core, "e"),
    "/v1/erasures": lambda core: erasure_calls.erase(core, restaurant="r"),
    "/v1/exports": lambda core: erasure_calls.export(core, restaurant="r"),
    "/v1/files": lambda core: file_calls.upload_file(core, b"{}"),
    "/v1/jobs": lambda core: job_calls.submit(core, "Gut."),
    "/v1/jobs/{job_id}/cancel": lambda core: job_calls.cancel(core, "j"),
    "/v1/jobs/{job_id}/feedback": lambda core: feedback_calls.give_feedback(
        core, "j", sentence=0, aspect="food", polarity="none"
    ),
    "/v1/jobs/{job_id}/retry": lambda core: job_calls.retry(core, "j"),
    "/v1/keys": lambda core: key_calls.make_key(core, ["jobs:read"]),
    "/v1/keys/{key_id}/rotate": lambda core: key_calls.rotate_key(core, "k"),
    "/v1/models/{alias_id}": lambda core: model_calls.move_alias(core, "a", "m/1", revision=0),
    "/v1/models/{name}/load": lambda core: operation_calls.load_model(core, "m/1"),
    "/v1/models/{name}/unload": lambda core: operation_calls.unload_model(core, "m/1"),
    "/v1/retrainings": lambda core: retraining_calls.retrain(core, "m/1", tenants=["t"]),
    "/v1/retrainings/{retraining_id}/cancel": lambda core: retraining_calls.cancel_retraining(core, "r"),
    "/v1/webhook-links": lambda core: link_calls.make_webhook_link(core, restaurants=["r"]),
    "/v1/webhook-secret": lambda core: webhook_calls.rotate_webhook_secret(core),
}


def in_typescript() -> dict[str, str]:
    """Path -> `key`, `again` or `once`."""
    return dict(re.findall(r'^  "(/[^"]*)": "(key|again|once)",$', TYPESCRIPT.read_text(), re.MULTILINE))


def first(flow: Flow) -> Request:
    step = next(flow)
    assert isinstance(step, Send | Open)
    return step.request


def test_there_is_a_call_for_each() -> None:
    assert {*CALLS} == {*in_typescript()} - ELSEWHERE


@pytest.mark.parametrize("path", CALLS)
def test_both_clients_send_the_same_again(path: str) -> None:
    request = first(CALLS[path](Core()))
    assert request.method == "POST"
    assert re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.path)
    again = {worth_repeating(each, request) for each in (TransportError("It broke off.", sent=True), away())}
    assert again == {in_typescript()[path] != "once"}
    assert ("idempotency-key" in request.headers) == (in_typescript()[path] == "key")


def away() -> ApiError:
    return ApiError(status=503, code="unavailable", detail="", errors=[], retry_after=None)


LOST = httpx.ReadError("It broke off.")
MOVED = {"alias": "candidate", "revision": 3, "versions": {"a/2": 100}, "shadow": None}


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_an_alias_that_an_earlier_try_has_moved_is_moved(kind: str) -> None:
    there = answer(200, {"models": [], "aliases": [{**MOVED, "alias": "default"}, MOVED]})
    script = Script(LOST, problem(409, "alias-moved"), there)
    moved = Both(kind, script).move_alias("candidate", "a/2", revision=2)
    assert (moved.name, moved.revision, moved.versions) == ("candidate", 3, {"a/2": 100})
    assert [(each.method, each.url.path) for each in script.asked] == [
        ("POST", "/v1/models/candidate"), ("POST", "/v1/models/candidate"), ("GET", "/v1/models"),
    ]  # fmt: skip


def test_an_alias_that_an_earlier_try_has_made_anew_begins_behind_those_that_were_deleted() -> None:
    there = answer(200, {"models": [], "aliases": [MOVED]})
    made = Both("sync", Script(LOST, problem(409, "alias-moved"), there)).move_alias("candidate", "a/2", revision=0)
    assert made.revision == 3
    with pytest.raises(Conflict):
        Both("sync", Script(LOST, problem(409, "alias-moved"), there)).move_alias("candidate", "a/1", revision=0)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_an_alias_that_an_earlier_try_has_deleted_is_deleted(kind: str) -> None:
    script = Script(LOST, problem(404, "not-found"))
    Both(kind, script).delete_alias("candidate", revision=2)
    assert [(each.method, str(each.url.query)) for each in script.asked] == [("DELETE", "b'revision=2'")] * 2
    with pytest.raises(NotFound):
        Both(kind, Script(problem(404, "not-found"))).delete_alias("candidate", revision=2)


@pytest.mark.parametrize("other", [{"revision": 4}, {"versions": {"a/1": 100}}, {"shadow": "a/1"}, {"alias": "b"}])
def test_one_that_somebody_else_has_moved_is_not(other: dict[str, Any]) -> None:
    there = answer(200, {"models": [], "aliases": [MOVED | other]})
    with pytest.raises(Conflict):
        Both("sync", Script(LOST, problem(409, "alias-moved"), there)).move_alias("candidate", "a/2", revision=2)


def test_what_is_compared_of_a_split_goes_with_it() -> None:
    script = Script(answer(200, {**MOVED, "versions": {"a/1": 9, "a/2": 1}, "compare": 5}))
    moved = Both("sync", script).move_alias("candidate", {"a/1": 9, "a/2": 1}, revision=2, compare=5)
    assert moved.compare == 5
    assert json.loads(script.asked[0].content) == {"revision": 2, "split": {"a/1": 9, "a/2": 1}, "compare": 5}
