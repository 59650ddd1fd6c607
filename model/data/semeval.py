"""SemEval-2014 and -2016 restaurant XML, and what is laid out alike: MAMS (ACSA and ATSA), GermEval-2017's XML."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from model.data.records import Problem, Record
from model.data.source import Source
from model.data.xml_tree import line_of, units


def semeval2014(source: Source) -> Iterator[Record | Problem]:
    """`<sentence><text/><aspectCategories><aspectCategory category polarity/>`; MAMS-ACSA is the same."""
    yield from _sentences(source, "sentence", "aspectCategory", "category")


def mams_atsa(source: Source) -> Iterator[Record | Problem]:
    """`<sentence><text/><aspectTerms><aspectTerm term polarity/>`: the terms stand for categories."""
    yield from _sentences(source, "sentence", "aspectTerm", "term")


def semeval2016(source: Source) -> Iterator[Record | Problem]:
    """`<sentence><text/><Opinions><Opinion category polarity/>`; sentences out of scope are left out."""
    yield from _sentences(source, "sentence", "Opinion", "category")


def germeval2017_xml(source: Source) -> Iterator[Record | Problem]:
    """`<Document><Opinions><Opinion category polarity/></Opinions><text/>`."""
    yield from _sentences(source, "Document", "Opinion", "category")


def _sentences(source: Source, unit: str, opinion: str, category: str) -> Iterator[Record | Problem]:
    for sentence in units(source, unit):
        if isinstance(sentence, Problem):
            yield sentence
            continue
        if sentence.get("OutOfScope", "").upper() == "TRUE":
            continue
        line = line_of(sentence)
        found = list(sentence.iter(opinion))
        missing = [node for node in found if node.get(category) is None or node.get("polarity") is None]
        if missing:
            lacks = category if missing[0].get(category) is None else "polarity"
            yield Problem(line=line, message=f"sentence {_name(sentence)}: an {opinion} has no {lacks}")
            continue
        opinions = tuple((node.attrib[category], node.attrib["polarity"]) for node in found)
        text = sentence.find("text")
        yield Record(line=line, text="" if text is None else "".join(text.itertext()), opinions=opinions)


def _name(sentence: Element) -> str:
    return repr(sentence.get("id") or (sentence.findtext("text") or "")[:40])
