"""One small file of every format, and what a reader must find in it."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from model.cli import main as cli
from model.data.reading import Reading

SEMEVAL14 = """<?xml version="1.0" encoding="{encoding}"?>
<sentences>
<sentence id="1"><text>Das Essen war köstlich.</text>
<aspectCategories><aspectCategory category="food" polarity="{polarity}"/>
</aspectCategories></sentence>
<sentence id="2"><text></text></sentence>
<sentence id="3"><text>Gut</text></sentence></sentences>"""


#: format -> content, and the sentences with labels that it holds.
SAMPLES: dict[str, tuple[str, list[tuple[str, dict[str, str]]]]] = {
    "mams-atsa": (
        '<sentences><sentence><text>The decor is old but the waiters are kind.</text><aspectTerms>'
        '<aspectTerm from="4" polarity="negative" term="decor" to="9"/>'
        '<aspectTerm from="25" polarity="positive" term="waiters" to="32"/></aspectTerms></sentence></sentences>',
        [("The decor is old but the waiters are kind.", {"ambience": "negative", "service": "positive"})],
    ),
    "asqp": (
        "the chef's wine was sour .####[[\"chef's wine\", 'drinks quality', 'negative', 'sour']]\n"
        "so so####[['NULL', 'restaurant general', 'neutral', 'so so']]\n",
        [
            ("the chef's wine was sour .", {"drinks": "negative", "quality": "negative"}),
            ("so so", {"restaurant": "neutral"}),
        ],
    ),
    "acos": (
        "great roll , sad tea\t1,2 FOOD#QUALITY 2 0,1\t4,5 DRINKS#QUALITY 0 3,4\n",
        [("great roll , sad tea", {"food": "positive", "quality": "conflict", "drinks": "negative"})],
    ),
    "gerestaurant-tsv": (
        "Nett, aber teuer.\tGENERAL-IMPRESSION#1\tPRICE#-1\nEssen mittel.\tFOOD#0\n",
        [
            ("Nett, aber teuer.", {"restaurant": "positive", "price": "negative"}),
            ("Essen mittel.", {"food": "neutral"}),
        ],
    ),
    "germeval2017": (
        '<Documents><Document id="u"><Opinions><Opinion category="Gastronomisches Angebot#Haupt" polarity="negative"/>'
        '<Opinion category="Atmosphäre" polarity="positive"/></Opinions><text>Bahn nett</text></Document></Documents>',
        [("Bahn nett", {"ambience": "positive"})],
    ),
    "germeval2017-tsv": (
        "http://x\tBahn nett\ttrue\tpositive\tAtmosphäre:positive Zugfahrt#Haupt:negative\n"
        "http://y\tNur so\tfalse\tneutral\n",
        [("Bahn nett", {"ambience": "positive"}), ("Nur so", {})],
    ),
    "sentihood": (
        '[{"id": 1, "text": "LOCATION1 is cheap", "opinions":\n'
        ' [{"sentiment": "Positive", "aspect": "price", "target_entity": "LOCATION1"}]}]',
        [("LOCATION1 is cheap", {"price": "positive"})],
    ),
    "label-studio": (
        json.dumps(
            [
                {
                    "data": {"text": "Gutes Essen"},
                    "annotations": [
                        {"was_cancelled": True, "result": []},
                        {"result": [
                            {"from_name": "label", "type": "choices", "value": {"choices": ["food:positive"]}},
                            {"from_name": "price", "type": "choices", "value": {"choices": ["neutral"]}},
                        ]},
                    ],
                }
            ]
        ),
        [("Gutes Essen", {"food": "positive", "price": "neutral"})],
    ),
    "label-studio-min": (
        '[{"id": 1, "text": "Gutes Essen", "aspects": {"choices": ["food:positive", "price:neutral"]},\n'
        '"annotator": 1, "annotation_id": 1}, {"id": 2, "text": "Mies", "food": "negative", "city": "Bonn",\n'
        '"annotation_id": 2},\n'
        '{"id": 2, "text": "Mies", "food": "positive", "annotation_id": 3}]',
        [("Gutes Essen", {"food": "positive", "price": "neutral"}), ("Mies", {"food": "negative"})],
    ),
    "prodigy": (
        '{"text": "Gutes Essen", "accept": ["food:positive"], "answer": "accept"}\n'
        '{"text": "Zu teuer", "label": "price-negative", "answer": "accept"}\n'
        '{"text": "Weg", "accept": ["food:negative"], "answer": "reject"}\n',
        [("Gutes Essen", {"food": "positive"}), ("Zu teuer", {"price": "negative"})],
    ),
    "csv": (
        'text;food;price\n"Gut; aber teuer";positiv;negative\nNaja;;neutral\n',
        [("Gut; aber teuer", {"food": "positive", "price": "negative"}), ("Naja", {"price": "neutral"})],
    ),
    "jsonl": ('{"text": "Gut", "aspects": {"food": "positive"}}\n', [("Gut", {"food": "positive"})]),
}  # fmt: skip


def run(command: str, *arguments: object) -> Result:
    return CliRunner().invoke(getattr(cli, f"{command}_command"), [str(argument) for argument in arguments])


def found(reading: Reading) -> list[tuple[str, dict[str, str]]]:
    return [(example.text, dict(example.aspects)) for example in reading.examples]


def written(tmp_path: Path, content: str | bytes, name: str = "data") -> Path:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file
