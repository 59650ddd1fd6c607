"""What a webhook's message tells, and how it is signed: from a snapshot alone."""

from typing import Any

import orjson
import pytest

from jobs.batch import Batch
from jobs.job import JobError, Status
from jobs.line import Line, error_line, success_line
from jobs.request import JobRequest
from jobs.stored import Stored
from tests.support.factories import MODEL, make_job
from tests.support.snapshots import make_snapshot
from webhooks.event import EventType
from webhooks.lines import LinesNotice
from webhooks.message import MAX_PAYLOAD, render, sign, signature_of
from webhooks.options import EndpointOptions
from webhooks.secret import SecretKind, new_secret
from webhooks.snapshot import EndpointNotice

SENTENCE = {
    "index": 0, "start": 0, "end": 8, "text": "Geheim ä", "truncated": False,
    "aspects": {"food": {"polarity": "positive", "confidence": 0.9}},
}  # fmt: skip


def message(result: object, *, include_text: bool = False, **job: Any) -> dict[str, Any]:
    given = {"id": "job_a", "status": Status.SUCCEEDED, "version": 3, "finished_at": 1_794_648_600_123} | job
    stored = Stored(job=make_job(**given), result=None if result is None else orjson.dumps(result))
    options = EndpointOptions(include_text=include_text)
    found: dict[str, Any] = orjson.loads(render(make_snapshot(subject=stored, options=options)))
    return found


def test_a_succeeded_job() -> None:
    told = message(
        {"language": "de", "sentences": [SENTENCE]}, restaurant="adler", metadata={"a": 1}, model={"name": "m"}
    )
    assert told == {
        "type": "job.succeeded",
        "timestamp": "2026-11-14T09:30:00.123Z",
        "data": {
            "job_id": "job_a",
            "status": "succeeded",
            "version": 3,
            "restaurant": "adler",
            "reviewed_at": None,
            "external_author": None,
            "metadata": {"a": 1},
            "model": {"name": "m"},
            "finished_at": "2026-11-14T09:30:00.123Z",
            "truncated": False,
            "result_url": "/v1/jobs/job_a",
            "error": None,
            "result": {"language": "de", "sentences": [{k: v for k, v in SENTENCE.items() if k != "text"}]},
        },
    }


def test_links_begin_with_the_public_address() -> None:
    stored = Stored(job=make_job(id="a%2Fb", status=Status.SUCCEEDED))
    told = orjson.loads(render(make_snapshot(subject=stored), "https://kritiq.example.com/api"))
    assert told["data"]["result_url"] == "https://kritiq.example.com/api/v1/jobs/a%252Fb"
    batch = make_snapshot(EventType.BATCH_COMPLETED, subject=Batch(id="batch_a"))
    told = orjson.loads(render(batch, "https://kritiq.example.com"))
    assert told["data"]["results_url"] == "https://kritiq.example.com/v1/batches/batch_a/results"


def test_texts_only_for_endpoints_that_asked_for_them() -> None:
    result = {"language": "de", "sentences": [SENTENCE]}
    assert message(result, include_text=True)["data"]["result"] == result
    assert "Geheim" not in orjson.dumps(message(result)).decode()


def test_beyond_20_kb_the_result_is_left_out() -> None:
    told = message({"language": "de", "sentences": [SENTENCE | {"index": n} for n in range(1000)]})
    assert (told["data"]["result"], told["data"]["truncated"]) == (None, True)
    assert len(orjson.dumps(told)) < MAX_PAYLOAD


def lines_of(options: EndpointOptions, *results: object, failed: int = 0) -> dict[str, Any]:
    rows = [
        success_line(
            Line(number=number, custom_id=f"c{number}"), JobRequest(restaurant="adler"), orjson.dumps(result), MODEL
        )
        for number, result in enumerate(results, 7)
    ]
    rows += [error_line(Line(number=number), JobRequest(), "invalid_line", "Why.") for number in range(50, 50 + failed)]
    notice = LinesNotice(batch=Batch(id="batch_a", request=JobRequest(restaurant="adler")), rows=rows)
    body = render(make_snapshot(EventType.BATCH_LINES, subject=notice, options=options), "https://kritiq.example.com")
    found: dict[str, Any] = orjson.loads(body)
    return found


