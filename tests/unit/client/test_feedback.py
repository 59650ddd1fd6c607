"""Feedback by either client."""

import json
from typing import Any

import httpx
import pytest

from kritiq_client import Feedback, FeedbackExample, Forbidden, TransportError
from tests.unit.client.shells import Both, Pieces, Script, problem

CORRECTION = {
    "sentence": 0, "text": "Gut.", "aspect": "food", "polarity": "negative", "judged": "positive", "confidence": 0.9,
    "by": "anna", "at": "2026-11-28T10:00:00Z",
}  # fmt: skip
ANSWER = {
    "job_id": "job_1", "restaurant": "adler", "external_author": None, "language": "de",
    "model": {"name": "kritiq-mini", "version": "1"}, "created_at": "2026-11-28T10:00:00Z",
    "expires_at": "2027-02-26T10:00:00Z", "corrections": [CORRECTION],
}  # fmt: skip


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_what_is_said_goes_out_as_the_service_takes_it_and_comes_back_typed(kind: str) -> None:
    asked: list[tuple[str, str, Any]] = []

    def service(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        asked.append((request.method, request.url.raw_path.decode(), body))
        if request.method == "DELETE":
            return httpx.Response(204)
        if request.url.path == "/v1/feedback":
            more = "7.x" if "page_token" not in request.url.params else None
            return httpx.Response(200, json={"feedback": [ANSWER], "next_page_token": more})
        return httpx.Response(200, json=ANSWER)

    both = Both(kind, service)
    feedback: Feedback = both.give_feedback("job_1", 0, "food", "negative", by="anna")
    assert both.get_feedback("job 1") == feedback
    (correction,) = feedback.corrections
    assert (correction.judged, correction.polarity, correction.confidence) == ("positive", "negative", 0.9)
    assert both.feedback(restaurant="adler", page_size=1) == [feedback, feedback]
    assert both.delete_feedback("job_1") is None
    assert both.delete_feedback("job_1", sentence=0, aspect="food") is None
    assert both.give_line_feedback("batch_1", 7, 0, "food", "none") == feedback
    assert both.get_line_feedback("batch_1", 7) == feedback
    assert both.delete_line_feedback("batch_1", 7) is None
    assert both.delete_line_feedback("batch_1", 7, sentence=0, aspect="food") is None
    assert both.feedback(batch="batch_1") == [feedback, feedback]
    assert asked == [
        ("POST", "/v1/jobs/job_1/feedback", {"sentence": 0, "aspect": "food", "polarity": "negative", "by": "anna"}),
        ("GET", "/v1/jobs/job%201/feedback", None),
        ("GET", "/v1/feedback?restaurant=adler&page_size=1", None),
        ("GET", "/v1/feedback?restaurant=adler&page_size=1&page_token=7.x", None),
        ("DELETE", "/v1/jobs/job_1/feedback", None),
        ("DELETE", "/v1/jobs/job_1/feedback?sentence=0&aspect=food", None),
        ("POST", "/v1/batches/batch_1/lines/7/feedback", {"sentence": 0, "aspect": "food", "polarity": "none"}),
        ("GET", "/v1/batches/batch_1/lines/7/feedback", None),
        ("DELETE", "/v1/batches/batch_1/lines/7/feedback", None),
        ("DELETE", "/v1/batches/batch_1/lines/7/feedback?sentence=0&aspect=food", None),
        ("GET", "/v1/feedback?batch=batch_1&page_size=100", None),
        ("GET", "/v1/feedback?batch=batch_1&page_size=100&page_token=7.x", None),
    ]


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_what_needs_a_person_comes_typed(kind: str) -> None:
    asked = list[str]()
    queued = {
        "job_id": None, "batch_id": "batch_1", "line": 7, "custom_id": "a", "restaurant": "adler", "language": "de",
        "model": {"name": "kritiq-mini", "version": "1"}, "sentence": 0, "text": "Gut.",
        "aspects": {"food": {"polarity": "positive", "confidence": 0.51}}, "version": "kritiq-mini/2",
        "other": {"food": "negative"}, "corrections": [CORRECTION],
    }  # fmt: skip

    def service(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path.decode())
        return httpx.Response(200, json={"sentences": [queued]})

    (found,) = Both(kind, service).feedback_queue(restaurant="adler", count=1)
    assert (found.batch_id, found.line, found.aspects["food"].confidence) == ("batch_1", 7, 0.51)
    assert (found.version, found.other, found.corrections[0].by) == ("kritiq-mini/2", {"food": "negative"}, "anna")
    assert asked == ["/v1/feedback/queue?restaurant=adler&count=1&reviews=500"]


EXAMPLES = [
    {"text": "Gut.", "aspects": {"food": "negative"}, "source": {"job_id": "job_1", "sentence": 0, "corrections": []}},
    {"text": "Laut.", "aspects": {}, "source": {"batch_id": "batch_1", "line": 7, "sentence": 1, "corrections": []}},
]
LINES = b"".join(json.dumps(each).encode() + b"\n" for each in EXAMPLES)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_what_can_be_learned_comes_example_by_example(kind: str) -> None:
    script = Script(httpx.Response(200, stream=Pieces(LINES[:30], LINES[30:])))
    found: list[FeedbackExample] = Both(kind, script).feedback_examples(batch="batch_1")
    assert [(each.text, each.aspects, each.source["sentence"]) for each in found] == [
        ("Gut.", {"food": "negative"}, 0), ("Laut.", {}, 1)
    ]  # fmt: skip
    assert [each.raw for each in found] == EXAMPLES
    assert script.asked[0].url.raw_path == b"/v1/feedback/examples?batch=batch_1"


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_examples_that_are_not_whole_are_never_taken_for_all(kind: str) -> None:
    broken = httpx.Response(200, stream=Pieces(LINES, broken=True))
    with pytest.raises(TransportError):
        Both(kind, Script(broken)).feedback_examples()
    with pytest.raises(Forbidden):
        Both(kind, Script(problem(403, "insufficient-scope"))).feedback_examples()
