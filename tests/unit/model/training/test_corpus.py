"""The corpus checks."""

from model.data.dataset import Example
from model.scheme import DEFAULT_SCHEME
from model.training.corpus import contradictions, near_duplicates, shares, template_families


def test_near_duplicates_and_families_of_one_template_are_found() -> None:
    texts = [
        "Die Pizza war wirklich hervorragend und heiß.",
        "Die Pizza war wirklich hervorragend und heiss.",
        "Der Wein schmeckte nach Kork.",
    ]
    (pair,) = near_duplicates([Example(text=text) for text in texts])
    assert [example.text for example in pair[:2]] == texts[:2]
    assert 0.5 < pair[2] < 1
    dishes = [
        "Gulasch",
        "Risotto",
        "Ramen",
        "Tofu",
        "Lachs",
        "Steak",
        "Curry",
        "Falafel",
        "Pho",
        "Sushi",
        "Brot",
        "Eis",
        "Ente",
    ]
    slots = [Example(text=f"Der {dish} war nicht mein Fall.") for dish in dishes]
    assert [len(family) for family in template_families(slots)] == [len(dishes)]
    assert template_families([Example(text=text) for text in texts]) == []


def test_contradictions_are_found_and_shares_are_counted() -> None:
    one = Example(text="Gut!", aspects={"food": "positive"}, batch="a")
    other = Example(text="gut", aspects={}, batch="b")
    assert contradictions([one, other, one]) == [(one, other)]
    counted = shares([one, other], DEFAULT_SCHEME)
    assert (counted["sentences"], counted["batches"], counted["without_opinion"]) == (2, 2, 0.5)
    assert counted["aspects"]["food"] == 0.5
    assert counted["polarities"] == {"positive": 1.0}
