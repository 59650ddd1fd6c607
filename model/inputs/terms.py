"""Sentences into terms that are counted, for a linear model: words, runs of words, and groups of letters.

Terms are made exactly as scikit-learn's TfidfVectorizer makes them (`ngram_range` of words; `char_wb` of letters), so
that a model that was fitted there answers the same here without it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.inputs.encoding import CHARACTERS_PER_TOKEN, Encoded, Ids

#: Words of two characters or more, scikit-learn's `token_pattern`. They are the tokens of a linear model.
WORD = re.compile(r"\b\w\w+\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Lengths:
    """How long terms are, from the shortest to the longest."""

    #: In words, and in letters within a word, its borders included.
    words: tuple[int, int] = (1, 2)
    letters: tuple[int, int] = (2, 5)

    def __post_init__(self) -> None:
        for name, (shortest, longest) in (("words", self.words), ("letters", self.letters)):
            if not 1 <= shortest <= longest:
                raise ValueError(f"terms of {name} are from 1 on, the shortest first, not {shortest} to {longest}")
        if self.words[0] != 1:
            raise ValueError("without single words nobody can say which of them are unknown")


class TermEncoder:
    """What a linear model has in place of a tokenizer. Safe on several threads at once."""

    #: There are no auxiliary sentences.
    rows_per_sentence = 1

    def __init__(self, lengths: Lengths, words: Sequence[str], letters: Sequence[str], *, max_tokens: int) -> None:
        """`words` and `letters` are the known terms: the row of a term is its place in both together. Raises ValueError
        when one occurs twice."""
        self._lengths, self.max_tokens = lengths, max_tokens
        self._words: Mapping[str, int] = {term: row for row, term in enumerate(words)}
        self._letters: Mapping[str, int] = {term: row for row, term in enumerate(letters, len(words))}
        if len(self._words) + len(self._letters) < len(words) + len(letters):
            raise ValueError("a term is there twice")

    def __call__(self, sentences: Sequence[str]) -> Encoded:
        """The rows of each sentence's known terms, as often as they occur; its tokens are its words."""
        rows: list[tuple[int, ...]] = []
        lengths: list[int] = []
        truncated: list[bool] = []
        pieces: list[int] = []
        unknown: list[int] = []
        for text in sentences:
            read, words, whole = self._cut(text)
            rows.append(tuple(self._rows_of(read, words[: self.max_tokens])))
            truncated.append(not whole)
            pieces.append(len(words))
            lengths.append(max(1, min(len(words), self.max_tokens)))
            unknown.append(sum(word not in self._words for word in words))
        return Encoded(
            sentences=tuple(rows), lengths=tuple(lengths), truncated=tuple(truncated), pieces=tuple(pieces),
            unknown=tuple(unknown),
        )  # fmt: skip

    def fits(self, text: str) -> bool:
        """Whether all of a sentence is read."""
        return len(text) < self.max_tokens or self._cut(text)[2]

    def row_lengths(self, encoded: Encoded) -> list[int]:
        """Words of each sentence that are read, at least one."""
        return list(encoded.lengths)

    def rows(self, encoded: Encoded, indices: Sequence[int], width: int) -> tuple[Ids, Ids, Ids]:
        """Rows of the terms of some sentences, and how often each occurs, 0 where there is none; the last is empty.

        As wide as the sentence with the most terms, whatever `width` is in words.
        """
        counted = [Counter(encoded.sentences[index]) for index in indices]
        ids = np.zeros((len(indices), max(map(len, counted), default=0)), dtype=np.int64)
        counts = np.zeros_like(ids)
        for row, terms in enumerate(counted):
            ids[row, : len(terms)] = list(terms)
            counts[row, : len(terms)] = list(terms.values())
        return ids, counts, np.zeros_like(ids)

    def _cut(self, text: str) -> tuple[str, list[str], bool]:
        """What is read of a text, in lower case, all its words up to where that ends by letters, and whether it is all.

        A text of a megabyte costs no more than one of the model's length.
        """
        limit = self.max_tokens * CHARACTERS_PER_TOKEN
        read = text[:limit].lower()
        found = list(WORD.finditer(read))
        words = [each[0] for each in found]
        if len(found) > self.max_tokens:
            return read[: found[self.max_tokens].start()], words, False
        return read, words, len(text) <= limit

    def _rows_of(self, read: str, words: Sequence[str]) -> Iterator[int]:
        for known, terms in (
            (self._words, runs_of(words, *self._lengths.words)),
            (self._letters, groups_of(read, *self._lengths.letters)),
        ):
            yield from (known[term] for term in terms if term in known)


def runs_of(words: Sequence[str], shortest: int, longest: int) -> Iterator[str]:
    """Words that follow one another, joined by a space."""
    for length in range(shortest, longest + 1):
        for first in range(len(words) - length + 1):
            yield " ".join(words[first : first + length])


def groups_of(text: str, shortest: int, longest: int) -> Iterator[str]:
    """Letters that follow one another within a word, which has a space before and after it; a word that is shorter is
    a group of its own, once."""
    for word in text.split():
        padded = f" {word} "
        for length in range(shortest, longest + 1):
            for first in range(max(1, len(padded) - length + 1)):
                yield padded[first : first + length]
            if len(padded) <= length:
                break
