"""Lists of labels in a line: "Essen: super, Service: schlecht | Ambiente: okay", each of which is judged by itself.

Together they colour each other: of "Food okay, service mies, atmosphere super" `kritiq-mini` found the service neutral.
"""

from __future__ import annotations

import re
from itertools import pairwise

from model.text.ratings import WORDS
from model.text.telegram_words import NOUNS

#: Labels in a list at least.
LEAST = 2
#: What stands between the entries of such a list, and belongs to none.
BETWEEN = " \t,;|/·•–—-"

#: The longest word of a label, in code points: from each hyphen on a longer one would be read to its end.
LONGEST = 40

_LABEL = re.compile(
    rf"(?<![^\s,;|·•–—-])(?:(?:der|die|das|the)\s)?[^\W\d_][\w&/-]{{0,{LONGEST}}}"
    rf"(?:\s(?:&|und|and|/)\s[^\W\d_][\w-]{{0,{LONGEST}}})?\s?:(?!//)",
    re.IGNORECASE,
)
#: "Essen super, Service schlecht": the words that ratings are read as, without a colon.
_RATED = re.compile(
    rf"[{BETWEEN}]*([^\W\d_][\w&/-]*)\s(?:{'|'.join(word for _, word in WORDS)})\b[.!]*(?=[{BETWEEN}]|$)", re.IGNORECASE
)


def labelled(text: str) -> list[tuple[int, int]] | None:
    """Where the entries of such a list are, with what stands before the first as one of its own; None of other texts.

    A label is what reviews speak of (`model.text.telegram_words.NOUNS`), with a colon behind it or one of the words of
    `model.text.ratings`.
    """
    begins = _with_colons(text) if ":" in text else _rated(text)
    if len(begins) < LEAST:
        return None
    spans = [_trimmed(text, start, end) for start, end in pairwise(sorted({0, *begins, len(text)}))]
    return [(start, end) for start, end in spans if any(map(str.isalnum, text[start:end]))]


def _with_colons(text: str) -> list[int]:
    return [found.start() for found in _LABEL.finditer(text) if _is_topic(found[0])]


def _rated(text: str) -> list[int]:
    """Where entries without a colon begin; nowhere if there is anything else."""
    begins, position = [], 0
    while position < len(text) and (found := _RATED.match(text, position)) and _is_topic(found[1]):
        begins.append(found.start(1))
        position = found.end()
    return [] if text[position:].strip(BETWEEN) else begins


def _is_topic(label: str) -> bool:
    return not NOUNS.isdisjoint(re.split(r"[\s:&/]+", label.lower()))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip(BETWEEN))
    return start, start + len(piece.strip(BETWEEN))
