"""Sentences that nobody wrote, out of those of a corpus: for a teacher to judge, see `model.training.distillation`.

Clauses of different sentences side by side, words put where others stood between the same neighbours, and walks through
the corpus's word triples. What they say is nobody's opinion and they have no labels; they are no part of the corpus.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Sequence

from model.data.dataset import Example

#: Words of a sentence at least and at most.
SHORTEST, LONGEST = 3, 40
#: Where a clause begins: behind a mark, or at a word that joins.
BORDER = re.compile(
    r"\s*[;,]\s+|\s+[–—-]\s+|\s+(?=(?:und|aber|jedoch|dafür|während|obwohl|and|but|while|although|though)\b)"
)
JOINS = (", ", ", ", " ", ". ", "! ", " - ", "; ", " / ")
ENDS = (".", ".", ".", "!", "", "...")
#: How often sentences are made in each way.
SHARES = (0.4, 0.4, 0.2)
#: Tries for each sentence that is wanted: most are new, and a small corpus has only so many.
TRIES = 5


def recombined(examples: Sequence[Example], count: int, seed: int) -> list[str]:
    """At most `count` different sentences, none of them one of the corpus's own; fewer out of a small corpus.

    Only what lies in one folder of the corpus, as the two languages do, is put together, each in proportion.
    """
    folders: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        folders[example.batch.partition("/")[0]].append(example.text)
    rng = random.Random(seed)
    found: dict[str, None] = {}
    known = {example.text for example in examples}
    for texts in folders.values():
        ways = (_joining(texts), _swapping(texts), _walking(texts))
        wanted = len(found) + count * len(texts) // len(examples)
        for _ in range(TRIES * count * len(texts) // len(examples)):
            if len(found) >= wanted:
                break
            [way] = rng.choices(ways, SHARES)
            made = way(rng)
            if made not in known and SHORTEST <= len(made.split()) <= LONGEST:
                found.setdefault(made)
    return list(found)


def _joining(texts: Sequence[str]) -> Callable[[random.Random], str]:
    """Two or three clauses, mostly of different sentences."""
    clauses = [
        clause.strip(" .!?…") for text in texts for clause in BORDER.split(text) if len(clause.split()) >= 2
    ] or list(texts)

    def make(rng: random.Random) -> str:
        text = rng.choice(clauses)
        for _ in range(rng.choice((1, 1, 2))):
            join, more = rng.choice(JOINS), rng.choice(clauses)
            text += join + (more[:1].upper() + more[1:] if join in (". ", "! ") else more)
        return text[:1].upper() + text[1:] + rng.choice(ENDS)

    return make


def _swapping(texts: Sequence[str]) -> Callable[[random.Random], str]:
    """A sentence in which one to three words are others that stand between the same two words elsewhere."""
    words = [["", *text.split(), ""] for text in texts]
    between: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for row in words:
        for before, word, after in zip(row, row[1:], row[2:], strict=False):
            between[before, after].setdefault(word)

    def make(rng: random.Random) -> str:
        row = list(rng.choice(words))
        for _ in range(rng.choice((1, 2, 3))):
            places = [place for place in range(1, len(row) - 1) if len(between[row[place - 1], row[place + 1]]) > 1]
            if places:
                place = rng.choice(places)
                row[place] = rng.choice(list(between[row[place - 1], row[place + 1]]))
        return " ".join(row[1:-1])

    return make


def _walking(texts: Sequence[str]) -> Callable[[random.Random], str]:
    """From word to word, each one that follows the last two somewhere in the corpus."""
    following: dict[tuple[str, str], list[str]] = defaultdict(list)
    for text in texts:
        row = ["", "", *text.split(), ""]
        for one, two, word in zip(row, row[1:], row[2:], strict=False):
            following[one, two].append(word)

    def make(rng: random.Random) -> str:
        row = ["", ""]
        while len(row) <= LONGEST + 2 and (word := rng.choice(following[row[-2], row[-1]])):
            row.append(word)
        return " ".join(row[2:])

    return make
