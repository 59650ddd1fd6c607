"""Umlauts that were typed as two letters, read as one: "Die Kueche war schoen", "Getraenke", "suess".

Words that Punkt's German vocabulary has with an umlaut or "ß", and neither it nor the English one has as they were
typed; in German sentences also those that no vocabulary has, such as compounds. "neue", "Goethe", "does" and "Masse"
stay. Of the German evaluation data with two letters for each umlaut, `kritiq-mini` has an F1 of 0.84 (0.69 with
polarity) as it is typed, and of 0.86 (0.73) so read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import cache

from punkt import load_model

from model.text.language import detect_language

#: How keyboards without them write German letters.
TYPED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
_LETTERS = re.compile(r"[^\W\d_]+")
#: Without one of these a text has nothing to find, so that most are not searched. Behind a short "e" there is no "ß".
MAY_BE_TYPED = re.compile("[ao]e|(?<![aeq])ue|[^e]ss|iess", re.IGNORECASE)
#: In words that no vocabulary has. Behind "a", "e" and "q" an "ue" is none ("Bauer", "neue", "Quelle"), nor before "ll"
#: and "tt" ("Duell", "Duett").
_PAIR = re.compile(r"[ao]e|(?<![aeq])ue(?!ll|tt)", re.IGNORECASE)
#: Words, and parts of words, that have the two letters.
_FOREIGN = re.compile("^aero|^poe|^koe[fx]|fondue|oboe|aloe|oreo|canoe|rael|chael|phael")
_ONE = {"ae": "ä", "oe": "ö", "ue": "ü"}


def with_umlauts(text: str) -> str:
    """The text with the umlauts that its words have; with none that `MAY_BE_TYPED` it is as it was."""
    # Asked once of a text, and of most texts never.
    german = cache(lambda: detect_language(text) == "de")
    return _LETTERS.sub(lambda found: _spelt(found[0], german) if MAY_BE_TYPED.search(found[0]) else found[0], text)


def _spelt(word: str, german: Callable[[], bool]) -> str:
    small = word.lower()
    spelt = _vocabulary().get(small)
    if spelt is None:
        known = any(small in each for each in _known())
        if known or not _PAIR.search(small) or _FOREIGN.search(small) or not german():
            return word
        spelt = _PAIR.sub(lambda pair: _ONE[pair[0]], small)
    if word.isupper():
        return spelt.upper()
    return spelt[0].upper() + spelt[1:] if word[0].isupper() else spelt


def _known() -> tuple[Collection[str], Collection[str]]:
    return load_model("german").ortho_context, load_model("english").ortho_context


@cache
def _vocabulary() -> dict[str, str]:
    """What is typed -> the word. Of two words that are typed alike none."""
    german, english = _known()
    found: dict[str, str] = {}
    twice = set[str]()
    for word in german:
        if (typed := word.translate(TYPED)) != word and typed not in german and typed not in english:
            if typed in found:
                twice.add(typed)
            found[typed] = word
    return {typed: word for typed, word in found.items() if typed not in twice}
