"""`kritiq sizing` says what a simulation of every single review finds too, and no worker less would do."""

import dataclasses
import math
import random
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
import simpy
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from ops.sizing.answer import CannotBe, Load, Promise, answer
from ops.sizing.measured import Measured
from ops.sizing.waiting import percentile
from tests.support.commands import kritiq

MEASURED = Measured()
SEEDS = (1, 2, 3)
#: How long reviews are, as a share of the average: all alike; some short and some long; and most short, few very long.
LENGTHS: dict[str, Callable[[random.Random], float]] = {
    "alike": lambda chance: 1.0,
    "exponential": lambda chance: chance.expovariate(1.0),
    "long-tailed": lambda chance: chance.lognormvariate(-math.log(2) / 2, math.sqrt(math.log(2))),
}
#: Reviews a day, the share of them that somebody waits for, and the seconds that are promised: as many workers as are
#: busy for what they may be are too few for it.
LATE = [(1.2e6, 0.95, 0.15), (5e6, 0.95, 0.12), (5e6, 1.0, 0.1)]


def simulate(
    *, workers: int, arrivals_s: float, work_s: float, reviews: int, seed: int, held_s: float = 0.0, lengths: str = ""
) -> list[float]:
    """Seconds that each review took: one queue, free workers take what is next. With `held_s` there are always batches
    that wait: a worker that finds no review takes a part of one, and is not to be had for so long.
    """
    # The same reviews come at the same times with batches and without them.
    chance, others, world = random.Random(seed), random.Random(seed), simpy.Environment()
    free, took = simpy.PriorityResource(world, capacity=workers), list[float]()
    length = LENGTHS[lengths or "exponential"]

    def review(length_s: float) -> Iterator[Any]:
        came = world.now
        with free.request(priority=0) as turn:
            yield turn
            yield world.timeout(length_s)
        took.append(world.now - came)

    def clients() -> Iterator[Any]:
        for _ in range(reviews):
            world.process(review(length(chance) * work_s))
            yield world.timeout(chance.expovariate(arrivals_s))

    def batches() -> Iterator[Any]:
        # Not all at the same moment, again and again.
        yield world.timeout(others.uniform(0, held_s))
        while len(took) < reviews:
            with free.request(priority=1) as turn:
                yield turn
                yield world.timeout(held_s)

    world.process(clients())
    for _ in range(workers if held_s else 0):
        world.process(batches())
    world.run()
    return took[reviews // 10 :]


def ninety_fifth(took: list[float]) -> float:
    return sorted(took)[int(0.95 * len(took))]


def simulated(load: Load, workers: int, lengths: str) -> float:
    """What 95 of 100 single reviews take in the busiest hour, on average over the seeds, beside batches without end."""
    arrivals_s = load.reviews_a_day * load.peak / 86_400 * load.single
    work_s = load.sentences / (MEASURED.core_rate * MEASURED.single_share)
    held_s = MEASURED.held_s(MEASURED.core_rate) if load.single < 1 else 0.0
    found = [
        ninety_fifth(simulate(workers=workers, arrivals_s=arrivals_s, work_s=work_s, reviews=6_000, seed=seed,
                              held_s=held_s, lengths=lengths))
        for seed in SEEDS
    ]  # fmt: skip
    print(f"seeds {SEEDS}, {workers} workers: {found}")
    return sum(found) / len(found) + MEASURED.single_s


@pytest.mark.parametrize(("workers", "busy"), [(1, 0.6), (3, 0.8), (10, 0.9)])
def test_ninety_five_of_a_hundred_take_what_a_simulation_says(workers: int, busy: float) -> None:
    found = [
        ninety_fifth(simulate(workers=workers, arrivals_s=workers * busy, work_s=1.0, reviews=5_000, seed=seed))
        for seed in SEEDS
    ]
    predicted = percentile(0.95, servers=workers, load=workers * busy, work_s=1.0)
    print(f"seeds {SEEDS}: simulated {found}, said {predicted}")
    assert sum(found) / len(found) == pytest.approx(predicted, rel=0.2)


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize(("day", "single", "p95_s"), [*LATE, (1e6, 0.5, 0.15)])
def test_an_answer_keeps_its_promise_beside_batches_whatever_the_lengths(
    day: float, single: float, p95_s: float, lengths: str
) -> None:
    load, promise = Load(reviews_a_day=day, single=single), Promise(p95_s=p95_s, busy=0.95)
    answered = answer(load, promise, MEASURED.core_rate, MEASURED)
    assert simulated(load, answered.workers, lengths) <= p95_s


@pytest.mark.parametrize(("day", "single", "p95_s"), LATE)
def test_one_worker_less_would_break_it(day: float, single: float, p95_s: float) -> None:
    load, promise = Load(reviews_a_day=day, single=single), Promise(p95_s=p95_s, busy=0.95)
    answered = answer(load, promise, MEASURED.core_rate, MEASURED)
    assert answered.busy * answered.workers / (answered.workers - 1) < 0.95, "not because it would be busy"
    assert simulated(load, answered.workers - 1, "exponential") > p95_s


@pytest.mark.parametrize("workers", [1, 4])
def test_batches_without_end_hold_a_review_up_for_no_longer_than_one_that_is_in_the_network(workers: int) -> None:
    """That is what the answer adds for them, to what a queue without them says."""
    found = {
        held_s: [
            ninety_fifth(simulate(workers=workers, arrivals_s=workers * 0.6, work_s=1.0, reviews=6_000, seed=seed,
                                  held_s=held_s))
            for seed in SEEDS
        ]
        for held_s in (0.0, 0.5, 1.0)
    }  # fmt: skip
    alone, half, whole = (sum(times) / len(SEEDS) for times in found.values())
    assert alone < half < whole < alone + 1.0
    assert half < alone + 0.5


@given(st.floats(1, 1e7), st.floats(10, 1e5), st.floats(0, 1), st.floats(0.1, 60))
def test_nothing_is_busier_than_it_may_be_and_one_worker_less_would_not_do(
    day: float, rate: float, single: float, p95: float
) -> None:
    load, promise = Load(reviews_a_day=day, single=single), Promise(p95_s=p95)
    beside = MEASURED.single_s + (MEASURED.held_s(rate) if single < 1 else 0)
    try:
        answered = answer(load, promise, rate, MEASURED)
    except CannotBe:
        # Not even a review that never waits keeps it.
        assert 1e-9 - math.log(0.05) * load.sentences / (rate * MEASURED.single_share) >= p95 - beside
        return
    assert answered.busy <= promise.busy + 1e-9
    assert answered.p95_s <= p95 + 1e-9
    less = answered.workers - 1
    own = answered.reviews_s * single * load.sentences / (rate * MEASURED.single_share)
    late = less == 0 or (
        percentile(0.95, servers=less, load=own, work_s=load.sentences / (rate * MEASURED.single_share)) > p95 - beside
    )
    assert less == 0 or late or answered.busy * answered.workers / less > promise.busy


def test_slower_workers_hold_a_review_up_for_longer_with_a_batch() -> None:
    fast, slow = (answer(Load(reviews_a_day=1000), Promise(p95_s=60), rate, MEASURED) for rate in (726.0, 72.6))
    work_s = 8 / (72.6 * MEASURED.single_share)
    assert slow.p95_s > fast.p95_s
    assert slow.p95_s >= 10 * MEASURED.beside_bulk_s + 3 * work_s


@pytest.mark.parametrize("single", [0.0, 0.5, 1.0])
def test_redis_needs_more_for_more_sentences_and_for_every_webhook(single: float) -> None:
    def needed(sentences: float, webhooks: float = 1.0) -> float:
        load = Load(reviews_a_day=1e6, single=single, sentences=sentences, webhooks=webhooks)
        return answer(load, Promise(p95_s=60), MEASURED.core_rate, MEASURED).redis_bytes

    one, eight, fifty = needed(1), needed(8), needed(50)
    ended = 4e6 * (single * MEASURED.ended_single.sentence + (1 - single) * MEASURED.ended_bulk.sentence)
    waiting = 1e6 * (1 - single) * MEASURED.waiting.sentence
    assert eight - one == pytest.approx(7 * (ended + waiting))
    assert fifty - eight == pytest.approx(42 * (ended + waiting))
    assert needed(8, webhooks=2.0) - eight == pytest.approx(4e6 * single * MEASURED.webhook_bytes)


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


def sizing(*words: str, status: int = 0) -> Result:
    return kritiq("sizing", *words, status=status)


def test_the_command_says_what_to_buy_and_when_one_redis_is_too_few() -> None:
    small = sizing("--reviews-per-day", "100k", "--tenants", "20")
    assert "  1 worker, " in small.output
    assert "ONE REDIS" not in small.output
    assert "ONE REDIS DOES NOT CARRY THIS" in sizing("--reviews-per-day", "30M", "--p95", "5").output
    printed = orjson.loads(sizing("--reviews-per-day", "100k", "--json").output)
    assert set(printed) >= {"workers", "redis_bytes", "p95_s", "tenant_backlog"}


@pytest.mark.parametrize("words", [("10x",), ("0",), ("1M", "--rate", "0"), ("1M", "--busy", "1")])
def test_what_is_no_number_is_wrong_usage(words: tuple[str, ...]) -> None:
    sizing("--reviews-per-day", *words, status=2)


@pytest.mark.parametrize(
    "mistyped", [("--peak", "1e308"), ("--peak", "1e12"), ("--sentences", "1e308"), ("--webhooks", "1e308"), ()]
)
def test_what_nobody_could_buy_is_said_at_once(mistyped: tuple[str, ...]) -> None:
    refused = sizing("--reviews-per-day", "1M" if mistyped else "9" * 30, *mistyped, status=1)
    assert isinstance(refused.exception, CannotBe)
    assert "look at the numbers again" in str(refused.exception)


def test_a_promise_that_no_number_of_workers_keeps_is_said() -> None:
    refused = sizing("--reviews-per-day", "1M", "--p95", "0.04", status=1)
    assert isinstance(refused.exception, CannotBe)
    assert "needs faster ones" in str(refused.exception)
