"""Codes of what was odd about a line, from the sentences that lines keep."""

import pytest

from jobs.line_warning import WARNINGS, reason_of, warned
from jobs.reason import Figure, because

#: One of each, with what could be taken for another one.
FIGURES: dict[str, dict[str, Figure]] = {
    "broken_character": {},
    "broken_characters": {"number": 17},
    "unknown_members": {"names": "'stars', 'is left out: x' and more"},
    "id_is_number": {},
    "id_too_long": {"most": 200},
    "id_twice": {"line": 3},
    "member_unreadable": {"member": "'metadata'", "said": "An object has the same key twice."},
    "member_wrong": {"member": "reviewed_at", "said": "should be a day, or a time\nwith its zone"},
}


@pytest.mark.parametrize("code", WARNINGS)
def test_a_sentence_leads_back_to_its_code_and_figures(code: str) -> None:
    assert reason_of(warned(code, **FIGURES[code])) == because(code, **FIGURES[code])


def test_of_a_sentence_of_another_release_nothing_is_known() -> None:
    assert reason_of("It was a full moon.") is None
