"""Ratings in figures are read as words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.text.ratings import rated
from model.text.reading import inputs_of, pieces_in, read


def everything(text: str) -> bool:
    return True


@pytest.mark.parametrize(
    ("written", "worded"),
    [
        ("Essen: 5/5", "Essen: super"),
        ("Service: 2/5", "Service: schlecht"),
        ("Ambiente: 3 / 5", "Ambiente: okay"),
        ("Essen:4,5/5", "Essen: super"),
        ("Food 8/10, service 3/10.", "Food super, service schlecht."),
        ("Das Essen bekommt 9.5/10 Punkten", "Das Essen bekommt super"),
        ("nur 2 von 5 Sternen", "nur schlecht"),
        ("3 out of 5 stars", "okay"),
        ("10 von 10!", "super!"),
        ("1 Stern für das Essen", "schlecht für das Essen"),
        ("0 Sterne", "schlecht"),
        ("4 Stars", "super"),
        ("★★☆☆☆ Service", "schlecht Service"),
        ("Schulnote: 5", "schlecht"),
        ("Note 1-", "super"),
        ("ESSEN: 1/5", "ESSEN: schlecht"),
    ],
)
def test_a_rating_is_read_as_a_word(written: str, worded: str) -> None:
    assert rated(written).text == worded


@pytest.mark.parametrize(
    "text",
    [
        "1 Stern Abzug", "5-Sterne-Hotel", "ein 5 Sterne Hotel", "2 Michelin 3 Sterne Koch", "am 3/10 waren wir",
        "1/5 l Wein", "24/7", "50/50", "12/10", "3 von 5 mal", "1/2 Stunde", "5/10/2024", "100/100", "um 12:5/5",
        "★★★★★", "⭐ Super", "Eine Note 15", "Tisch 5", "Menü 5/6", "2 Sterne weniger", "€5/5", "9 von 10 Leuten",
    ],
)  # fmt: skip
def test_other_figures_are_read_as_they_are(text: str) -> None:
    assert rated(text).text == text


@given(
    st.lists(st.sampled_from(["Essen:", "5/5", "1/10,", "Note 2", "war", "gut", "|", "3 von 5 Sternen", ":4/5", "★☆"]))
)
def test_what_stands_around_ratings_is_found_where_it_is_written(parts: list[str]) -> None:
    text = " ".join(parts)
    found = rated(text)
    for word in ("Essen:", "war", "gut", "|"):
        at = found.text.find(word)
        if at >= 0:
            assert text[found.written(at) : found.written(at + len(word))] == word
    assert found.written(len(found.text)) == len(text)


def test_what_portals_put_under_a_review_is_judged_line_by_line() -> None:
    text = "Wir waren zu viert dort.\nEssen: 5/5\nService: 1/5\nAtmosphäre: 3/5"
    _, sentences = read(text, None, everything)
    assert [(sentence.text, sentence.inputs) for sentence in sentences[1:]] == [
        ("Essen: 5/5", ("Essen: super",)),
        ("Service: 1/5", ("Service: schlecht",)),
        ("Atmosphäre: 3/5", ("Atmosphäre: okay",)),
    ]


def test_the_pieces_of_ratings_in_a_line_are_found_where_they_are_written() -> None:
    text = "Essen: 5/5 | Service: 2 von 5 Sternen | Ambiente:4/5"
    assert inputs_of(text, everything) == ("Essen: super", "Service: schlecht", "Ambiente: super")
    assert [text[start:end] for start, end in pieces_in(text)] == [
        "Essen: 5/5", "Service: 2 von 5 Sternen", "Ambiente:4/5",
    ]  # fmt: skip
