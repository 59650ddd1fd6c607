"""An attempt whose worker was killed is a span all the same, made by whoever takes its job back."""

import pytest

from jobs.stored import LostAttempt
from telemetry.traces import Tracer
from tests.support.spans import CALLER, CALLERS_TRACE, Spans, parent_of, trace_of
from worker.lost_attempts import lost_spans

LOST = LostAttempt(
    tenant="acme", id="job_1", attempt=2, queued_at=1_000_000, started_at=1_500_000, trace=CALLER["traceparent"]
)


@pytest.mark.parametrize(("now", "ended"), [(1_530.0, 1_530), (1_499.0, 1_500)])
def test_a_lost_attempt_fails_in_its_jobs_trace_from_its_beginning_until_it_is_taken_back(
    now: float, ended: int
) -> None:
    spans = Spans()
    lost_spans(spans.tracer, lambda: now)([LOST])
    queue, attempt = spans.one("queue"), spans.one("attempt")
    assert {trace_of(span) for span in (queue, attempt)} == {CALLERS_TRACE}
    assert {parent_of(span) for span in (queue, attempt)} == {int("b7ad6b7169203331", 16)}
    times = [(span.start_time or 0, span.end_time or 0) for span in (queue, attempt)]
    assert times == [(1_000 * 10**9, 1_500 * 10**9), (1_500 * 10**9, ended * 10**9)]
    assert dict(attempt.attributes or {}) == {
        "kritiq.tenant": "acme", "kritiq.job_id": "job_1", "kritiq.attempt": 2, "kritiq.status": "worker_lost",
        "error.type": "worker_lost",
    }  # fmt: skip
    assert not attempt.status.is_ok


def test_where_no_traces_are_wanted_none_are_made() -> None:
    lost_spans(Tracer())([LOST])
