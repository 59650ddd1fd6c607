"""Capitals that only shout, made small: "DAS ESSEN WAR KALT" is read as "das essen war kalt".

Networks learn from texts that few people shout in, and to their tokenizers a word in capitals is another word, cut into
letters. Read as it is written, the German evaluation data in capitals throughout has an F1 of 0.37 with `kritiq-mini`
and 0.56 with `kritiq-small`; read in small letters, of 0.85 and 0.87.
"""

from __future__ import annotations

import re

#: A word in capitals is that loud from so many letters on: "WC" and "DJ" are written so.
LOUD = 3
#: "Das Essen War Super" from so many words on: "Gute Pizza" is how one writes.
TITLED = 4

_WORD = re.compile(r"[^\W\d_]+")


def calm(text: str) -> str:
    """The text, in small letters if most of its letters are capitals, or if each of `TITLED` or more words begins with
    one; else with its `LOUD` words in small letters. As long as the text, letter by letter.
    """
    capitals = sum(map(str.isupper, text))
    if not capitals:
        return text
    words = _WORD.findall(text)
    titled = len(words) >= TITLED and all(word[0].isupper() for word in words)
    if titled or 2 * capitals > sum(map(str.isalpha, text)):
        return _small(text)
    return _WORD.sub(lambda word: _small(word[0]) if len(word[0]) >= LOUD and word[0].isupper() else word[0], text)


def _small(text: str) -> str:
    # "İ" has two small letters, and keeps its place.
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
