"""Training sentences made a little different each epoch: words left out, sentences joined."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from model.data.dataset import Example

#: Joined sentences are no longer than this, in words.
LONGEST = 40

JOINS = (" ", " ", " ", " - ", ", ", "; ", " und ", " aber ")


def varied(
    examples: Sequence[Example], *, word_dropout: float, joined: float, order: np.random.Generator
) -> list[Example]:
    """As many examples, in order; a share `joined` of them with another one behind, words dropped at random.

    Two that judge an aspect differently are not joined: conflicts are frequent enough in the corpus.
    """
    if not word_dropout and not joined:
        return list(examples)
    partners = order.integers(0, len(examples), len(examples)).tolist()
    draws = order.random(len(examples)).tolist()
    found = []
    for example, partner, draw in zip(examples, partners, draws, strict=True):
        other = examples[partner]
        agree = all(example.aspects.get(aspect, polarity) == polarity for aspect, polarity in other.aspects.items())
        if draw < joined and agree and len(example.text.split()) + len(other.text.split()) <= LONGEST:
            example = _join(example, other, JOINS[int(draw / joined * len(JOINS))])
        found.append(Example(text=_shortened(example.text, word_dropout, order), aspects=example.aspects))
    return found


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
