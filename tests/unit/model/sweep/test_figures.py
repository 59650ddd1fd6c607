"""Which trials no other one beats, and that each of them is in the pictures."""

import os
from pathlib import Path
from xml.etree import ElementTree

import pytest
import resvg_py
from hypothesis import given
from hypothesis import strategies as st

from model.sweep.figures import Trial, curves_picture, importance_picture, pareto, pareto_picture

TRIALS = st.lists(
    st.builds(
        Trial, number=st.integers(0, 99), parameters=st.just({}), acsa_f1=st.floats(0, 1),
        ms_a_sentence=st.one_of(st.none(), st.floats(0.1, 50)), curve=st.lists(st.floats(0, 1), max_size=3),
        pruned=st.booleans(),
    ),
    unique_by=lambda trial: trial.number,
)  # fmt: skip


def beats(one: Trial, other: Trial) -> bool:
    """Whether `one` is no worse in both and better in one of them."""
    assert one.ms_a_sentence is not None
    assert other.ms_a_sentence is not None
    here, there = (one.acsa_f1, -one.ms_a_sentence), (other.acsa_f1, -other.ms_a_sentence)
    return all(a >= b for a, b in zip(here, there, strict=True)) and here != there


@given(TRIALS)
def test_on_the_front_are_those_that_no_other_one_beats(trials: list[Trial]) -> None:
    measured = [each for each in trials if each.ms_a_sentence is not None]
    best = {(t.acsa_f1, t.ms_a_sentence) for t in measured if not any(beats(other, t) for other in measured)}
    assert {(t.acsa_f1, t.ms_a_sentence) for t in pareto(trials)} == best


@given(TRIALS)
def test_pictures_are_well_formed_whatever_came_of_the_trials(trials: list[Trial]) -> None:
    dots = ElementTree.fromstring(pareto_picture(trials)).iter("{http://www.w3.org/2000/svg}circle")
    assert len(list(dots)) == sum(each.ms_a_sentence is not None for each in trials)
    ElementTree.fromstring(curves_picture(trials))


def test_a_bar_says_what_a_score_goes_with() -> None:
    assert "learning_rate" in importance_picture({"learning_rate": 0.7, "seed": 0.3})


def test_a_png_has_the_words_too() -> None:
    if not os.environ.get("CI") and not any(Path("/usr/share/fonts").rglob("*.ttf")):
        pytest.skip("needs a font")
    picture = curves_picture([])
    drawn = [resvg_py.svg_to_bytes(svg_string=picture, skip_system_fonts=without) for without in (False, True)]
    assert drawn[0] != drawn[1]
