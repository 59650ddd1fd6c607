"""Stamps that a client's visitor puts on a canvas: what follows our tasks carries those that Celery says."""

import json
from typing import Any

import pytest
from celery import chain, chord
from celery.canvas import StampingVisitor

from tests.celery.subjects import REVIEW, Running, fresh_key

pytestmark = pytest.mark.integration


class Orders(StampingVisitor):  # type: ignore[misc]
    """One that uses each of Celery's hooks."""

    def on_signature(self, sig: Any, **headers: Any) -> dict[str, Any]:
        return {"order": "7", "stamped_headers": ["order"]}

    def on_group_start(self, sig: Any, **headers: Any) -> dict[str, Any]:
        return {"of_group": "g"}

    def on_chord_body(self, sig: Any, **headers: Any) -> dict[str, Any]:
        return {"of_body": "b"}

    def on_callback(self, callback: Any, **headers: Any) -> dict[str, Any]:
        return {"callback": True}

    def on_errback(self, errback: Any, **headers: Any) -> dict[str, Any]:
        return {"errback": True}


def stamps(there: Running, canvas: Any, key: str) -> Any:
    """Those of the user's task that notes them under `key`."""
    canvas.stamp(Orders())
    canvas.apply_async()
    seen = there.noted(key)
    assert sorted(seen["stamps"]) == sorted(seen["stamped_headers"])
    return json.loads(json.dumps(seen["stamps"]))


def test_a_step_of_a_chain_is_stamped(there: Running) -> None:
    key = fresh_key()
    assert stamps(there, chain(there.task(REVIEW), there.note(key)), key) == {"order": "7"}


def test_a_link_is_stamped(there: Running) -> None:
    key = fresh_key()
    task = there.task(REVIEW)
    task.link(there.note(key))
    assert stamps(there, task, key) == {"order": "7", "callback": True}


def test_the_body_of_a_chord_is_stamped(there: Running) -> None:
    key = fresh_key()
    canvas = chord([there.task(REVIEW), there.task(REVIEW)], there.note(key))
    assert stamps(there, canvas, key) == {"order": "7", "of_group": "g", "of_body": "b"}


# Celery's own word that this may change.
@pytest.mark.filterwarnings("ignore:task_allow_error_cb_on_chord_header")
def test_the_errback_of_a_chord_is_stamped(there: Running) -> None:
    key = fresh_key()
    canvas = chord([there.task(REVIEW), there.task("poison")], there.note(fresh_key()))
    canvas.link_error(there.errback(key))
    assert stamps(there, canvas, key) == {"order": "7", "of_group": "g", "of_body": "b", "errback": True}
