"""The sizing table does the arithmetic that it says."""

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from deploy.sizing import Load, main, workers

POSITIVE = st.floats(min_value=0.01, max_value=1e7)


def test_one_review_a_second_of_ten_sentences_needs_one_worker_of_ten_a_second() -> None:
    load = Load(sentences=10, peak=1, busy=1)
    assert workers(86_400, 10, load) == 1
    assert workers(86_401, 10, load) == 2
    assert workers(864_000, 10, load) == 10


@given(st.floats(min_value=0, max_value=1e9), POSITIVE)
def test_the_workers_are_enough_and_one_less_would_not_be(day: float, rate: float) -> None:
    load = Load()
    found = workers(day, rate, load)
    needed = day * load.sentences * load.peak / 86_400
    assert found * rate * load.busy >= needed * (1 - 1e-9)
    assert found == 1 or (found - 1) * rate * load.busy < needed


def test_without_a_rate_there_is_no_answer() -> None:
    with pytest.raises(ValueError, match="positive"):
        workers(1, 0, Load())


def test_the_command_prints_a_column_for_each_rate() -> None:
    done = CliRunner().invoke(main, ["100", "10000", "--sentences", "5"])
    assert done.exit_code == 0
    head, _, *lines = done.output.splitlines()
    assert head.endswith("| workers at 100/s | workers at 10,000/s |")
    assert lines[1] == "| 100,000 | 23 | 1 | 1 |"
