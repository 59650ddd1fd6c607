"""The text of an API key: what it looks like, and what is none."""

import re
import string

from hypothesis import given
from hypothesis import strategies as st

from access.token import KeyKind, checksum, new_token, parse

ALPHABET = string.ascii_letters + string.digits


def test_a_token_is_found_by_a_scanner_and_names_its_key() -> None:
    token = new_token(KeyKind.TEST)
    assert re.fullmatch(r"krt_test_[0-9A-Za-z]{50}", token.text)
    assert token.key_id == f"key_{token.text[9:21]}"
    assert parse(token.text) == token
    assert new_token().text.startswith("krt_live_")


def test_the_checksum_is_crc32_in_base_62() -> None:
    assert checksum("") == "000000"
    # CRC-32 of "123456789" is 0xCBF43926.
    digits = string.digits + string.ascii_uppercase + string.ascii_lowercase
    assert sum(digits.index(digit) * 62**place for place, digit in enumerate(reversed(checksum("123456789")))) == (
        0xCBF43926
    )


def test_no_two_tokens_are_alike_and_a_rotated_one_keeps_the_id() -> None:
    tokens = {new_token().text for _ in range(100)}
    assert len(tokens) == 100
    first = new_token()
    again = new_token(first.kind, first.key_id)
    assert (again.key_id, again.text == first.text) == (first.key_id, False)


def test_neither_repr_nor_str_shows_the_text() -> None:
    token = new_token()
    assert token.text not in repr(token) + str(token)


@given(place=st.integers(0, 58), letter=st.sampled_from(ALPHABET))
def test_one_wrong_character_is_no_token(place: int, letter: str) -> None:
    text = "krt_live_" + "Ab3" * 13 + "Zzzzz"
    text += checksum(text)
    changed = text[:place] + letter + text[place + 1 :]
    assert (parse(changed) is not None) == (changed == text)


@given(st.text())
def test_anything_else_is_no_token(text: str) -> None:
    assert parse(text) is None
    assert parse(f"{new_token().text}{text}") is None or not text
