"""How sure an opinion has to be, so that 95 in 100 are right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.evaluation.sureness import LEAST, RIGHT, at_least, sureness
from model.runtime.judgement import SentenceJudgement
from model.scheme import Scheme

SCHEME = Scheme(aspects=("food",), polarities=("positive", "none"))


def found(opinions: list[tuple[float, bool]]) -> tuple[float, float] | None:
    """The least confidence and the share, of opinions held with a confidence and right or wrong."""
    judged = [SentenceJudgement(labels=(0,), confidences=(sure,), scores=()) for sure, _ in opinions]
    silent = [SentenceJudgement(labels=(1,), confidences=(0.99,), scores=())] * 5
    truth = np.array([[0 if right else 1] for _, right in opinions] + [[1]] * len(silent), dtype=np.int64)
    sure = sureness([*judged, *silent], truth, SCHEME)
    return None if sure is None else (sure.confidence, sure.share)


def test_it_is_the_least_confidence_above_which_surely_95_in_100_are_right() -> None:
    good, fair, bad = [(0.9, True)] * 197, [(0.8, False)] * 3, [(0.7, False)] * 200
    assert found(good + fair + bad) == (0.8, 0.5)
    assert found(good + fair + [(0.8, False)] * 4 + bad) == (0.9, round(197 / 404, 4))


def test_what_chance_made_right_so_often_is_not_enough() -> None:
    # 95 in 100, and by chance as many where 91 in 100 are right: so it was told of kritiq-mini.
    assert found([(0.9, True)] * 95 + [(0.8, False)] * 5) is None
    assert found([(0.9, True)] * 221 + [(0.9, False)] * 11) is None


def test_the_bound_is_wilsons() -> None:
    assert at_least(np.array([95]), np.array([100]))[0] == pytest.approx(0.9008, abs=1e-4)


def test_equal_confidences_are_taken_or_left_together() -> None:
    # The first of them would still do.
    opinions = [(0.9, True)] * 200 + [(0.8, False)] * 20
    assert found(opinions) == (0.9, round(200 / 220, 4))


def test_too_few_opinions_tell_nothing() -> None:
    assert found([(0.9, True)] * (LEAST - 1)) is None
    assert found([]) is None


@given(st.lists(st.tuples(st.integers(30, 99).map(lambda each: each / 100), st.booleans()), max_size=400))
def test_what_is_above_is_right_so_often_and_no_lower_threshold_would_do(opinions: list[tuple[float, bool]]) -> None:
    sure = found(opinions)

    def enough(least: float) -> bool:
        above = [right for confidence, right in opinions if confidence >= least]
        return len(above) >= LEAST and bool(at_least(np.array(sum(above)), np.array(len(above))) >= RIGHT)

    assert sure is None or enough(sure[0])
    assert not any(enough(least) for least, _ in opinions if sure is None or least < sure[0])
