"""The token budget is the smallest that is nearly as fast as any, within the memory and the time there is."""

from dataclasses import dataclass, field

import pytest

from model.errors import OutOfMemory
from model.inputs.encoding import Encoded
from worker.predict.budget import LARGEST, SMALLEST, Memory, choose_budget, smallest_good

TOKENS = 16
PLENTY = Memory(free=lambda: 1 << 40, used=lambda: 0)


@dataclass
class Chip:
    """A predictor whose network takes as long as the test says, by a clock that only the network moves."""

    #: Seconds per token, by budget; budgets that are not named take 1 ms a token.
    costs: dict[int, float] = field(default_factory=dict)
    #: Tokens beyond which the memory ends.
    most: int = 1 << 62
    token_budget: int = 4096
    streams: int = 1
    device: str = "cpu"
    now: float = 0.0
    judged: list[int] = field(default_factory=list)
    #: Tokens of each call.
    sizes: list[int] = field(default_factory=list)

    def encode(self, sentences: list[str]) -> Encoded:
        count = len(sentences)
        return Encoded(sentences=((1,) * TOKENS,) * count, lengths=(TOKENS,) * count, truncated=(False,) * count)

    def judge(self, encoded: Encoded) -> object:
        batch = min(encoded.tokens, self.token_budget)
        if batch > self.most:
            raise OutOfMemory
        self.judged.append(batch)
        self.sizes.append(encoded.tokens)
        self.now += encoded.tokens * self.costs.get(self.token_budget, 0.001)
        return None

    def clock(self) -> float:
        return self.now


def choose(chip: Chip, *, memory: Memory = PLENTY, patience_s: float = 1e9) -> int:
    return choose_budget(chip, clock=chip.clock, memory=memory, patience_s=patience_s)


def test_the_smallest_of_equals_is_taken() -> None:
    assert choose(Chip()) == SMALLEST


def test_a_larger_budget_is_taken_when_it_is_clearly_faster() -> None:
    assert choose(Chip(costs={256: 0.002, 512: 0.0015, 1024: 0.00101, 2048: 0.001, 4096: 0.003})) == 1024


def test_a_device_that_wants_large_batches_gets_the_largest() -> None:
    chip = Chip(costs={SMALLEST << step: 0.001 / 2**step for step in range(12)})
    assert choose(chip) == LARGEST


@pytest.mark.parametrize("streams", [1, 4])
def test_every_stream_has_a_batch_of_the_budget_that_is_measured(streams: int) -> None:
    chip = Chip(streams=streams, costs={SMALLEST << step: 0.001 / 2**step for step in range(12)})
    assert choose(chip) == LARGEST
    assert max(chip.sizes) == streams * LARGEST


def test_measuring_ends_where_larger_batches_are_clearly_slower() -> None:
    chip = Chip(costs={512: 0.01, 1024: 0.01})
    assert choose(chip) == SMALLEST
    assert max(chip.judged) == 1024


def test_one_slow_measurement_may_be_noise() -> None:
    assert choose(Chip(costs={256: 0.002, 512: 0.01, 1024: 0.001})) == 1024


def test_measuring_ends_when_its_time_is_over() -> None:
    costs = {SMALLEST << step: 0.001 / 2**step for step in range(12)}
    chip = Chip(costs=costs)
    choose(chip, patience_s=10)
    assert chip.now < 11


def test_what_does_not_fit_into_memory_is_not_chosen() -> None:
    chip = Chip(costs={SMALLEST << step: 0.001 / 2**step for step in range(12)}, most=2048)
    assert choose(chip) == 2048


def test_a_batch_may_not_take_more_than_half_of_the_free_memory() -> None:
    chip = Chip(costs={SMALLEST << step: 0.001 / 2**step for step in range(12)})
    memory = Memory(free=lambda: 10_000_000, used=lambda: max(chip.judged, default=0) * 1000)
    # 4,096 tokens take 4 MB; twice that would be more than the half.
    assert choose(chip, memory=memory) == 4096


@pytest.mark.parametrize("most", [8, 1 << 62])
def test_the_predictor_keeps_the_budget_it_had(most: int) -> None:
    chip = Chip(most=most)
    choose(chip)
    assert chip.token_budget == 4096


def test_without_a_measurement_the_budget_stays() -> None:
    assert choose(Chip(most=8)) == 4096
    assert smallest_good({}) is None
