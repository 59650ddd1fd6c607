"""German words that were typed without umlauts are read with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.text.reading import inputs_of, pieces_in
from model.text.umlauts import with_umlauts


def everything(text: str) -> bool:
    return True


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Die Kueche war schoen.", "Die Küche war schön."),
        ("FUER ZWEI", "FÜR ZWEI"),
        ("Natuerlich war das Gemuese frisch", "Natürlich war das Gemüse frisch"),
        ("Das Fruehstuecksbuffet war koestlich", "Das Frühstücksbuffet war köstlich"),
        ("Die Getraenke waren ueberteuert", "Die Getränke waren überteuert"),
    ],
)
def test_umlauts_typed_as_two_letters_are_read_as_one(typed: str, read: str) -> None:
    assert with_umlauts(typed) == read


@pytest.mark.parametrize(
    "text",
    [
        "Die neue Steuer war auf der Quelle", "Goethe, Michael und Israel waren da", "Das Fondue war gut",
        "The venue was blue, the shoestring fries were true", "Eine Masse Leute", "individuell und aktuell, ein Duett",
        "Bauer und Mauer", "Poesie auf der Karte", "toes",
    ],
)  # fmt: skip
def test_words_that_have_two_letters_keep_them(text: str) -> None:
    assert with_umlauts(text) == text


@given(
    st.lists(
        st.sampled_from(["Die", "Kueche", "war", "schoen,", "*Gemuese*", "neue", "5/5", "und", "\u200b", "heiss."])
    )
)
def test_as_many_words_are_read_and_found_where_they_are_written(words: list[str]) -> None:
    text = " ".join(words)
    assert len(with_umlauts(text).split(" ")) == len(text.split(" "))
    for start, end in pieces_in(text):
        assert 0 <= start <= end <= len(text)


def test_a_text_is_read_alike_with_umlauts_and_without() -> None:
    written = "Die Küche war schön, das Gemüse natürlich köstlich und die Getränke überteuert."
    typed = "Die Kueche war schoen, das Gemuese natuerlich koestlich und die Getraenke ueberteuert."
    assert inputs_of(typed, everything) == inputs_of(written, everything)
