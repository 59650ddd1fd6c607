"""`kritiq sizing` says what a simulation of every single review finds too, and no worker less would do."""

import dataclasses
import math
import random
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import simpy
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from ops.command import cli
from ops.sizing.answer import CannotBe, Load, Promise, answer
from ops.sizing.measured import Measured
from ops.sizing.waiting import percentile

MEASURED = Measured()
SEEDS = (1, 2, 3)


def simulate(*, workers: int, arrivals_s: float, work_s: float, reviews: int, seed: int) -> list[float]:
    """Seconds that each review took: one queue, free workers take what is next, lengths as they come."""
    chance, world = random.Random(seed), simpy.Environment()
    free, took = simpy.Resource(world, capacity=workers), list[float]()

    def review() -> Iterator[Any]:
        came = world.now
        with free.request() as turn:
            yield turn
            yield world.timeout(chance.expovariate(1 / work_s))
        took.append(world.now - came)

    def clients() -> Iterator[Any]:
        for _ in range(reviews):
            world.process(review())
            yield world.timeout(chance.expovariate(arrivals_s))

    world.process(clients())
    world.run()
    return took[reviews // 10 :]


@pytest.mark.parametrize(("workers", "busy"), [(1, 0.6), (3, 0.8), (10, 0.9)])
def test_ninety_five_of_a_hundred_take_what_a_simulation_says(workers: int, busy: float) -> None:
    found = []
    for seed in SEEDS:
        took = sorted(simulate(workers=workers, arrivals_s=workers * busy, work_s=1.0, reviews=5_000, seed=seed))
        found.append(took[int(0.95 * len(took))])
    said = percentile(0.95, servers=workers, load=workers * busy, work_s=1.0)
    print(f"seeds {SEEDS}: simulated {found}, said {said}")
    assert sum(found) / len(found) == pytest.approx(said, rel=0.2)


@pytest.mark.parametrize("day", [1e5, 1e6])
def test_an_answer_keeps_its_promise_in_a_simulated_hour(day: float) -> None:
    load, promise = Load(reviews_a_day=day, single=1.0), Promise(p95_s=0.3)
    said = answer(load, promise, MEASURED.core_rate, MEASURED)
    work_s = load.sentences / (MEASURED.core_rate * MEASURED.single_share)
    for seed in SEEDS:
        took = sorted(
            simulate(workers=said.workers, arrivals_s=said.reviews_s, work_s=work_s, reviews=5_000, seed=seed)
        )
        print(f"seed {seed}: {took[int(0.95 * len(took))]:.4f} s")
        assert took[int(0.95 * len(took))] + MEASURED.single_s <= promise.p95_s


@given(st.floats(1, 1e7), st.floats(10, 1e5), st.floats(0, 1), st.floats(0.1, 60))
def test_nothing_is_busier_than_it_may_be_and_one_worker_less_would_not_do(
    day: float, rate: float, single: float, p95: float
) -> None:
    load, promise = Load(reviews_a_day=day, single=single), Promise(p95_s=p95)
    try:
        said = answer(load, promise, rate, MEASURED)
    except CannotBe:
        # Not even a review that never waits keeps it.
        assert 1e-9 - math.log(0.05) * load.sentences / (rate * MEASURED.single_share) >= p95 - MEASURED.single_s
        return
    assert said.busy <= promise.busy + 1e-9
    assert said.p95_s <= p95 + 1e-9
    less = said.workers - 1
    own = said.reviews_s * single * load.sentences / (rate * MEASURED.single_share)
    late = less == 0 or (
        percentile(0.95, servers=less, load=own, work_s=load.sentences / (rate * MEASURED.single_share))
        > p95 - MEASURED.single_s
    )
    assert less == 0 or late or said.busy * said.workers / less > promise.busy


#: `python -m bench.faults.costs` on two busy cores: reviews a second of so many workers that take 20 ms for each.
SEEN = {1: 45.5, 2: 91.5, 4: 177.9}


@pytest.mark.parametrize("workers", SEEN)
def test_what_was_measured_with_several_workers_is_within_the_margin_that_is_kept(workers: int) -> None:
    """What several workers lose to the queue that they share has to be less than what `busy` leaves free."""
    assert Promise().busy < SEEN[workers] / (workers / 0.020) <= 1


def test_more_of_everything_never_needs_less() -> None:
    first = answer(Load(reviews_a_day=1e6, tenants=10), Promise(), MEASURED.core_rate, MEASURED)
    for change in ({"reviews_a_day": 2e6}, {"sentences": 16.0}, {"peak": 8.0}):
        load = dataclasses.replace(Load(reviews_a_day=1e6, tenants=10), **change)
        more = answer(load, Promise(), MEASURED.core_rate, MEASURED)
        assert more.workers > first.workers
        assert more.batch_together_s * more.workers >= first.batch_together_s * first.workers
    longer = answer(Load(reviews_a_day=1e6, kept_days=8), Promise(), MEASURED.core_rate, MEASURED)
    assert longer.redis_bytes > 1.9 * first.redis_bytes
    assert first.tenant_backlog * 10 == first.backlog


def kritiq(*words: str) -> Any:
    return CliRunner().invoke(cli, ["sizing", *words])


def test_the_command_says_what_to_buy_and_when_one_redis_is_too_few() -> None:
    small = kritiq("--reviews-per-day", "100k", "--tenants", "20")
    assert small.exit_code == 0
    assert "  1 worker, " in small.output
    assert "ONE REDIS" not in small.output
    assert "ONE REDIS DOES NOT CARRY THIS" in kritiq("--reviews-per-day", "30M", "--p95", "5").output
    said = orjson.loads(kritiq("--reviews-per-day", "100k", "--json").output)
    assert set(said) >= {"workers", "redis_bytes", "p95_s", "tenant_backlog"}


@pytest.mark.parametrize("words", [("10x",), ("0",), ("1M", "--rate", "0"), ("1M", "--busy", "1")])
def test_what_is_no_number_is_wrong_usage(words: tuple[str, ...]) -> None:
    assert kritiq("--reviews-per-day", *words).exit_code == 2


def test_a_promise_that_no_number_of_workers_keeps_is_said() -> None:
    refused = kritiq("--reviews-per-day", "1M", "--p95", "0.04")
    assert isinstance(refused.exception, CannotBe)
    assert "needs faster ones" in str(refused.exception)
