"""Another Redis becomes the primary under load, with real Sentinels and real processes."""

import json
from contextlib import closing

import pytest

from tests.support.processes import Process
from tests.support.redis_server import require_server

pytestmark = [pytest.mark.integration, pytest.mark.timeout(400)]


def test_whatever_was_answered_is_there_after_a_planned_switch() -> None:
    require_server()
    words = ("--only", "primary-switched", "--scale", "0.5", "--json")
    with closing(Process(*words, env={}, module="tests.integration.way.forked_faults")) as faults:
        status = faults.wait(380)
        log = faults.log
    verdicts = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert len(verdicts) == 1, log[-3000:]
    (verdict,) = verdicts
    assert verdict["accepted"] >= 100
    assert (verdict["lost"], verdict["ended_twice"], verdict["undelivered"]) == (0, 0, 0), verdict
    assert verdict["exits"] == {}, "no process ended of it"
    assert verdict["kept"], verdict
    assert status == 0
