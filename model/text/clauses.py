"""A long sentence into overlapping pieces, cut at clause borders, for a network that learned on short ones.

Reviews without punctuation are one sentence of up to thousands of words. A network judges such a text as a whole and
badly: aspects go missing, and the adjective of one clause colours the noun of another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from model.text.clause_words import (
    A_WHILE,
    ADVERBS,
    CONJUNCTIONS,
    EDGES,
    FINITE,
    INVERTED,
    JOINING,
    MARKS,
    PREPOSITIONS,
    SUBJECTS,
    TOPICS,
    WITHOUT_OBJECT,
)
from model.text.labelled import labelled
from model.text.run_ons import main_clauses
from model.text.telegrams import borders_in_prose, telegram_clauses

WORD = re.compile(r"\S+")
#: Marks that end a sentence.
ENDS = (".", "!", "?", "…")
EMOJI = re.compile("[☀-➿⬅-⭕\U0001f300-\U0001faff]")
#: A clause without a border in sight is cut after this many words.
LONGEST_CLAUSE = 14
#: Words that a piece may repeat from the one before, where both together are no longer than a piece.
OVERLAP = 4
#: Code points of a word; a longer one is cut like any text that has no spaces.
LONGEST_WORD = 60

#: Words up to which a sentence is judged whole, if it is no run of main clauses. They come from what `kritiq-mini`
#: learned and not from the model's `max_tokens` (160, room for 100 words), which only says what a network can be given.
#: Without a stop at the end, a text of more than 20 words is probably several sentences, of which training joins two at
#: most; it is cut. A sentence that its writer ended is cut where loss begins to be seen, at about 60 words. (Training
#: ends at 40 words, see `model.training.augmentation.LONGEST`; but cut at 40, those of 41 to 52 in the English
#: evaluation data lost in F1.)
LONGEST_OPEN, LONGEST_ENDED = 20, 60
#: Main clauses side by side, above which a sentence is cut however short it is: one where its writer set no stop, two
#: where there is one at the end. (Of 240 texts of 12 and of 20 words without marks 49 and 11 had other aspects than
#: with marks, and have 10 and 4; with a stop at the end alone, of 20 words, 51 and 5. The F1 of the evaluation data
#: rises by 0.001, and falls by 0.002 without their stops.)
RUN_ON_OPEN, RUN_ON_ENDED = 1, 2
#: Words of a piece, unless one clause is longer. Two clauses in one piece colour each other: of 60 reviews of plain
#: clauses without marks, 60 were judged as with marks at 5 to 7 words, 54 at 8, 48 at 10 and 25 at 16; joined sentences
#: of the corpus lose nothing by it (F1 of aspects 0.85 at 6 words, 0.84 at 16, 0.73 whole).
PIECE = 7


class Clause(NamedTuple):
    """Where a clause is in a text, in code points, and how many words it has."""

    start: int
    end: int
    words: int
    #: It has no verb, and neither has the one before: judged together, they would colour each other most.
    apart: bool


def pieces(text: str, fits: Callable[[str], bool]) -> tuple[str, ...]:
    """What the network is to read for a sentence: itself, or overlapping pieces of one that is too long to be judged.

    Every word lies in a piece. `fits` says whether the network reads all of a text; what does not fit is halved until
    it does or is a single character.
    """
    return tuple(part for start, end in spans_of(text) for part in _fitting(text[start:end], fits))


def spans_of(text: str) -> list[tuple[int, int]]:
    """Where the pieces of a sentence are, before any is halved; where that is all of it, it is judged whole.

    A piece begins with the last clause of the one before where both are short, and with its last words where no clause
    ended.
    """
    if (entries := labelled(text)) is not None:
        return entries
    written = text.split()
    if written and (begins := telegram_clauses(written, [word.strip(EDGES).lower() for word in written])):
        spans = [found.span() for found in WORD.finditer(text)]
        return [(spans[begin][0], spans[end - 1][1]) for begin, end in pairwise([*begins, len(spans)])]
    if len(text) > 2 * LONGEST_OPEN:
        ended = text.rstrip("\"'’”“»)]} ")[-1:] in ENDS
        longest, most = (LONGEST_ENDED, RUN_ON_ENDED) if ended else (LONGEST_OPEN, RUN_ON_OPEN)
        if len(written) > longest or main_clauses(written) > most:
            return list(_packed(_clauses(text)))
    return [(0, len(text))]


def _packed(clauses: list[Clause]) -> Iterator[tuple[int, int]]:
    """Spans of pieces. None reaches over the beginning of a clause that stands apart."""
    first = 0
    while True:
        last, length = first, clauses[first].words
        while last + 1 < len(clauses) and length + clauses[last + 1].words <= PIECE and not clauses[last + 1].apart:
            last += 1
            length += clauses[last].words
        yield clauses[first].start, clauses[last].end
        if last + 1 == len(clauses):
            return
        repeated, following = clauses[last].words, clauses[last + 1]
        again = last > first and repeated <= OVERLAP and repeated + following.words <= PIECE and not following.apart
        first = last if again else last + 1


def _clauses(text: str) -> list[Clause]:
    """The clauses of a text; a clause has two words at least, the last one perhaps fewer.

    One that was cut only for its length begins with the last words of the one before.
    """
    spans = [found.span() for found in WORD.finditer(text)]
    raw = [text[start:end] for start, end in spans]
    bare = [word.strip(EDGES) for word in raw]
    low = [word.lower() for word in bare]
    # In a text in capitals or small letters throughout they tell nothing.
    capitals = sum(word[:1].isupper() for word in bare) * 2 < len(bare)
    begins, reaches = [0], [0]
    telegrams = borders_in_prose(low)
    for index in range(1, len(raw)):
        length = index - begins[-1]
        if length < 2:
            continue
        before, word = low[index - 1], low[index]
        free = before not in PREPOSITIONS and (before not in FINITE or before in WITHOUT_OBJECT)
        if (
            index in telegrams
            or raw[index - 1][-1] in MARKS
            or EMOJI.search(raw[index - 1])
            or (word in CONJUNCTIONS and not (word == "while" and before in A_WHILE))
            or (capitals and word in SUBJECTS and bare[index][0].isupper())
            or (free and (_is_subject(low, index) or _is_inverted(low, index)))
        ):
            begins.append(index)
            reaches.append(index)
        elif length >= LONGEST_CLAUSE:
            begins.append(index)
            reaches.append(index - OVERLAP)
    ends = (*begins[1:], len(spans))
    return [
        Clause(spans[reach][0], spans[end - 1][1], end - reach, begin in telegrams)
        for begin, reach, end in zip(begins, reaches, ends, strict=True)
    ]


def _is_subject(low: Sequence[str], index: int) -> bool:
    """Whether the word at `index` begins the subject of a clause, going by the finite verb behind it."""
    word, before = low[index], low[index - 1]
    if word in SUBJECTS:
        # "die Lage am Fluss ist": what belongs to it stands in between.
        reach = 7 if index + 2 < len(low) and low[index + 2] in PREPOSITIONS else 4
        return before not in CONJUNCTIONS and not FINITE.isdisjoint(low[index + 1 : index + reach])
    return (word in ADVERBS or (word in TOPICS and before not in SUBJECTS)) and not FINITE.isdisjoint(
        low[index + 1 : index + 2]
    )


def _is_inverted(low: Sequence[str], index: int) -> bool:
    """Whether a phrase of a few words begins at `index` behind which verb and subject of a clause follow."""
    return low[index] in PREPOSITIONS - JOINING and any(
        low[verb] in FINITE and low[verb + 1] in INVERTED for verb in range(index + 2, min(index + 5, len(low) - 1))
    )


def _fitting(text: str, fits: Callable[[str], bool]) -> tuple[str, ...]:
    """The text, or halves of it of which each fits, cut at a space where there is one near the middle."""
    if len(text) <= 1 or fits(text):
        return (text,)
    middle = len(text) // 2
    space = text.rfind(" ", middle - LONGEST_WORD if middle > LONGEST_WORD else 0, middle)
    cut = space if space > 0 else middle
    halves = text[:cut].strip(), text[cut:].strip()
    return tuple(part for half in halves if half for part in _fitting(half, fits))
