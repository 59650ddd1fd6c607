"""An alias that goes to another version in steps, as the client asks for it and reads it."""

import json

import httpx

from kritiq_client import Client

ROLLOUT = {
    "stable": "kritiq-mini/1", "candidate": "kritiq-small/1", "state": "running", "steps": [5, 25], "step": 0,
    "why": "It has begun.", "waits_for": None, "began_at": "2026-11-29T07:04:11.310Z", "ended_at": None,
    "examples": [{
        "job_id": "job_1", "batch_id": None, "line": None, "sentence": 0, "text": "Gut.", "version": "kritiq-mini/1",
        "differences": [{"aspect": "food", "answered": "positive", "other": "none"}],
    }],
}  # fmt: skip


def test_a_rollout_is_begun_with_its_bounds_and_read() -> None:
    def service(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/v1/models/default"
        told = json.loads(request.content)
        assert told == {"revision": 3, "rollout": {"version": "kritiq-small/1", "steps": [5, 25], "max_drift": None}}
        alias = {"alias": "default", "revision": 4, "versions": {"kritiq-mini/1": 95, "kritiq-small/1": 5}}
        return httpx.Response(200, json=alias | {"rollout": ROLLOUT})

    with httpx.Client(transport=httpx.MockTransport(service)) as http:
        client = Client("http://127.0.0.1:5000", http=http)
        alias = client.roll_out("default", "kritiq-small/1", revision=3, steps=(5, 25), bounds={"max_drift": None})
    assert alias.rollout is not None
    assert alias.rollout.examples is not None
    [example] = alias.rollout.examples
    assert (example.job_id, example.differences[0].aspect, example.differences[0].other) == ("job_1", "food", "none")
    assert (alias.rollout.state, alias.rollout.steps, alias.rollout.candidate) == ("running", (5, 25), "kritiq-small/1")
