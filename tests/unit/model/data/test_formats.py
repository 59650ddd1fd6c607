"""Published formats into ours."""

import json
from pathlib import Path

import pytest

from model.data.reading import read_file
from model.errors import DataError

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
def test_a_format_is_told_from_its_content(tmp_path: Path, form: str) -> None:
    file = tmp_path / "data"
    file.write_text(CONTENT[form])
    assert read_file(file).form == form


@pytest.mark.parametrize("form", EXPECTED)
def test_every_format_gives_the_same_kind_of_rows(tmp_path: Path, form: str) -> None:
    file = tmp_path / "data"
    file.write_text(CONTENT[form])
    assert [(example.text, dict(example.aspects)) for example in read_file(file, form=form).examples] == EXPECTED[form]


@pytest.mark.parametrize("form", EXPECTED)
@pytest.mark.parametrize("content", ["", "<broken", "text without marks", '[{"text": "a"}]', "[1]", "a####b("])
def test_another_format_is_refused(tmp_path: Path, form: str, content: str) -> None:
    file = tmp_path / "data"
    file.write_text(content)
    with pytest.raises(DataError, match="data"):
        read_file(file, form=form)


def test_xml_bombs_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "bomb.xml"
    file.write_text('<!DOCTYPE a [<!ENTITY b "boom">]><sentences><sentence><text>&b;</text></sentence></sentences>')
    with pytest.raises(DataError, match="entities"):
        read_file(file, form="semeval2016")
