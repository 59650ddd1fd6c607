"""Retrainings by either client."""

import json
from typing import Any

import httpx
import pytest

from kritiq_client import Retraining
from tests.unit.client.shells import Both, Pieces, Script

QUEUED = {
    "id": "retrain_1", "status": "queued", "model": "production", "base": "mini/1", "tenants": ["acme"],
    "alias": "production", "rollout": None, "options": {}, "created_at": "2026-11-29T10:00:00Z", "finished_at": None,
    "cancel_requested": False, "progress": None, "result": None, "error": None,
    "links": {"self": "/v1/retrainings/retrain_1", "events": "/v1/retrainings/retrain_1/events"},
}  # fmt: skip
RUNNING = {**QUEUED, "status": "running", "progress": {"share": 0.5, "said": "epoch 1"}}
ENDED = {
    **QUEUED, "status": "succeeded", "finished_at": "2026-11-29T10:05:00Z", "result": {
        "version": "mini/1.20261129-100000", "passed": True, "refusals": [], "dev_sentences": 9, "acd_f1": [0.8, 0.8],
        "acsa_f1": [0.7, 0.7], "aspects": {}, "corrections": 200, "corrected": [0.1, 1.0], "address": "s3://b/m#mini@ab",
        "alias_moved": True, "why_not_moved": None,
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_model_is_retrained_and_the_end_waited_for(kind: str) -> None:
    asked: list[tuple[str, str, Any]] = []
    answers = iter([QUEUED, RUNNING, ENDED])

    def service(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        asked.append((request.method, request.url.raw_path.decode(), body))
        if request.url.path == "/v1/retrainings" and request.method == "GET":
            return httpx.Response(200, json={"retrainings": [ENDED], "next_page_token": None})
        return httpx.Response(202 if request.method == "POST" else 200, json=next(answers, ENDED))

    both = Both(kind, service)
    made: Retraining = both.retrain(
        "production", tenants=["acme"], alias="production", rollout={"steps": [50]}, options={"epochs": 5}
    )
    assert (made.status, made.ended, made.result) == ("queued", False, None)
    found = both.wait_retraining(made)
    assert (found.ended, found.result.corrected, found.result.alias_moved) == (True, (0.1, 1.0), True)
    assert both.retrainings(page_size=1) == [found]
    both.cancel_retraining("retrain_1")
    assert asked == [
        ("POST", "/v1/retrainings", {
            "model": "production", "tenants": ["acme"], "alias": "production", "rollout": {"steps": [50]},
            "options": {"epochs": 5},
        }),
        *[("GET", "/v1/retrainings/retrain_1", None)] * 2,
        ("GET", "/v1/retrainings?page_size=1", None),
        ("POST", "/v1/retrainings/retrain_1/cancel", None),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_one_that_takes_longer_is_told_as_it_is(kind: str) -> None:
    both = Both(kind, lambda request: httpx.Response(200, json=RUNNING))
    found = both.wait_retraining("retrain_1", timeout_s=3.0)
    assert (found.status, found.progress.share) == ("running", 0.5)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_retraining_is_heard_as_it_gets_on(kind: str) -> None:
    told = [
        f"id: {number}\nevent: retraining\ndata: {json.dumps(each)}\n\n".encode()
        for number, each in enumerate((QUEUED, RUNNING, ENDED), start=1)
    ]
    script = Script(httpx.Response(200, stream=Pieces(*told)))
    assert [seen.status for seen in Both(kind, script).retraining_events("retrain_1")] == [
        "queued", "running", "succeeded"
    ]  # fmt: skip
    assert script.asked[0].url.path == "/v1/retrainings/retrain_1/events"
