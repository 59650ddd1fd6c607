"""Numbers of a training lie within bounds."""

from dataclasses import asdict

from model.training.bounds import BOUNDS
from model.training.config import TrainingConfig


def test_every_number_of_a_training_has_bounds_that_its_default_keeps() -> None:
    defaults = TrainingConfig()
    numbers = {name: value for name, value in asdict(defaults).items() if type(value) in (int, float)}
    assert numbers.keys() == BOUNDS.keys()
    assert all(BOUNDS[name].hold(value) for name, value in numbers.items())
