"""Erasures and exports by either client."""

import json
from typing import Any

import httpx
import pytest

from kritiq_client import Erasure, Exported, Forbidden, TransportError
from tests.unit.client.shells import Both, Pieces, Script, problem

ERASED = {"jobs": 1, "batches": 0, "lines": 2, "files": 0, "feedback": 0, "messages": 1}
QUEUED = {
    "id": "erasure_1", "status": "queued", "of": "author", "restaurant": None, "created_at": "2026-11-29T10:00:00Z",
    "started_at": None, "finished_at": None, "expires_at": None, "erased": {**ERASED, "jobs": 0}, "report": None,
    "error": None, "links": {"self": "/v1/erasures/erasure_1"},
}  # fmt: skip
ENDED = {
    **QUEUED, "status": "succeeded", "started_at": "2026-11-29T10:00:01Z", "finished_at": "2026-11-29T10:00:02Z",
    "expires_at": "2027-02-27T10:00:02Z", "erased": ERASED,
    "report": {"complete": True, "searched": 9, "found": [], "shared_batches": [], "archive": None},
}  # fmt: skip


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_an_erasure_is_asked_for_and_waited_for(kind: str) -> None:
    asked: list[tuple[str, str, Any]] = []

    def service(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        asked.append((request.method, request.url.raw_path.decode(), body))
        if request.method == "POST":
            return httpx.Response(202, json=QUEUED)
        if request.url.path == "/v1/erasures":
            return httpx.Response(200, json={"erasures": [ENDED], "next_page_token": None})
        return httpx.Response(200, json=QUEUED if len(asked) < 4 else ENDED)

    both = Both(kind, service)
    made: Erasure = both.erase(external_author="guest-7")
    assert (made.status, made.ended, made.report) == ("queued", False, None)
    found = both.wait_erasure(made)
    assert (found.ended, found.erased.lines, found.report.complete) == (True, 2, True)
    assert both.erasures(page_size=1) == [found]
    both.erase(restaurant="adler")
    both.erase(everything=True)
    assert asked == [
        ("POST", "/v1/erasures", {"external_author": "guest-7"}),
        *[("GET", "/v1/erasures/erasure_1", None)] * 3,
        ("GET", "/v1/erasures?page_size=1", None),
        ("POST", "/v1/erasures", {"restaurant": "adler"}),
        ("POST", "/v1/erasures", {"everything": True}),
    ]


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_one_that_takes_longer_is_told_as_it_is(kind: str) -> None:
    both = Both(kind, lambda request: httpx.Response(200, json=QUEUED))
    assert both.wait_erasure("erasure_1", timeout_s=3.0).status == "queued"


def lines(*rows: dict[str, Any]) -> httpx.Response:
    return httpx.Response(200, stream=Pieces(*(json.dumps(row).encode() + b"\n" for row in rows)))


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_what_there_is_of_somebody_is_exported_review_by_review(kind: str) -> None:
    review, feedback = {"job_id": "job_1", "text": "Gut.", "status": "succeeded"}, {"feedback": {"job_id": "job_1"}}
    script = Script(lines(review, feedback, {"complete": True, "reviews": 2}))
    found: list[Exported] = Both(kind, script).export(external_author="guest-7")
    assert json.loads(script.asked[0].content) == {"external_author": "guest-7"}
    assert [(each.job_id, each.text, each.feedback) for each in found] == [
        ("job_1", "Gut.", None), (None, None, {"job_id": "job_1"})
    ]  # fmt: skip
    assert found[0].raw["status"] == "succeeded"


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("end", [[], [{"complete": False, "reviews": 1, "detail": "Redis is away."}]])
def test_an_export_that_is_not_whole_is_never_taken_for_one_that_is(kind: str, end: list[dict[str, Any]]) -> None:
    script = Script(lines({"job_id": "job_1"}, *end))
    with pytest.raises(TransportError):
        Both(kind, script).export(everything=True)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_an_export_is_for_keys_that_are_admin(kind: str) -> None:
    with pytest.raises(Forbidden):
        Both(kind, Script(problem(403, "forbidden"))).export(restaurant="adler")
