"""The groups that a message names, wherever in it."""

from typing import Any

import pytest
from celery.exceptions import InvalidTaskError

from worker.consumer.celery_decode import TaskRequest
from worker.consumer.chord_groups import groups_of

BODY = {"task": "body", "options": {}}


def asked(**context: Any) -> TaskRequest:
    return TaskRequest(id="t", task="kritiq.analyze", context=context)


def step(**options: Any) -> dict[str, Any]:
    return {"task": "a.b", "options": options}


HEADER = step(task_id="acme:g") | {"subtask_type": "group"}
PLACES: dict[str, dict[str, Any]] = {
    "its own": {"group": "acme:g", "chord": BODY},
    "a member's": {"chain": [step(group_id="acme:g", chord=BODY)]},
    "a link's": {"callbacks": [step(link=[step(group_id="acme:g", chord=BODY)])]},
    "a chord's": {"errbacks": [step(task_id="acme:g") | {"subtask_type": "chord"}]},
    "a header's": {"chain": [step() | {"subtask_type": "chord", "kwargs": {"header": HEADER}}]},
    "behind a body": {"chord": step(chain=[step(group_id="acme:g", chord=BODY)])},
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_group_is_found_wherever_it_is(place: str) -> None:
    assert set(groups_of(asked(**PLACES[place]))) == {"acme:g"}


@pytest.mark.parametrize(
    "context", [{"group": "acme:g"}, {"chain": [step(group_id="acme:g")]}, {"chain": [step(task_id="acme:1")]}]
)
def test_what_is_counted_in_no_chord_names_no_group(context: dict[str, Any]) -> None:
    assert list(groups_of(asked(**context))) == []


def test_what_is_too_deep_is_refused() -> None:
    deep: Any = step()
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(InvalidTaskError):
        list(groups_of(asked(chain=deep)))
