"""What has an id may be given as it was answered, as well as by its id."""

import inspect
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, get_args

import httpx
import pytest

from kritiq_client import Core, Review
from kritiq_client.steps import Request
from tests.unit.client.shells import Both
from tests.unit.client.test_surface import FLOWS


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("call", ["get", "cancel", "retry", "delete"])
def test_whoever_has_a_job_need_not_take_its_id_out_of_it(kind: str, call: str) -> None:
    document = {
        "id": "a",
        "status": "failed",
        "version": 3,
        "attempt": 1,
        "priority": "normal",
        "created_at": "2026-11-30T10:00:00Z",
    }
    asked: list[str] = []

    def service(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(204) if request.method == "DELETE" else httpx.Response(200, json=document)

    both = Both(kind, service)
    job = both.get("a")
    getattr(both, call)(job)
    assert [each.split("/")[3] for each in asked] == ["a", "a"]


def example(annotation: Any) -> Any:
    """Something of this type."""
    for kind, value in (
        ("datetime", datetime(2026, 11, 30, tzinfo=UTC)),
        ("int", 1),
        ("str", "said"),
        ("Review", "Gut."),
    ):
        if kind in str(annotation):
            return value
    raise AssertionError(annotation)


def calls_by_id() -> Iterator[tuple[Callable[..., Any], str]]:
    """Each call of what has an id, and the parameter that it is given by."""
    for flow in FLOWS.values():
        for name, parameter in inspect.signature(flow).parameters.items():
            known = [
                each for each in get_args(parameter.annotation) if "id" in getattr(each, "__dataclass_fields__", ())
            ]
            if str in get_args(parameter.annotation) and known:
                yield flow, name


@pytest.mark.parametrize(("flow", "name"), list(calls_by_id()), ids=lambda each: getattr(each, "__name__", each))
def test_a_call_is_the_same_by_an_id_and_by_what_has_it(flow: Callable[..., Any], name: str) -> None:
    others = {
        each.name: example(each.annotation)
        for each in inspect.signature(flow).parameters.values()
        if each.default is inspect.Parameter.empty and each.name not in ("core", name)
    }
    if flow.__name__ == "batch_results":
        others["after"] = 0
    core = Core(new_key=lambda: "key")

    def first(thing: Any) -> Request:
        step = next(flow(core, **others, **{name: thing}))
        return step if isinstance(step, Request) else step.request

    counts = SimpleNamespace(total=3)
    by_id, by_itself = first("a/b ü"), first(SimpleNamespace(id="a/b ü", counts=counts, version=0))
    if flow.__name__ != "batch_results":
        # That looks first for how many lines there are, of which it knows only an id.
        assert by_id == by_itself
    assert "a/b" not in by_itself.path


def test_every_parameter_that_is_called_an_id_takes_what_has_it() -> None:
    called = {(flow.__name__, name) for flow in FLOWS.values() for name in inspect.signature(flow).parameters}
    taking = {(flow.__name__, name) for flow, name in calls_by_id()}
    # A job that is put gets its id by that.
    own = {("put", "job_id")}
    events = {(flow, name) for flow, name in called if name == "last_event_id"}
    assert {(flow, name) for flow, name in called if name.endswith("_id")} - taking == own | events
    assert {"jobs", "batches"} <= FLOWS.keys()
    assert {("deliveries", "endpoint"), ("deliveries", "job"), ("feedback", "batch")} <= taking


def test_a_review_may_say_only_the_day_on_which_it_was_written() -> None:
    assert json.loads(Review(text="Gut.", reviewed_at=date(2026, 10, 3)).body())["reviewed_at"] == "2026-10-03"
