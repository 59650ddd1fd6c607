"""Networks are timed in turns, and each counts with its best round."""

from collections.abc import Sequence
from typing import cast

import numpy as np

from model.runtime.engine import Load, NetworkEngine
from model.runtime.judgement import Floats
from model.runtime.measuring import ROUNDS, answers_and_rates, some_of


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Timed:
    """A network whose calls take what they are said to, in seconds."""

    cores, default_budget = 1, 64

    def __init__(self, clock: Clock, answer: float, takes: Sequence[float]) -> None:
        self._clock, self._answer, self._takes = clock, answer, iter((*takes, *([takes[-1]] * 99)))
        self.calls = 0

    def encode(self, sentences: Sequence[str]) -> Sequence[str]:
        return sentences

    def logits(self, encoded: Sequence[str], load: Load) -> tuple[Floats, None]:
        self.calls += 1
        self._clock.now += next(self._takes)
        return np.full((len(encoded), 1), self._answer, dtype=np.float32), None


def test_a_network_counts_with_its_best_round_and_not_with_the_first_calls() -> None:
    clock = Clock()
    steady = Timed(clock, 1.0, [9.0, 9.0, 0.5])
    disturbed = Timed(clock, 2.0, [9.0, 9.0, 0.7, 0.25, 0.7])
    engines = [cast(NetworkEngine, each) for each in (steady, disturbed)]
    logits, rates = answers_and_rates(engines, ["a", "b"], clock=clock, patience_s=60)
    assert rates == [4.0, 8.0]
    assert [float(each[0, 0]) for each in logits] == [1.0, 2.0]


def test_where_a_round_takes_long_there_is_no_other() -> None:
    clock = Clock()
    slow = Timed(clock, 1.0, [5.0])
    answers_and_rates([cast(NetworkEngine, slow)], ["a"], clock=clock, patience_s=2.0)
    assert slow.calls == 2 + 1 < 2 + ROUNDS


def test_of_a_method_with_many_rows_a_sentence_fewer_are_taken() -> None:
    sentences = [str(number) for number in range(100)]
    assert [len(some_of(sentences, rows)) for rows in (1, 9, 45)] == [64, 7, 4]
