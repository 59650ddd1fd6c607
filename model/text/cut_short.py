"""German words cut short, by kind: "die Bed. war nett", "Frühst. top". No list has all that people make up."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache

from punkt import load_model

VOWELS = "aeiouyäöü"
#: Endings of nouns: a word that has been seen with one is a whole word, seen by itself or not.
ENDINGS = ("e", "en", "er", "es", "em", "n", "s")
#: Letters of a word that is cut: fewer are initials, more save nobody anything.
SHORTEST, LONGEST = 3, 9
#: So much longer at least is what it is cut from.
LEFT_OUT = 3


def is_cut_short(word: str) -> bool:
    """Whether a noun is a word's beginning and no word: newspapers never had it, but others that go on from it.

    It is cut behind a consonant and before a vowel: "Bed|ienung", "Frühst|ück", "Atmosph|äre".
    """
    lower = word.lower()
    if not (SHORTEST <= len(word) <= LONGEST and word[0].isupper() and word[1:].islower() and word.isalpha()):
        return False
    known = _known()
    if lower[-1] in VOWELS or any(_has(known, lower + ending) for ending in ("", *ENDINGS)):
        return False
    place = bisect_left(known, lower)
    while place < len(known) and known[place].startswith(lower):
        if len(known[place]) >= len(lower) + LEFT_OUT and known[place][len(lower)] in VOWELS:
            return True
        place += 1
    return False


def _has(known: list[str], word: str) -> bool:
    place = bisect_left(known, word)
    return place < len(known) and known[place] == word


@cache
def _known() -> list[str]:
    """The words that Punkt has seen in newspapers, in order: 60,000."""
    return sorted(load_model("german").ortho_context)
