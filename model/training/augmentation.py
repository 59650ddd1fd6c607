"""Training sentences made a little different each epoch: words left out, sentences joined, typed as guests type."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from model.data.dataset import Example
from model.text.umlauts import TYPED

#: Joined sentences are no longer than this, in words.
LONGEST = 40

JOINS = (" ", " ", " ", " - ", ", ", "; ", " und ", " aber ")

#: Times that a letter stands which somebody holds down, beside itself.
HELD = 3
_LONG_WORD, _VOWEL, _MARK = re.compile(r"[^\W\d_]{5,}"), re.compile("[aeiouäöü]"), re.compile(r"[.,;:!?]")


def varied(
    examples: Sequence[Example], *, word_dropout: float, joined: float, typed: float = 0.0, order: np.random.Generator
) -> list[Example]:
    """As many examples, in order; a share `joined` of them with another one behind, words dropped at random, and a
    share `typed` of them typed otherwise: see `mistyped`.

    Two that judge an aspect differently are not joined: conflicts are frequent enough in the corpus.
    """
    if not word_dropout and not joined and not typed:
        return list(examples)
    partners = order.integers(0, len(examples), len(examples)).tolist()
    draws = order.random(len(examples)).tolist()
    found = []
    for example, partner, draw in zip(examples, partners, draws, strict=True):
        other = examples[partner]
        agree = all(example.aspects.get(aspect, polarity) == polarity for aspect, polarity in other.aspects.items())
        if draw < joined and agree and len(example.text.split()) + len(other.text.split()) <= LONGEST:
            example = _join(example, other, JOINS[int(draw / joined * len(JOINS))])
        text = _shortened(example.text, word_dropout, order)
        if typed and order.random() < typed:
            text = mistyped(text, order)
        found.append(Example(text=text, aspects=example.aspects))
    return found


def mistyped(text: str, order: np.random.Generator) -> str:
    """The text as somebody in a hurry types it: umlauts as two letters, a vowel held down, two letters exchanged, or
    no marks. As it is where it has none of these."""
    way = order.integers(4)
    if way == 0:
        return text.translate(TYPED)
    if way == 1:
        return " ".join(_MARK.sub(" ", text).split()) or text
    places = list((_VOWEL if way == 2 else _LONG_WORD).finditer(text))
    if not places:
        return text
    start, end = places[order.integers(len(places))].span()
    if way == 2:
        return text[:end] + HELD * text[start] + text[end:]
    # Its first letter and its last are where they belong: those are seldom exchanged.
    first = int(order.integers(start + 1, end - 2))
    return text[:first] + text[first + 1] + text[first] + text[first + 2 :]


def _join(one: Example, other: Example, between: str) -> Example:
    text = one.text if between == " " else one.text.rstrip(".! ")
    return Example(text=text + between + other.text, aspects={**one.aspects, **other.aspects})


def _shortened(text: str, share: float, order: np.random.Generator) -> str:
    """The text without a random share of its words, never without all."""
    if not share:
        return text
    words = text.split()
    kept = [word for word, drawn in zip(words, order.random(len(words)).tolist(), strict=True) if drawn >= share]
    return " ".join(kept) or text