def test_lines_of_a_batch() -> None:
    told = lines_of(EndpointOptions(), {"language": "de", "sentences": [SENTENCE]})
    assert told == {
        "type": "batch.lines",
        "timestamp": "2026-11-14T09:30:00.123Z",
        "data": {
            "batch_id": "batch_a",
            "restaurant": "adler",
            "lines": [
                {
                    "line": 7,
                    "custom_id": "c7",
                    "status": "succeeded",
                    "restaurant": "adler",
                    "reviewed_at": None,
                    "external_author": None,
                    "metadata": None,
                    "warnings": [],
                    "truncated": False,
                    "result": {"language": "de", "sentences": [{k: v for k, v in SENTENCE.items() if k != "text"}]},
                    "error": None,
                    "model": {"name": "fake", "version": "1"},
                }
            ],
            "results_url": "https://kritiq.example.com/v1/batches/batch_a/results?after=6",
        },
    }
    told = lines_of(EndpointOptions(include_text=True), {"language": "de", "sentences": [SENTENCE]})
    assert told["data"]["lines"][0]["result"]["sentences"] == [SENTENCE]


def test_beyond_20_kb_the_last_lines_are_told_without_their_results() -> None:
    result = {"language": "de", "sentences": [SENTENCE | {"index": n} for n in range(60)]}
    told = lines_of(EndpointOptions(), *[result] * 10)
    assert len(orjson.dumps(told)) <= MAX_PAYLOAD
    truncated = [line["truncated"] for line in told["data"]["lines"]]
    assert truncated == sorted(truncated)
    assert [line["result"] is None for line in told["data"]["lines"]] == truncated
    assert {True, False} == set(truncated)


def test_what_had_no_result_was_not_truncated() -> None:
    long = {"language": "de", "sentences": [SENTENCE | {"index": n} for n in range(80)]}
    told = lines_of(EndpointOptions(), *[long] * 3, failed=3)
    assert [line["truncated"] for line in told["data"]["lines"]] == [False, False, True, False, False, False]
    assert [line["error"] is None for line in told["data"]["lines"]] == [True] * 3 + [False] * 3


def test_a_failed_job_says_why() -> None:
    told = message(None, status=Status.FAILED, error=JobError(code="worker_lost", message="Lost."))
    assert told["data"]["error"] == {"code": "worker_lost", "message": "Lost."}
    assert told["data"]["result"] is None


def test_the_answer_of_the_old_call_is_not_a_result() -> None:
    assert message({"sent0": {"text": "x"}})["data"]["result"] is None


def test_the_list_of_a_bundle_is_not_a_result() -> None:
    assert message([{"language": "de", "sentences": []}])["data"]["result"] is None


def test_a_batch() -> None:
    batch = Batch(id="batch_a", status="completed", total=3, succeeded=2, failed=1)
    told = orjson.loads(render(make_snapshot(EventType.BATCH_COMPLETED, subject=batch)))
    assert told["type"] == "batch.completed"
    assert told["data"]["counts"] == {
        "total": 3,
        "waiting": 0,
        "succeeded": 2,
        "failed": 1,
        "canceled": 0,
        "expired": 0,
        "skipped": 0,
    }
    assert told["data"]["batch_id"] == "batch_a"


@pytest.mark.parametrize(
    ("event", "notice", "data"),
    [
        (EventType.ENDPOINT_PING, EndpointNotice(endpoint_id="ep_b"), {"endpoint_id": "ep_b"}),
        (
            EventType.ENDPOINT_DISABLED,
            EndpointNotice(endpoint_id="ep_c", reason="gone"),
            {"endpoint_id": "ep_c", "reason": "gone"},
        ),
    ],
)
def test_endpoints(event: EventType, notice: EndpointNotice, data: dict[str, str]) -> None:
    assert orjson.loads(render(make_snapshot(event, subject=notice)))["data"] == data


def test_signed_by_every_secret_under_the_id_and_the_time_of_the_attempt() -> None:
    secrets = (new_secret(), new_secret(SecretKind.ED25519))
    snapshot = make_snapshot(subject=EndpointNotice(endpoint_id="ep_b"), secrets=secrets)
    request = sign(snapshot, b"{}", 1_794_648_600)
    assert (request.url, request.body) == (snapshot.options.url, b"{}")
    assert request.headers == {
        "Content-Type": "application/json",
        "webhook-id": snapshot.lease.id,
        "webhook-timestamp": "1794648600",
        "webhook-signature": signature_of(secrets, snapshot.lease.id, 1_794_648_600, b"{}"),
    }


def test_without_a_secret_nothing_is_signed() -> None:
    with pytest.raises(ValueError, match="at least one secret"):
        sign(make_snapshot(subject=EndpointNotice(endpoint_id="ep_b"), secrets=()), b"{}", 1)
