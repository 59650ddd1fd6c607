"""When a retraining's time is: versions are named by it, and what was said before is learned."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from jobs.retraining import Beginning, RetrainingRequest
from jobs.rollout import BOUNDS
from jobs.rollout_plan import RolloutPlan
from store.feedback import FeedbackStore
from store.jobs import RedisStore
from store.retrainings import RetrainingStore
from tests.support.commands import Kritiq
from tests.support.factories import create
from worker.retrain import cli
from worker.retrain.cli import next_second


@pytest.fixture(autouse=True)
def acme(redis_client: redis.Redis) -> None:
    """There is such an organisation."""
    create(RedisStore(redis_client), tenant="acme")


@given(now_ms=st.integers(0, 10**13), oversleeps_ms=st.integers(-5, 2000))
def test_what_was_said_right_before_the_call_is_learned(now_ms: int, oversleeps_ms: int) -> None:
    clock = [now_ms]

    def sleep(seconds: float) -> None:
        # Some systems wake a little early.
        clock[0] += max(1, round(seconds * 1000) + oversleeps_ms)

    at_ms = next_second(lambda: clock[0], sleep)
    assert now_ms < at_ms <= clock[0], "it is after what was said, and over: nothing more is said before it"
    assert (at_ms % 1000, at_ms - now_ms <= 1000) == (0, True)


@pytest.mark.parametrize("off_s", [-3600, 3600], ids=["behind", "ahead"])
def test_its_time_is_that_of_the_clock_by_which_people_said_something(
    off_s: int, kritiq: Kritiq, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, sent, now_ms = time.time_ns() + off_s * 10**9, list[int](), FeedbackStore(redis_client).now_ms
    monkeypatch.setattr(time, "time_ns", lambda: wrong)
    # Without waiting for its second.
    monkeypatch.setattr(cli, "next_second", lambda clock, sleep: clock())
    monkeypatch.setattr(cli, "_run", lambda settings, client, asked, at_ms, *files: sent.append(at_ms))
    before = now_ms()
    kritiq("retrain", "--model", "default", "--tenant", "acme")
    kritiq("retrain", "--model", "default", "--tenant", "acme", "--background")
    [asked] = RetrainingStore(redis_client).page(size=9).found
    sent.append(asked.asked_at)
    assert before <= sent[0] <= sent[1] <= now_ms()


def test_only_what_has_begun_is_gone_on_with(
    kritiq: Kritiq, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A time that nobody began at is a slip: a new run would learn only what people had said by then."""
    ran = list[int]()
    monkeypatch.setattr(cli, "_run", lambda settings, client, asked, at_ms, *files: ran.append(at_ms))
    asked = ("retrain", "--model", "fake/1", "--tenant", "acme", "--output", tmp_path, "--resume", "20261129-071203")
    told = kritiq(*asked, status=1).output
    assert "no such retraining of fake/1 began at 20261129-071203" in told
    assert ran == []
    request = RetrainingRequest(model="fake/1", tenants=("acme",), alias="candidate", rollout=None, options={})
    at_ms = int(datetime(2026, 11, 29, 7, 12, 3, tzinfo=UTC).timestamp() * 1000)
    RetrainingStore(redis_client).begin(request, Beginning(base="fake/1", revision=0), at_ms=at_ms)
    kritiq(*asked)
    # The store forgets when it began; what it made of it is there.
    redis_client.flushdb()
    create(RedisStore(redis_client), tenant="acme")
    (tmp_path / ".fake-1.20261129-071203.state").touch()
    kritiq(*asked)
    assert ran == [at_ms, at_ms]


def test_its_rollout_has_the_steps_and_bounds_that_are_said(kritiq: Kritiq, redis_client: redis.Redis) -> None:
    asked = ("retrain", "--model", "fake/1", "--tenant", "acme", "--background", "--rollout")
    kritiq(*asked, "--step", "10", "--step", "50", "--min-reviews", "20", "--max-slowdown", "3", "--without", "drift")
    [found] = RetrainingStore(redis_client).page(size=9).found
    bounds = replace(BOUNDS, min_reviews=20, max_slowdown=3.0, max_drift=None)
    assert found.request.rollout == RolloutPlan(steps=(10, 50), bounds=bounds)


def test_its_rollout_is_as_usual_unless_it_is_said(kritiq: Kritiq, redis_client: redis.Redis) -> None:
    kritiq("retrain", "--model", "fake/1", "--tenant", "acme", "--background", "--rollout")
    [found] = RetrainingStore(redis_client).page(size=9).found
    assert found.request.rollout == RolloutPlan()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--step", "10"), "--step is for --rollout"),
        (("--min-reviews", "9"), "--min-reviews is for --rollout"),
        (("--without", "drift"), "--without is for --rollout"),
        (("--rollout", "--step", "50", "--step", "10"), "each more than the one before"),
        (("--rollout", "--min-agreement", "1"), "min_agreement should be"),
        (("--rollout", "--max-drift", "nan"), "'nan' is not a number to count with"),
        (("--rollout", "--max-drift", "0.1", "--without", "drift"), "--max-drift is a bound that --without leaves out"),
    ],
)
def test_a_rollout_that_makes_no_sense_is_refused(kritiq: Kritiq, words: tuple[str, ...], why: str) -> None:
    assert why in kritiq("retrain", "--model", "fake/1", "--tenant", "acme", "--background", *words, status=2).output
