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

#: Most texts have none of either, which is seen in a microsecond; whether what is found are capitals is then asked.
_OTHER = "[^\\W\\d_a-zäöüß]"
_MAY_BE_LOUD = re.compile(rf"(?<![^\W\d_]){_OTHER}{{{LOUD},}}(?![^\W\d_])")
_MAY_BE_TITLED = re.compile(rf"[\W\d_]*+(?:{_OTHER}(?:[^\W\d_]|['’](?=\w))*+[\W\d_]*+){{{TITLED},}}+\Z")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’](?=\w))*+")


def calm(text: str) -> str:
    """The text, in small letters if most of its letters are capitals, or if each of `TITLED` or more words begins with
    one; else with its `LOUD` words in small letters. As long as the text, letter by letter.
    """
    if _MAY_BE_TITLED.match(text) and all(word[0].isupper() for word in _WORD.findall(text)):
        return _small(text)
    if not _MAY_BE_LOUD.search(text):
        return _small(text) if text.isupper() else text
    if 2 * sum(map(str.isupper, text)) > sum(map(str.isalpha, text)):
        return _small(text)
    return _MAY_BE_LOUD.sub(lambda word: _small(word[0]) if word[0].isupper() else word[0], text)


def _small(text: str) -> str:
    # "İ" has two small letters, and keeps its place.
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
