"""Lines with tabs and no header: ACOS quads, GERestaurant's TSV, GermEval-2017's TSV."""

from __future__ import annotations

import re
from collections.abc import Iterator

from model.data.labels import split_label
from model.data.records import Problem, Record
from model.data.source import Source

#: How ACOS counts polarities.
ACOS_POLARITIES = {"0": "negative", "1": "neutral", "2": "positive"}
ACOS_QUAD = re.compile(r"-?\d+,-?\d+ (\S+#\S+) ([012]) -?\d+,-?\d+")

#: A field that Excel wrote: no quote in it stands alone.
QUOTED = re.compile(r'"(?:[^"]|"")*"')


def acos(source: Source) -> Iterator[Record | Problem]:
    r"""`text \t 7,8 FOOD#QUALITY 2 5,6 \t ...`: spans of term and opinion, category, 0 negative to 2 positive."""
    for number, line in source.lines():
        text, *quads = _fields(line)
        found = [ACOS_QUAD.fullmatch(quad.strip()) for quad in quads if quad.strip()]
        if None in found or not found:
            yield Problem(line=number, message=f"no quads behind the text: {chr(9).join(quads)[:60]!r}")
        else:
            opinions = tuple((match[1], ACOS_POLARITIES[match[2]]) for match in found if match)
            yield Record(line=number, text=text, opinions=opinions)


def gerestaurant_tsv(source: Source) -> Iterator[Record | Problem]:
    r"""`text \t FOOD#1 \t PRICE#-1`, or with FOOD-POSITIVE; 1, 0 and -1 are positive, neutral and negative."""
    for number, line in source.lines():
        text, *labels = _fields(line)
        yield _labelled(number, text, [label for label in labels if label.strip()])


def germeval2017_tsv(source: Source) -> Iterator[Record | Problem]:
    r"""`url \t text \t relevance \t sentiment \t Zugfahrt:negative Ticketkauf#Haupt:neutral`."""
    for number, line in source.lines():
        fields = _fields(line)
        if len(fields) not in (4, 5):
            yield Problem(line=number, message=f"{len(fields)} fields, not the 4 or 5 of GermEval-2017")
        else:
            yield _labelled(number, fields[1], fields[4].split() if len(fields) == 5 else [])


def _fields(line: str) -> list[str]:
    """The fields, without the quotes that Excel puts around one with quotes in it, which it doubles."""
    return [
        field.strip()[1:-1].replace('""', '"') if QUOTED.fullmatch(field.strip()) else field
        for field in line.split("\t")
    ]


def _labelled(number: int, text: str, labels: list[str]) -> Record | Problem:
    found = [split_label(label) for label in labels]
    if None in found:
        return Problem(line=number, message=f"no label with a polarity: {labels[found.index(None)][:60]!r}")
    return Record(line=number, text=text, opinions=tuple(each for each in found if each))
