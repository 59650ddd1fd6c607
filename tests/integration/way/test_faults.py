"""The short form of `kritiq bench faults`: real processes under load, killed, frozen, poisoned, without memory."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.forked import ENVIRONMENT, ROOT
from tests.support.redis_server import require_server

pytestmark = [pytest.mark.integration, pytest.mark.timeout(400)]


def test_whatever_breaks_what_was_accepted_ends_once() -> None:
    require_server()
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.way.forked_faults", "--short", "--json"],
        cwd=ROOT, env=os.environ | ENVIRONMENT, capture_output=True, timeout=380,
    )  # fmt: skip
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert [verdict["scenario"] for verdict in verdicts] == [
        "worker-kills", "worker-frozen", "poison", "redis-kills", "memory-full",
    ], done.stderr[-3000:]  # fmt: skip
    for verdict in verdicts:
        assert verdict["accepted"] >= 100
        assert (verdict["lost"], verdict["ended_twice"], verdict["delivered_twice"]) == (0, 0, 0), verdict
        assert verdict["kept"], verdict
    assert done.returncode == 0
