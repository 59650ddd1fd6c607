"""`kritiq models rollout`: from one version to another in steps."""

from functools import partial

import pytest
import redis

from jobs.rollout import RolloutState
from store.aliases import AliasStore
from tests.unit.ops.conftest import Call


@pytest.fixture
def rollout(models: Call) -> Call:
    """Calls `kritiq models rollout …` where a worker serves two versions."""
    return partial(models, "rollout")


def test_it_is_begun_looked_at_and_stopped(rollout: Call, redis_client: redis.Redis) -> None:
    assert rollout("status").output == "Nothing was rolled out.\n"
    begun = rollout("start", "default", "fake/2", "--step", "10", "--min-reviews", "7", "--without", "drift").output
    assert begun.startswith("default  fake/1=90 fake/2=10  revision 1\n  fake/2: running, step 1 of 1, since ")
    assert rollout("status", "default").output == begun
    assert begun.endswith("  Reviews judged in this step: 0 of 7.\n")
    known = AliasStore(redis_client).all()["default"].rollout
    assert known is not None
    assert (known.bounds.max_drift, known.bounds.max_failures) == (None, 0.02)
    assert "fake/2: rolled_back, since " in rollout("stop", "default").output
    assert AliasStore(redis_client).all()["default"].versions == {"fake/1": 100}


def test_it_is_promoted_before_its_time(rollout: Call, redis_client: redis.Redis) -> None:
    rollout("start", "default", "fake/2")
    assert "An operator promoted it." in rollout("promote", "default", "--revision", "1").output
    known = AliasStore(redis_client).all()["default"]
    assert known.rollout is not None
    assert (known.rollout.state, known.versions) == (RolloutState.PROMOTED, {"fake/2": 100})


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("start", "default", "fake/9"), 1),
        (("start", "Default", "fake/2"), 2),
        (("start", "default", "fake"), 2),
        (("start", "default", "fake/2", "--step", "50", "--step", "10"), 2),
        (("start", "default", "fake/2", "--max-drift", "nan"), 2),
        (("start", "default", "fake/2", "--max-slowdown", "inf"), 2),
        (("start", "default", "fake/2", "--max-failures", "0"), 2),
        (("start", "default", "fake/2", "--min-agreement", "1"), 2),
        (("start", "default", "fake/2", "--max-drift", "0.1", "--without", "drift"), 2),
        (("start", "default", "fake/2", "--min-reviews", "9" * 30), 2),
        (("stop", "default"), 1),
        (("start", "default", "fake/2", "--revision", "7"), 1),
    ],
)
def test_what_makes_no_sense_is_refused(rollout: Call, words: tuple[str, ...], status: int) -> None:
    rollout(*words, status=status)
