"""Entries of lists in a line are judged each by itself."""

import pytest

from model.text.clauses import spans_of
from model.text.labelled import labelled


def entries(text: str) -> list[str]:
    return [text[start:end] for start, end in spans_of(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Essen: super, Service: lahm", ["Essen: super", "Service: lahm"]),
        ("Essen: super | Service: lahm | Ambiente: na ja", ["Essen: super", "Service: lahm", "Ambiente: na ja"]),
        ("Insgesamt gut - Essen: kalt; Service: nett.", ["Insgesamt gut", "Essen: kalt", "Service: nett."]),
        ("Der Kellner: super; das Essen: kalt", ["Der Kellner: super", "das Essen: kalt"]),
        ("Food: great Service: slow", ["Food: great", "Service: slow"]),
        ("Preis/Leistung: ok, Essen & Getränke: top", ["Preis/Leistung: ok", "Essen & Getränke: top"]),
        ("Essen okay, Service schlecht, Atmosphäre super", ["Essen okay", "Service schlecht", "Atmosphäre super"]),
        ("Essen super, Service schlecht!", ["Essen super", "Service schlecht!"]),
    ],
)
def test_a_list_of_labels_is_cut_into_its_entries(text: str, found: list[str]) -> None:
    assert entries(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Fazit: gut", "Essen: super", "Der Kellner sagte: nein, und der Chef: auch nein", "Um 18:30 und 19:30 war zu",
        "Essen war okay und Service super", "Siehe http://essen: 1 und https://service: 2", "Wir hatten Pizza: lecker",
    ],
)  # fmt: skip
def test_another_text_is_no_list(text: str) -> None:
    assert labelled(text) is None
