"""Models that are loaded and unloaded, and what they say of themselves, by either client."""

import json
from typing import Any

import httpx
import pytest

from kritiq_client import Conflict, ModelCards, ModelOperation, NotFound
from tests.unit.client.shells import Both, Script, answer, problem

WAITING = {"worker": "worker@a", "state": "waiting", "since": "2026-11-30T10:00:00Z", "why": None}
RUNNING = {
    "id": "operation_1", "action": "load", "model": "kritiq-small/1", "status": "running", "force": False,
    "created_at": "2026-11-30T10:00:00Z", "workers": [WAITING], "links": {"self": "/v1/operations/operation_1"},
}  # fmt: skip
REFUSED = {**RUNNING, "status": "refused", "workers": [{**WAITING, "state": "refused", "why": "It does not fit."}]}
CARDS = {
    "name": "kritiq-mini", "versions": [{
        "version": "1", "method": "distilled", "languages": ["de"], "aspects": ["food"],
        "polarities": ["none", "positive"], "sentences": None, "mentioned_f1": None, "judged_f1": None,
        "text": "# Mini", "scores": {"food": {"labels": 9, "mentioned_f1": 0.9, "judged_f1": 0.8}},
    }],
}  # fmt: skip


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_model_is_loaded_and_looked_at_until_all_workers_are_through(kind: str) -> None:
    script = Script(answer(202, RUNNING), answer(200, RUNNING), answer(200, RUNNING), answer(200, REFUSED))
    both = Both(kind, script)
    made: ModelOperation = both.load_model("kritiq-small/1")
    assert (made.action, made.model, made.ended, made.workers[0].state) == ("load", "kritiq-small/1", False, "waiting")
    found = both.wait_operation(made)
    assert (found.ended, found.status, found.workers[0].why) == (True, "refused", "It does not fit.")
    assert both.time.slept == [1.0, 1.0]
    assert [(request.method, request.url.path) for request in script.asked] == [
        ("POST", "/v1/models/kritiq-small/load"), *[("GET", "/v1/operations/operation_1")] * 3
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_an_operation_that_takes_longer_is_told_as_it_is(kind: str) -> None:
    both = Both(kind, lambda request: httpx.Response(200, json=RUNNING))
    assert both.wait_operation("operation_1", timeout_s=2.5).status == "running"
    assert both.time.slept == [1.0, 1.0, 0.5]


@pytest.mark.parametrize(
    ("model", "force", "sent"),
    [
        ("kritiq-small", False, {"force": False}),
        ("kritiq-small/1", True, {"force": True, "version": "1"}),
    ],
)
def test_a_name_alone_means_its_only_version(model: str, force: bool, sent: dict[str, Any]) -> None:
    script = Script(answer(202, {**RUNNING, "action": "unload"}))
    assert Both("sync", script).unload_model(model, force=force).action == "unload"
    assert script.asked[0].url.path == "/v1/models/kritiq-small/unload"
    assert json.loads(script.asked[0].content) == sent


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_model_that_is_needed_stays_and_one_that_nobody_serves_is_not_found(kind: str) -> None:
    both = Both(kind, Script(problem(409, "model-in-use"), problem(404, "not-found")))
    with pytest.raises(Conflict) as needed:
        both.unload_model("kritiq-mini/1")
    assert needed.value.code == "model-in-use"
    with pytest.raises(NotFound):
        both.load_model("nobody")


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_card_says_what_a_model_may_say_and_how_right_it_is(kind: str) -> None:
    script = Script(answer(200, CARDS))
    cards: ModelCards = Both(kind, script).model_card("kritiq-mini")
    assert script.asked[0].url.path == "/v1/models/kritiq-mini/card"
    (card,) = cards.versions
    assert (cards.name, card.aspects, card.judged_f1, card.scores["food"].judged_f1) == (
        "kritiq-mini", ("food",), None, 0.8
    )  # fmt: skip
