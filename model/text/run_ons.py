"""Main clauses side by side without a conjunction: "das essen war gut der kellner war langsam" is two sentences."""

from __future__ import annotations

from collections.abc import Sequence

from model.text.clause_words import (
    CONJUNCTIONS,
    EDGES,
    FINITE,
    MARKS,
    PERSONS,
    PREPOSITIONS,
    PRONOUNS,
    SUBJECTS,
    SUBORDINATING,
    TOPICS,
)

#: Words in front of a subject that are looked at for one that makes its clause a subordinate one.
REACH = 3


def main_clauses(written: Sequence[str]) -> int:
    """How many main clauses a sentence has, given as its words with their marks; those behind a conjunction are none.

    Told by a subject that is followed at once by its finite verb, which is not the last word, behind a finite verb.
    """
    low = [word.strip(EDGES).lower() for word in written]
    first = next((index for index, word in enumerate(low) if word in FINITE), len(low))
    return 1 + sum(_begins(written, low, index) for index in range(max(2, first + 1), len(low) - 1))


def _begins(written: Sequence[str], low: Sequence[str], index: int) -> bool:
    word, before = low[index], low[index - 1]
    if before in PREPOSITIONS or before in FINITE or before in CONJUNCTIONS or before in SUBJECTS:
        return False
    if word in PRONOUNS or word in TOPICS:
        verb = index + 1
    elif word in SUBJECTS and PERSONS.isdisjoint((word, low[index + 1])):
        verb = index + 2 if low[index + 2 : index + 3] and low[index + 2] in FINITE else index + 3
    else:
        return False
    if verb >= len(low) - 1 or low[verb] not in FINITE or written[verb][-1] in MARKS:
        return False
    return SUBORDINATING.isdisjoint(low[max(0, index - REACH) : index])
