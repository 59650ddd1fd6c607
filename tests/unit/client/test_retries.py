"""What is sent again, when, and what never is; for both clients."""

import httpx
import pytest

from kritiq_client import (
    ApiError,
    Conflict,
    Gone,
    Invalid,
    NotFound,
    RateLimited,
    Retries,
    Timeout,
    TransportError,
    Unavailable,
    UnexpectedAnswer,
)
from tests.unit.client.shells import Both, Script, answer, job, problem

pytestmark = pytest.mark.parametrize("kind", ["sync", "async"])

REFUSED = httpx.ConnectError("refused")
LOST = httpx.ReadError("the connection broke")


def test_every_try_of_a_submission_carries_one_key(kind: str) -> None:
    script = Script(LOST, problem(503, "queue-full", retry_after="2"), answer(202, job("queued", 1)))
    both = Both(kind, script)
    assert both.submit("Gut.").status == "queued"
    assert [request.headers["idempotency-key"] for request in script.asked] == ["key-1"] * 3
    assert {request.content for request in script.asked} == {b'{"text":"Gut."}'}


def test_the_services_own_time_is_respected_and_not_undercut(kind: str) -> None:
    both = Both(kind, Script(problem(503, "queue-full", retry_after="7"), answer(200, job())))
    both.get("job_1")
    assert both.time.slept == [pytest.approx(7 * 1.2)]


def test_a_retry_after_that_is_a_date_counts_from_the_services_clock(kind: str) -> None:
    dates = {"date": "Sat, 14 Nov 2026 09:30:00 GMT", "retry_after": "Sat, 14 Nov 2026 09:30:05 GMT"}
    both = Both(kind, Script(problem(429, "quota", **dates), answer(200, job())))
    both.get("job_1")
    assert both.time.slept == [pytest.approx(5 * 1.2)]


def test_waits_double_when_the_service_names_no_time(kind: str) -> None:
    both = Both(kind, Script(*[REFUSED] * 4, answer(200, job())))
    both.get("job_1")
    assert both.time.slept == [0.25, 0.5, 1.0, 2.0]


def test_a_retry_after_beyond_patience_is_raised_at_once(kind: str) -> None:
    both = Both(kind, Script(problem(429, "quota-exceeded", retry_after="3600")))
    with pytest.raises(RateLimited) as raised:
        both.get("job_1")
    assert (raised.value.retry_after, both.time.slept) == (3600, [])


def test_patience_ends_with_the_attempts_and_with_the_time(kind: str) -> None:
    both = Both(kind, Script(*[REFUSED] * 3), Retries(attempts=3))
    with pytest.raises(TransportError) as raised:
        both.get("job_1")
    assert raised.value.attempts == 3
    both = Both(kind, Script(*[problem(503, "queue-full", retry_after="10")] * 2), Retries(total_s=15))
    with pytest.raises(Unavailable):
        both.get("job_1")
    assert both.time.now < 15


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, Invalid), (404, NotFound), (409, Conflict), (410, Gone), (413, Invalid), (422, Invalid), (500, ApiError)],
)
def test_what_cannot_change_is_not_asked_twice(kind: str, status: int, error: type[ApiError]) -> None:
    script = Script(problem(status, "no"))
    with pytest.raises(error) as raised:
        Both(kind, script).submit("Gut.")
    assert (type(raised.value), raised.value.code, len(script.asked)) == (error, "no", 1)


def test_a_new_try_of_a_job_carries_one_key_however_often_it_is_sent(kind: str) -> None:
    script = Script(LOST, problem(503, "temporarily-unavailable", retry_after="1"), answer(202, job("queued")))
    assert Both(kind, script).retry("job_1", idempotency_key="key-1").status == "queued"
    assert [request.headers["idempotency-key"] for request in script.asked] == ["key-1"] * 3


def test_what_could_be_done_twice_is_not_sent_again_when_the_first_may_have_worked(kind: str) -> None:
    for failure in (LOST, problem(503, "temporarily-unavailable", retry_after="1")):
        script = Script(failure)
        with pytest.raises((TransportError, Unavailable)):
            Both(kind, script).replay_delivery("msg_1")
        assert len(script.asked) == 1
    certainly_not_done = Script(REFUSED, problem(429, "quota", retry_after="1"), problem(404, "not-found"))
    with pytest.raises(NotFound):
        Both(kind, certainly_not_done).replay_delivery("msg_1")


def test_gone_after_a_lost_answer_means_that_the_deletion_worked(kind: str) -> None:
    Both(kind, Script(LOST, problem(410, "gone"))).delete("job_1")
    with pytest.raises(Gone):
        Both(kind, Script(problem(410, "gone"))).delete("job_1")


def test_members_at_fault_are_told(kind: str) -> None:
    refusal = {"code": "invalid-request", "detail": "See.", "errors": [{"pointer": "#/text", "detail": "is blank"}]}
    with pytest.raises(Invalid, match="#/text is blank") as raised:
        Both(kind, Script(answer(422, refusal))).submit(" ")
    assert raised.value.errors[0].pointer == "#/text"


def test_what_is_no_problem_document_is_quoted(kind: str) -> None:
    with pytest.raises(ApiError, match="Bad gateway!") as raised:
        Both(kind, Script(httpx.Response(500, text="Bad gateway!"))).queue()
    assert raised.value.code == "http-500"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"id": "job_1"}', b'{"id": 1}'])
def test_an_answer_of_another_kind_is_said_to_be_one(kind: str, body: bytes) -> None:
    with pytest.raises(UnexpectedAnswer):
        Both(kind, Script(httpx.Response(200, content=body))).get("job_1")


def test_waiting_goes_on_over_several_requests_until_the_deadline(kind: str) -> None:
    script = Script()
    both = Both(kind, script)

    def still_running(request: httpx.Request) -> httpx.Response:
        both.time.now += float(request.url.params["wait"])
        return answer(200, job("running", 2))

    both = Both(kind, still_running)
    with pytest.raises(Timeout) as raised:
        both.wait("job_1", timeout_s=70)
    assert (both.time.now, raised.value.job.status) == (70, "running")


@pytest.mark.parametrize(("status", "code"), [(503, "too-many-waiting"), (429, "too-many-of-yours-waiting")])
def test_a_service_with_too_many_waiting_clients_is_asked_without_waiting(kind: str, status: int, code: str) -> None:
    crowded = problem(status, code, retry_after="2")
    script = Script(crowded, answer(202, job("queued", 1)), crowded, answer(200, job("running", 2)), answer(200, job()))
    both = Both(kind, script)
    assert both.analyze("Gut.", timeout_s=60).ended
    assert [request.headers.get("prefer") for request in script.asked[:2]] == ["wait=30", None]
    assert [dict(request.url.params) for request in script.asked[2:]] == [{"wait": "30"}, {}, {"wait": "30"}]
    assert both.time.slept == [2]
