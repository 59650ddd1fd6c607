"""What a sweep's file may say, and what is said of one that cannot be used."""

from pathlib import Path

import pytest

from model.errors import DataError
from model.sweep.plan import Range, read_plan

GOOD = """
train: [a.jsonl, b.jsonl]
dev: dev.jsonl
trials: 8
search:
  encoder: [one, two]
  method: single
  learning-rate: {low: 1e-5, high: 1e-3, log: true}
  epochs: {low: 2, high: 6, step: 2}
  seed: [1, 2]
"""


def test_values_and_ranges_are_read_as_people_write_them(tmp_path: Path) -> None:
    (tmp_path / "sweep.yaml").write_text(GOOD)
    plan = read_plan(tmp_path / "sweep.yaml")
    assert (plan.train, plan.dev, plan.trials) == (("a.jsonl", "b.jsonl"), ("dev.jsonl",), 8)
    assert plan.search == {
        "encoder": ("one", "two"),
        "method": ("single",),
        "learning_rate": Range(low=1e-5, high=1e-3, log=True),
        "epochs": Range(low=2, high=6, step=2),
        "seed": (1, 2),
    }


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("trials: 8", "trials: many"), "trials: 'many' is no number of trainings"),
        (("trials: 8", "rounds: 8"), "there is no rounds; there are dev, languages"),
        (("seed: [1, 2]", "colour: [1]"), "there is no colour; there are encoder, method, epochs"),
        (("seed: [1, 2]", "seed: [1.5]"), "search: seed: 1.5 is no whole number"),
        (("low: 2, high: 6", "low: 9, high: 6"), "search: epochs: low is above high"),
        (("method: single", "method: NLI-X"), "search: method: there is no NLI-X"),
        (("low: 1e-5", "low: few"), "search: learning_rate: 'few' is no number"),
        (("search:", "found:"), "should have train, dev and search"),
    ],
)
def test_what_cannot_be_used_is_named_with_the_file(tmp_path: Path, change: tuple[str, str], why: str) -> None:
    (tmp_path / "sweep.yaml").write_text(GOOD.replace(*change))
    with pytest.raises(DataError) as raised:
        read_plan(tmp_path / "sweep.yaml")
    assert str(raised.value).startswith(f"{tmp_path / 'sweep.yaml'}: ")
    assert why in str(raised.value)
