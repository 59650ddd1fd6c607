"""What a sweep's file may say, and what is said of one that cannot be used."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        (("seed: [1, 2]", "epochs: 0"), "search: epochs: 0 should be 1 or more"),
        (("seed: [1, 2]", "patience: [3, -1]"), "search: patience: -1 should be 0 or more"),
        (("seed: [1, 2]", "averaging: 1"), "search: averaging: 1 should be 0 or more, and below 1"),
        (("seed: [1, 2]", "clip: {low: 0, high: 1}"), "search: clip: 0 should be above 0"),
        (("seed: [1, 2]", "seed: [true]"), "search: seed: True is no number to count with"),
        (("seed: [1, 2]", "seed: [.nan]"), "search: seed: nan is no number to count with"),
        (("seed: [1, 2]", "seed: [.inf]"), "search: seed: inf is no number to count with"),
        (("seed: [1, 2]", "seed: []"), "search: seed: there should be a value"),
        (("encoder: [one, two]", "encoder: []"), "search: encoder: there should be a value"),
        (("encoder: [one, two]", "encoder:"), "search: encoder: there should be a value"),
        (("low: 1e-5", "low: 0"), "search: learning_rate: log is true or false, and true only of what is above 0"),
        (("log: true", "log: 1"), "search: learning_rate: log is true or false"),
        (("log: true", "log: true, step: 1e-5"), "search: learning_rate: log is true or false, and true only"),
        (("step: 2", "step: 0"), "search: epochs: a step is above 0"),
        (("trials: 8", "1: 8\nb: 2"), "there is no 1, b; there are"),
        (
            ("seed: [1, 2]", "slow-factor: [0.1]"),
            "search: slow_factor does nothing without slow, which is not searched",
        ),
        (("seed: [1, 2]", "lora_alpha: 8"), "search: lora_alpha does nothing without lora_rank"),
        (("trials: 8", "languages: [de, Deutsch]"), "languages: 'Deutsch' is not a language code"),
        (("trials: 8", "languages: no"), "languages: 'False' is not a language code"),
    ],
)
def test_what_cannot_be_used_is_named_with_the_file(tmp_path: Path, change: tuple[str, str], why: str) -> None:
    (tmp_path / "sweep.yaml").write_text(GOOD.replace(*change))
    with pytest.raises(DataError) as raised:
        read_plan(tmp_path / "sweep.yaml")
    assert str(raised.value).startswith(f"{tmp_path / 'sweep.yaml'}: ")
    assert why in str(raised.value)


#: What a line of the file, or a member of its search, may be instead.
VALUES = st.recursive(
    st.sampled_from(
        ["", "~", "true", ".nan", "-.inf", "9" * 400, "1e999", "0", "-1", "1.5", "2026-13-45", "0x", "!!python/x y",
         "!!binary x", "[", "}", "*a", "&a [*a]", "? [a]", "'", "\x80"]
    )
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]")
    | st.dictionaries(st.sampled_from(["low", "high", "log", "step", "1", "x"]), inner, max_size=4).map(
        lambda each: f"{{{', '.join(f'{name}: {value}' for name, value in each.items())}}}"
    ),
    max_leaves=6,
)  # fmt: skip


@given(line=st.integers(0, 9), value=VALUES)
def test_whatever_stands_in_it_is_a_sweep_or_cannot_be_used(
    tmp_path_factory: pytest.TempPathFactory, line: int, value: str
) -> None:
    lines = GOOD.splitlines()
    name, colon, _ = lines[line].partition(":")
    lines[line] = f"{name}{colon} {value}"
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    with suppress(DataError):
        plan = read_plan(file)
        assert plan.trials >= 1
        assert all(plan.search.values())
