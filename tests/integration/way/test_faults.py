"""The short form of `kritiq bench faults`: real processes under load, killed, frozen, poisoned, without memory."""

import json
from contextlib import closing

import pytest

from tests.support.processes import Process
from tests.support.redis_server import require_server

pytestmark = [pytest.mark.integration, pytest.mark.timeout(400)]


def test_whatever_breaks_what_was_accepted_ends_once() -> None:
    require_server()
    with closing(Process("--short", "--json", env={}, module="tests.integration.way.forked_faults")) as faults:
        status = faults.wait(380)
        log = faults.log
    verdicts = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert [verdict["scenario"] for verdict in verdicts] == [
        "worker-kills", "worker-frozen", "poison", "redis-kills", "memory-full",
    ], log[-3000:]  # fmt: skip
    for verdict in verdicts:
        assert verdict["accepted"] >= 100
        assert (verdict["lost"], verdict["ended_twice"], verdict["delivered_twice"]) == (0, 0, 0), verdict
        assert verdict["kept"], verdict
    assert status == 0
