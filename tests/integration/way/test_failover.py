"""Another Redis becomes the primary under load, with real Sentinels and real processes."""

import json
import subprocess
import sys

import pytest

from tests.support.processes import ROOT
from tests.support.redis_server import require_server

pytestmark = [pytest.mark.integration, pytest.mark.timeout(400)]


def test_whatever_was_answered_is_there_after_a_planned_switch() -> None:
    require_server()
    done = subprocess.run(
        [sys.executable, "-m", "bench.faults", "--only", "primary-switched", "--scale", "0.5", "--json"],
        cwd=ROOT, capture_output=True, timeout=380,
    )  # fmt: skip
    (verdict,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert verdict["accepted"] >= 100
    assert (verdict["lost"], verdict["ended_twice"], verdict["undelivered"]) == (0, 0, 0), verdict
    assert verdict["exits"] == {}, "no process ended of it"
    assert verdict["kept"], verdict
    assert done.returncode == 0
