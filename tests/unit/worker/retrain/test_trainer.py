"""What `kritiq trainer` says of retrainings that were asked for."""

from types import SimpleNamespace
from typing import Any

import pytest

from jobs.asked_retraining import PROGRESS
from tests.support.commands import Kritiq


class Result:
    """A task's result, which is in the next of these states whenever somebody sleeps."""

    def __init__(self, *states: tuple[str, Any]) -> None:
        self.states = list(states)

    state = property(lambda self: self.states[0][0])
    info = property(lambda self: self.states[0][1])

    def ready(self) -> bool:
        return self.state == "SUCCESS"

    def successful(self) -> bool:
        return self.ready()

    def sleep(self, seconds: float) -> None:
        self.states.pop(0)


def test_who_follows_a_task_hears_that_nothing_is_known_of_it_until_it_begins(
    kritiq: Kritiq, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"share": 0.5, "said": "epoch 1"}
    result = Result(("PENDING", None), ("PENDING", None), (PROGRESS, told), (PROGRESS, told), ("SUCCESS", {"a": 1}))
    monkeypatch.setattr("worker.retrain.trainer.result_of", lambda settings, task: result)
    monkeypatch.setattr("worker.retrain.trainer.time", SimpleNamespace(sleep=result.sleep))
    done = kritiq("trainer", "follow", "retrain_a")
    assert done.stderr.splitlines() == [
        "nothing is known of it: it waits for a trainer (kritiq trainer run), or there is no such task",
        " 50 %  epoch 1",
    ]
    assert done.stdout == '{"a": 1}\n'
