"""Which models may go on, and what is said of those that may not."""

from dataclasses import replace

from model.retraining.gate import Bounds, Comparison, Pair

BOUNDS = Bounds(margin=0.01, aspect_margin=0.05, aspect_labels=30, corrected=0.9)
SAME = Pair(before=0.7, after=0.7)
GOOD = Comparison(
    sentences=400,
    acd=SAME,
    acsa=SAME,
    aspects={"food": (SAME, 100), "location": (Pair(before=0.8, after=0.1), 29)},
    corrected=Pair(before=0.1, after=0.9),
    corrections=200,
)


def test_what_is_no_worse_and_has_learned_may_go_on() -> None:
    assert GOOD.refusals(BOUNDS) == []
    assert replace(GOOD, acsa=Pair(before=0.7, after=0.69)).refusals(BOUNDS) == []


def test_each_thing_that_is_worse_is_named_with_its_numbers() -> None:
    fell = Pair(before=0.7, after=0.6)
    bad = replace(GOOD, acd=fell, acsa=fell, aspects={"food": (fell, 100)}, corrected=Pair(before=0.1, after=0.895))
    assert [str(why) for why in bad.refusals(BOUNDS)] == [
        "F1 of aspects on the 400 dev sentences fell by more than 0.01: 0.7000 before, 0.6000 after",
        "F1 with polarity on the 400 dev sentences fell by more than 0.01: 0.7000 before, 0.6000 after",
        "F1 of food with polarity fell by more than 0.05: 0.7000 before, 0.6000 after (labels: 100)",
        "of the corrections (200 in all) fewer than 90% are judged as people said: 0.1000 before, 0.8950 after",
    ]
