"""A review in capitals is read as the same review in small letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.text.casing import calm
from model.text.reading import inputs_of


def everything(text: str) -> bool:
    return True


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ESSEN TOP!", "essen top!"),
        ("SERVICE FLOP!", "service flop!"),
        ("DAS ESSEN WAR KALT UND DER KELLNER AUCH.", "das essen war kalt und der kellner auch."),
        ("ESSEN war TOP", "essen war top"),
        ("Das Essen war gestern WIRKLICH gut.", "Das Essen war gestern wirklich gut."),
        ("Wir kommen NIE wieder", "Wir kommen nie wieder"),
        ("Die KÜCHE hier war SPITZE, vielen Dank!", "Die küche hier war spitze, vielen Dank!"),
        ("Das Essen War Wirklich Gut", "das essen war wirklich gut"),
        ("STRAẞE GESPERRT", "straße gesperrt"),
    ],
)
def test_capitals_that_shout_are_read_small(written: str, read: str) -> None:
    assert calm(written) == read
    assert inputs_of(written, everything) == (read,)


@pytest.mark.parametrize(
    "text",
    [
        "Das Essen war gut.",
        "Das WC war sauber.",
        "Gute Pizza",
        "Der DJ war gut",
        "alles gut",
        "",
        "👍 5/5",
        "Wir nahmen 2 XL.",
    ],
)
def test_what_is_written_as_people_write_is_read_so(text: str) -> None:
    assert calm(text) == text


@given(st.text(), st.booleans())
def test_every_letter_keeps_its_place(text: str, shouted: bool) -> None:
    written = text.upper() if shouted else text
    read = calm(written)
    assert len(read) == len(written)
    assert all(after in (before, before.lower()) for before, after in zip(written, read, strict=True))
    assert calm(read) == read or not shouted


@given(
    st.lists(
        st.sampled_from(["das", "essen", "war", "sehr", "gut", "aber", "der", "kellner", "nicht", "nett"]), min_size=1
    )
)
def test_a_text_in_capitals_is_read_as_the_one_in_small_letters(words: list[str]) -> None:
    text = " ".join(words)
    assert inputs_of(text.upper(), everything) == inputs_of(text, everything)
