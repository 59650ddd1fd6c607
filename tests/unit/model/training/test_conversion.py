"""Published formats into ours, and the corpus checks."""

import json
from pathlib import Path

import pytest

from model.errors import DataError
from model.scheme import DEFAULT_SCHEME
from model.training.conversion import convert
from model.training.corpus import contradictions, near_duplicates, shares, template_families
from model.training.dataset import Example

SEMEVAL16 = """<?xml version="1.0" encoding="UTF-8"?><Reviews><Review rid="1"><sentences>
<sentence id="1:0"><text>Tasty soup, sour wine, good value.</text><Opinions>
<Opinion target="soup" category="FOOD#QUALITY" polarity="positive" from="0" to="4"/>
<Opinion target="wine" category="DRINKS#QUALITY" polarity="negative" from="0" to="4"/>
<Opinion target="NULL" category="RESTAURANT#PRICES" polarity="positive" from="0" to="0"/></Opinions></sentence>
<sentence id="1:1" OutOfScope="TRUE"><text>My cat.</text></sentence>
<sentence id="1:2"><text>We came on Friday.</text></sentence></sentences></Review></Reviews>"""
SEMEVAL14 = """<sentences><sentence id="1"><text>Fine food but so so, slow staff.</text><aspectCategories>
<aspectCategory category="food" polarity="positive"/><aspectCategory category="food" polarity="neutral"/>
<aspectCategory category="service" polarity="conflict"/>
<aspectCategory category="anecdotes/miscellaneous" polarity="neutral"/></aspectCategories></sentence></sentences>"""
MABSA = (
    "Kleine Portionen , gute Lage .####"
    "[['Portionen', 'food style_options', 'negative'], ['NULL', 'location general', 'positive']]\nNichts .####[]\n"
)
GERESTAURANT = [
    {
        "text": "Nett, aber teuer.",
        "tags": [{"tag_with_polarity": "GENERAL-IMPRESSION-POSITIVE"}, {"tag_with_polarity": "PRICE-NEGATIVE"}],
    }
]
EXPECTED = {
    "semeval2016": [
        (
            "Tasty soup, sour wine, good value.",
            {
                "food": "positive",
                "quality": "conflict",
                "drinks": "negative",
                "restaurant": "positive",
                "price": "positive",
            },
        ),
        ("We came on Friday.", {}),
    ],
    "semeval2014": [("Fine food but so so, slow staff.", {"food": "positive", "service": "conflict"})],
    "m-absa": [
        ("Kleine Portionen , gute Lage .", {"food": "negative", "style": "negative", "location": "positive"}),
        ("Nichts .", {}),
    ],
    "gerestaurant": [("Nett, aber teuer.", {"restaurant": "positive", "price": "negative"})],
}
CONTENT = {
    "semeval2016": SEMEVAL16,
    "semeval2014": SEMEVAL14,
    "m-absa": MABSA,
    "gerestaurant": json.dumps(GERESTAURANT),
}


@pytest.mark.parametrize("form", EXPECTED)
def test_every_format_gives_the_same_kind_of_rows(tmp_path: Path, form: str) -> None:
    file = tmp_path / "data"
    file.write_text(CONTENT[form])
    assert [(example.text, dict(example.aspects)) for example in convert(file, form)] == EXPECTED[form]


@pytest.mark.parametrize("form", EXPECTED)
@pytest.mark.parametrize("content", ["", "<broken", "text without marks", '[{"text": "a"}]', "[1]", "a####b("])
def test_another_format_is_refused(tmp_path: Path, form: str, content: str) -> None:
    file = tmp_path / "data"
    file.write_text(content)
    with pytest.raises(DataError, match="data"):
        convert(file, form)


def test_xml_bombs_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "bomb.xml"
    file.write_text('<!DOCTYPE a [<!ENTITY b "boom">]><sentences><sentence><text>&b;</text></sentence></sentences>')
    with pytest.raises(DataError, match="entities"):
        convert(file, "semeval2016")


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
