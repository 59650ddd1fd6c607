"""German words cut short, by kind: "die Bed. war nett", "Preis-Leist. top". No list has all that people make up."""

from __future__ import annotations

import re
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from nltk.tokenize.punkt import _ORTHO_LC, _ORTHO_MID_UC
from punkt import load_model

from model.text.clause_words import TOPICS

VOWELS = "aeiouyäöü"
#: Endings of nouns: a word that has been seen with one is a whole word, seen by itself or not. What has been seen small
#: with it is none of a noun: "leisten" says nothing of "Leist.".
ENDINGS = ("e", "en", "er", "es", "em", "n", "s")
#: Endings of adjectives, which nobody writes with a capital but where a sentence begins.
ADJECTIVES = ("ig", "lich", "isch", "bar", "sam", "los", "haft", "frech", "lecker", "genial")
#: What is left out of an adjective: "freundl|ich", "gemütl|ich", and behind a longer beginning "vegetar|isch".
LEFT_OUT_OF_ADJECTIVES = (("l", 4, "ich"), ("", 6, "isch"))
#: Words without a vowel that are whole.
SOUND = re.compile("h*m+h*|p*s+t*|p*f+|[bg]?r+|t[sz]+|sch+")
#: Letters of a word that is cut: fewer are initials, more save nobody anything.
SHORTEST, LONGEST = 3, 9
#: So much longer at least is what it is cut from.
LEFT_OUT = 3
#: Between the parts of a compound: as typed, as typesetters have it, and one that does not break.
HYPHENS = re.compile("[-\u2010\u2011]")


def is_cut_short(word: str) -> bool:
    """Whether a noun is a word's beginning and no word: newspapers never had it, but others that go on from it.

    It is cut behind a consonant and before a vowel: "Bed|ienung", "Frühst|ück", "Atmosph|äre". Of a compound it is the
    last part, which many write small: "Preis-Leist|ung", "Preis-leist|ung".
    """
    *before, word = HYPHENS.split(word)
    if before and before[0][:1].isupper() and word.islower():
        word = word.capitalize()
    lower = word.lower()
    if not (SHORTEST <= len(word) <= LONGEST and word[0].isupper() and word[1:].islower() and word.isalpha()):
        return False
    known = _known()
    if (
        lower[-1] in VOWELS
        or lower in TOPICS
        or lower in known.seen
        or any(known.is_noun(lower + ending) for ending in ENDINGS)
    ):
        return False
    rests = [longer[len(lower) :] for longer in known.beginning_with(lower)]
    return any(len(rest) >= LEFT_OUT and rest[0] in VOWELS for rest in rests)


def is_cut_adjective(word: str) -> bool:
    """The same of an adjective, given in small letters: "freundl.", "vegetar."."""
    known = _known()
    return word not in known.seen and any(
        word.endswith(end) and len(word) >= shortest and known.beginning_with(word + rest[:-1])
        for end, shortest, rest in LEFT_OUT_OF_ADJECTIVES
    )


def is_cut_topic(word: str) -> bool:
    """The same of what reviews speak of, in small letters throughout: "bed.", "atmosph."."""
    return (
        len(word) >= SHORTEST
        and word[-1] not in VOWELS
        and word not in _known().seen
        and any(len(topic) >= len(word) + LEFT_OUT and topic.startswith(word) for topic in TOPICS)
    )


def has_no_vowel(word: str) -> bool:
    """Whether nobody can say it, as "frdl", "jd" or "Schn": cut short, unless it is a sound or stands in capitals.

    Of other letters than Latin ones nobody here can tell.
    """
    # Of "thé" and "très" the letters without their accents.
    lower = "".join(
        letter for letter in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(letter)
    )
    return (
        len(word) > 1
        and lower.isascii()
        and lower.isalpha()
        and word[1:].islower()
        and set(lower).isdisjoint(VOWELS)
        and not SOUND.fullmatch(lower)
    )


def is_written_small(word: str) -> bool:
    """Whether a word, given in small letters, is none that German writes with a capital inside a sentence.

    As newspapers have it; one that they never had, by its ending. Verbs may be nouns ("20 Min. Warten").
    """
    seen = _known().seen.get(word, 0)
    if seen:
        return bool(seen & _ORTHO_LC) and not seen & _ORTHO_MID_UC and not word.endswith("en")
    return word.endswith(ADJECTIVES)


@dataclass(frozen=True, slots=True)
class _Known:
    """The words that Punkt has seen in newspapers, small: 60,000."""

    #: Word -> flags of `nltk.tokenize.punkt`, where and how it was written.
    seen: Mapping[str, int]
    in_order: Sequence[str]

    def is_noun(self, word: str) -> bool:
        """Whether it has been seen, and never small."""
        return word in self.seen and not self.seen[word] & _ORTHO_LC

    def beginning_with(self, word: str) -> Sequence[str]:
        """The words that are longer than this and begin with it."""
        return self.in_order[bisect_right(self.in_order, word) : bisect_left(self.in_order, word + chr(sys.maxunicode))]


@cache
def _known() -> _Known:
    seen = load_model("german").ortho_context
    return _Known(seen=seen, in_order=sorted(seen))
