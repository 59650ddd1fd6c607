"""Agreement of labels: what counts, and what does not."""

from bench.model.agreement import agreements
from model.artifact.agreement import agreement

NONE = 4


def test_equal_labels_are_counted() -> None:
    assert agreement([(0, 1), (2, NONE)], [(0, 1), (1, NONE)]) == 0.75


def test_silence_on_both_sides_counts_only_when_asked() -> None:
    found, wanted = [(0, NONE, NONE)], [(0, NONE, 1)]
    assert agreement(found, wanted) == 0.6667
    assert agreement(found, wanted, NONE) == 0.5


def test_a_network_that_says_nothing_agrees_with_nothing() -> None:
    assert agreement([(NONE, NONE)], [(NONE, NONE)], NONE) is None


def test_both_formats_are_compared_with_float32() -> None:
    judged = {"fp32": [(0, NONE)], "bf16": [(0, NONE)], "int8": [(1, NONE)]}
    assert agreements(judged, NONE) == {
        "agreement_bf16": 1.0,
        "agreement_int8": 0.5,
        "spoken_agreement_bf16": 1.0,
        "spoken_agreement_int8": 0.0,
    }
