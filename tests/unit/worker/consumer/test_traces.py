"""A batch is a span, and each job in it has one for its attempt, in its own trace."""

from dataclasses import replace

import pytest

from jobs.job import Outcome, Status
from telemetry.traces import Tracer
from tests.support.factories import MODEL, create, failed, make_claim, succeeded
from tests.support.factories import claim as claim_from
from tests.support.model_store import ModelStore
from tests.support.spans import CALLER, CALLERS_TRACE, Spans, id_of, parent_of, trace_of
from worker.consumer.traces import BatchTraces

PLACE = CALLER["traceparent"]
OTHER = "00-" + "b" * 32 + "-" + "c" * 16 + "-01"
NOT_KEPT = "00-" + "d" * 32 + "-" + "e" * 16 + "-00"


@pytest.fixture
def spans() -> Spans:
    return Spans()


def traced(spans: Spans, outcomes: list[Outcome], states: list[Status | None] | None) -> None:
    traces = BatchTraces(spans.tracer, model=MODEL, device="cpu", now=lambda: 1_000.0)
    batch = traces.judged(outcomes, sentences=3, tokens=40, seconds=0.007)
    traces.stored(batch, outcomes, states)


def test_an_attempt_has_its_stages_end_to_end_in_its_jobs_trace(spans: Spans) -> None:
    claim = make_claim(trace=PLACE, attempt=2, queue_ms=500)
    traced(spans, [succeeded(claim)], [Status.SUCCEEDED])
    attempt, queue = spans.one("attempt"), spans.one("queue")
    assert {trace_of(span) for span in spans.all} == {CALLERS_TRACE}
    assert parent_of(attempt) == parent_of(queue) == int("b7ad6b7169203331", 16)
    assert dict(attempt.attributes or {}) == {
        "kritiq.tenant": "default", "kritiq.job_id": claim.id, "kritiq.attempt": 2, "kritiq.status": "succeeded",
        "kritiq.model": "fake", "kritiq.version": "1",
    }  # fmt: skip
    stages = [spans.one(name) for name in ("tokenize", "wait", "infer", "store")]
    assert {parent_of(stage) for stage in stages} == {id_of(attempt)}
    # Milliseconds before the network was done: 500 in the queue, then 2, 1 and 7.
    began = [round(1_000_000 - (span.start_time or 0) / 1e6) for span in (queue, attempt, *stages)]
    assert began == [510, 10, 10, 8, 7, 0]


def test_a_batch_is_linked_to_all_its_jobs_and_each_of_them_to_the_batch(spans: Spans) -> None:
    claims = [make_claim(trace=PLACE), make_claim(trace=OTHER), make_claim(), make_claim(trace=NOT_KEPT)]
    traced(spans, [succeeded(claim) for claim in claims], [Status.SUCCEEDED] * 4)
    batch = spans.one("batch")
    first, second = spans.named("attempt")
    assert parent_of(batch) == id_of(first)
    assert [link.context.span_id for link in batch.links] == [id_of(second)]
    assert [link.context.span_id for span in spans.named("infer") for link in span.links] == [id_of(batch)] * 2
    assert [trace_of(span) for span in (first, second)] == [CALLERS_TRACE, int("b" * 32, 16)]
    assert (batch.attributes or {})["kritiq.jobs"] == 4


@pytest.mark.parametrize(
    ("state", "why"), [(Status.FAILED, "prediction_failed"), (Status.CANCELED, "canceled"), (None, "fenced")]
)
def test_what_an_attempt_came_to_is_told(spans: Spans, state: Status | None, why: str) -> None:
    claim = make_claim(trace=PLACE)
    outcome = failed(claim, why) if state is Status.FAILED else succeeded(claim)
    traced(spans, [outcome], [state])
    assert (spans.one("attempt").attributes or {})["error.type"] == why


def test_results_that_could_not_be_stored_are_told_as_lost_and_not_as_another_attempts(spans: Spans) -> None:
    traced(spans, [succeeded(make_claim(trace=PLACE))], None)
    about = spans.one("attempt").attributes or {}
    assert (about["kritiq.status"], about["error.type"]) == ("unstored", "unstored")


def test_an_attempt_names_the_model_that_judged_it_and_a_batch_all_of_them(spans: Spans) -> None:
    outcomes = [
        replace(succeeded(make_claim(trace=place)), model=MODEL | {"version": version})
        for place, version in ((PLACE, "2"), (OTHER, "1"), (None, "2"))
    ]
    traced(spans, outcomes, [Status.SUCCEEDED] * 3)
    assert [(span.attributes or {})["kritiq.version"] for span in spans.named("attempt")] == ["2", "1"]
    about = spans.one("batch").attributes or {}
    assert (about["kritiq.model"], about["kritiq.version"]) == ("fake fake", "1 2")


def test_jobs_that_nobody_traces_leave_no_span(spans: Spans) -> None:
    traced(spans, [succeeded(make_claim()), succeeded(make_claim(trace=NOT_KEPT))], [Status.SUCCEEDED] * 2)
    assert spans.all == []
    traces = BatchTraces(Tracer(), model=MODEL, device="cpu")
    assert traces.judged([succeeded(make_claim(trace=PLACE))], sentences=1, tokens=1, seconds=1.0).attempts is None


def test_the_attempt_after_one_that_was_handed_back_is_in_the_same_trace(spans: Spans) -> None:
    store = ModelStore()
    create(store, trace=PLACE)
    (first,) = claim_from(store)
    store.release([first.tag])
    (second,) = claim_from(store)
    traced(spans, [succeeded(first)], [None])
    traced(spans, [replace(succeeded(second))], [Status.SUCCEEDED])
    assert [(span.attributes or {})["kritiq.attempt"] for span in spans.named("attempt")] == [1, 2]
    assert {trace_of(span) for span in spans.all} == {CALLERS_TRACE}
