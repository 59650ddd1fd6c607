"""A place in a trace, as it travels: in headers, in records, in the log."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.collector import open_tracer
from telemetry.traces import carried, headers_of, is_kept, trace_id
from tests.support.spans import CALLER, CALLERS_TRACE, Spans, id_of, parent_of, trace_of

ROOT = Path(__file__).parents[3]
PLACE = f"{CALLER['traceparent']} {CALLER['tracestate']}"


def test_a_place_in_a_trace_is_the_same_in_headers_and_in_a_record() -> None:
    assert carried(CALLER) == PLACE
    assert headers_of(PLACE) == CALLER
    assert headers_of(carried({"traceparent": CALLER["traceparent"]})) == {"traceparent": CALLER["traceparent"]}
    assert headers_of("") == {}
    assert (trace_id(PLACE), trace_id("")) == (f"{CALLERS_TRACE:032x}", None)


def test_whether_a_trace_is_kept_is_for_whoever_began_it_to_say() -> None:
    assert is_kept(PLACE)
    assert not is_kept(f"{CALLER['traceparent'][:-2]}00 shop=7")
    assert not is_kept("")


@pytest.mark.parametrize(
    "parent",
    [
        None, 7, "", "00", "00-" + "0" * 32 + "-b7ad6b7169203331-01", "00-" + "a" * 32 + "-" + "0" * 16 + "-01",
        "ff-" + "a" * 32 + "-b7ad6b7169203331-01", "00-" + "A" * 32 + "-b7ad6b7169203331-01",
        "00-" + "a" * 32 + "-b7ad6b7169203331-01-more",
    ],
)  # fmt: skip
def test_headers_that_name_no_place_are_passed_over(parent: object) -> None:
    assert carried({"traceparent": parent, "tracestate": "shop=7"}) == ""


@given(state=st.one_of(st.none(), st.integers(), st.text(max_size=600)))
def test_whatever_stands_beside_a_place_the_place_is_good(state: object) -> None:
    found = carried({"traceparent": CALLER["traceparent"], "tracestate": state})
    assert found.partition(" ")[0] == CALLER["traceparent"]
    assert headers_of(found).get("tracestate", "").isprintable()
    # It is sent on as a header, and stands in a record.
    assert len(found.encode("ascii")) <= 55 + 1 + 512
    Spans().tracer.begin("anything", parent=found).end()


def test_a_span_is_in_its_parents_trace_and_its_place_is_for_the_next_one() -> None:
    spans = Spans()
    first = spans.tracer.begin("first", parent=PLACE, at=10.0)
    first.tell({"kritiq.job_id": "job_1", "kritiq.batch_id": None})
    spans.tracer.begin("second", parent=first.place, at=11.0).end(12.0)
    first.fail("lost")
    first.end(13.0)
    # Whoever ends it again says nothing new.
    first.end(99.0)
    second, outer = spans.all
    assert (trace_of(outer), parent_of(outer)) == (CALLERS_TRACE, int("b7ad6b7169203331", 16))
    assert (trace_of(second), parent_of(second)) == (CALLERS_TRACE, id_of(outer))
    assert dict(outer.attributes or {}) == {"kritiq.job_id": "job_1", "error.type": "lost"}
    assert (outer.start_time, outer.end_time) == (10_000_000_000, 13_000_000_000)
    assert first.place.endswith(" shop=7")


def test_what_is_raised_within_a_span_is_told_by_its_name_alone() -> None:
    spans = Spans()
    with pytest.raises(ValueError, match="Kellner"), spans.tracer.span("step"):
        raise ValueError("Der Kellner war unfreundlich.")
    step = spans.one("step")
    assert dict(step.attributes or {}) == {"error.type": "ValueError"}
    assert "Kellner" not in step.to_json()


def test_without_a_collector_there_are_no_spans_and_nothing_is_loaded_for_them() -> None:
    tracer = open_tracer("", process="api", name="api-1")
    assert not tracer.on
    with tracer.span("step", parent=PLACE) as span:
        assert span.place == ""
    # redis-py loads OpenTelemetry's metrics by itself where it is installed, and uses them no more than we do.
    code = (
        "import sys, api.app, worker.delivery.cli, worker.consumer.consumer;"
        "print({'telemetry.otlp', 'opentelemetry.sdk.trace', 'opentelemetry.exporter'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
