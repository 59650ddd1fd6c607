"""Sentences into token rows: tokenized once, joined with every auxiliary sentence, cut where the model ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]

#: Tokens of one character never exceed this in any tokenizer seen; texts are cut there before tokenizing, so that a
#: sentence of a megabyte costs no more than one of the model's length.
CHARACTERS_PER_TOKEN = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoded:
    """Token ids of some sentences, ready for the network. Made on any thread; holds no tensors."""

    #: Ids of each sentence without special tokens, cut to what the model reads.
    sentences: tuple[tuple[int, ...], ...]
    #: Tokens of each sentence over all its rows, special tokens included, before padding.
    lengths: tuple[int, ...]
    #: Which sentences were longer than the model reads.
    truncated: tuple[bool, ...]
    #: Tokens of each sentence without special ones, uncut, and how many of these stand for something that the
    #: tokenizer does not know; empty when nobody looked.
    pieces: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()
    #: The same sentences for the further networks of a model that has several: see `model.runtime.composed`.
    also: tuple[Encoded, ...] = ()

    @property
    def tokens(self) -> int:
        """All tokens that the network will read, without padding."""
        return sum(self.lengths)

    def __len__(self) -> int:
        return len(self.sentences)

    def __add__(self, more: Encoded) -> Encoded:
        """These sentences, and then those."""
        return Encoded(
            sentences=self.sentences + more.sentences,
            lengths=self.lengths + more.lengths,
            truncated=self.truncated + more.truncated,
            pieces=self.pieces + more.pieces,
            unknown=self.unknown + more.unknown,
            also=tuple(one + other for one, other in zip(self.also, more.also, strict=True)),
        )

    def only(self, places: Sequence[int]) -> Encoded:
        """Some of the sentences, in this order."""
        return Encoded(
            sentences=tuple(self.sentences[place] for place in places),
            lengths=tuple(self.lengths[place] for place in places),
            truncated=tuple(self.truncated[place] for place in places),
            pieces=tuple(self.pieces[place] for place in places) if self.pieces else (),
            unknown=tuple(self.unknown[place] for place in places) if self.unknown else (),
            also=tuple(each.only(places) for each in self.also),
        )


class RowEncoder(Protocol):
    """What makes rows of sentences for a `Backend`: a tokenizer, or what counts terms. Safe on several threads."""

    @property
    def rows_per_sentence(self) -> int:
        """How many rows each sentence has."""

    def __call__(self, sentences: Sequence[str]) -> Encoded:
        """Sentences to what `rows` makes rows of."""

    def fits(self, text: str) -> bool:
        """Whether all of a sentence is read."""

    def row_lengths(self, encoded: Encoded) -> list[int]:
        """Tokens of every row, sentence by sentence."""

    def rows(self, encoded: Encoded, indices: Sequence[int], width: int) -> tuple[Ids, Ids, Ids]:
        """What a backend reads of the rows `indices`, of which the longest has `width` tokens."""


class Encoder:
    """A tokenizer and the auxiliary sentences of a method. Safe on several threads at once.

    Special tokens are placed as the tokenizer places them: a probe pair is encoded once and taken apart. A row is
    prefix + sentence + middle + auxiliary sentence + suffix; in `single` the last two parts are one suffix.
    The sentence is cut first, since it is always the longer side then (transformers' `longest_first`).
    """

    def __init__(self, tokenizer: Any, *, hypotheses: Sequence[str], max_tokens: int, pad_id: int = 0) -> None:
        """`tokenizer` is a tokenizers.Tokenizer. Raises ValueError when an auxiliary sentence fills half a row."""
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._unknown = _unknown_ids(tokenizer)
        self.max_tokens = max_tokens
        self.pad_id = pad_id
        probe = tokenizer.encode("a", "a") if hypotheses else tokenizer.encode("a")
        second = [i for i, sequence in enumerate(probe.sequence_ids) if sequence == 1]
        first = [i for i, sequence in enumerate(probe.sequence_ids) if sequence == 0]
        cut = second[0] if second else len(probe.ids)
        self._prefix = tuple(probe.ids[: first[0]])
        self._middle = tuple(probe.ids[first[-1] + 1 : cut])
        self._suffix = tuple(probe.ids[second[-1] + 1 :]) if second else ()
        self._left_type = probe.type_ids[first[0]]
        self._right_type = probe.type_ids[cut] if second else 0
        self._middle_types = tuple(probe.type_ids[first[-1] + 1 : cut])
        self._hypotheses = tuple(
            tuple(encoding.ids) for encoding in tokenizer.encode_batch(list(hypotheses), add_special_tokens=False)
        ) or ((),)
        specials = len(self._prefix) + len(self._middle) + len(self._suffix)
        #: Room for the sentence, per row.
        self._rooms = tuple(max_tokens - specials - len(hypothesis) for hypothesis in self._hypotheses)
        if min(self._rooms) < max(1, *map(len, self._hypotheses)):
            raise ValueError(f"an auxiliary sentence fills more than half of the {max_tokens} tokens of a row")
        self._overhead = sum(specials + len(hypothesis) for hypothesis in self._hypotheses)

    @property
    def rows_per_sentence(self) -> int:
        return len(self._hypotheses)

    @property
    def room(self) -> int:
        """Tokens of a sentence that every row has room for."""
        return min(self._rooms)

    def __call__(self, sentences: Sequence[str]) -> Encoded:
        limit = self.max_tokens * CHARACTERS_PER_TOKEN
        # Lone surrogates come with hostile JSON; the tokenizer takes only what UTF-8 can say.
        texts = [text[:limit].encode("utf-8", "replace").decode("utf-8") for text in sentences]
        room = max(self._rooms)
        ids: list[tuple[int, ...]] = []
        lengths: list[int] = []
        truncated: list[bool] = []
        pieces: list[int] = []
        unknown: list[int] = []
        encodings = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        for text, encoding in zip(sentences, encodings, strict=True):
            whole = encoding.ids
            ids.append(tuple(whole[:room]))
            truncated.append(len(whole) > min(self._rooms) or len(text) > limit)
            unknown.append(sum(map(self._unknown.__contains__, whole)))
            pieces.append(len(whole))
            lengths.append(self._overhead + sum(min(len(whole), rows) for rows in self._rooms))
        return Encoded(
            sentences=tuple(ids), lengths=tuple(lengths), truncated=tuple(truncated), pieces=tuple(pieces),
            unknown=tuple(unknown),
        )  # fmt: skip

    def fits(self, text: str) -> bool:
        """Whether the network reads all of a sentence."""
        # No tokenizer makes more tokens than bytes, so most texts need not be tokenized to know; nor very long ones.
        if len(text) < self.room and len(text.encode("utf-8", "replace")) < self.room:
            return True
        return len(text) <= self.max_tokens * CHARACTERS_PER_TOKEN and not self([text]).truncated[0]

    def row_lengths(self, encoded: Encoded) -> list[int]:
        """Tokens of every row: sentence by sentence, within each auxiliary sentence by auxiliary sentence."""
        specials = len(self._prefix) + len(self._middle) + len(self._suffix)
        parts = [(room, specials + len(hyp)) for room, hyp in zip(self._rooms, self._hypotheses, strict=True)]
        return [min(len(ids), room) + fixed for ids in encoded.sentences for room, fixed in parts]

    def rows(self, encoded: Encoded, indices: Sequence[int], width: int) -> tuple[Ids, Ids, Ids]:
        """Ids, attention mask and token types of the rows `indices`, padded to `width`: each (rows, width) int64."""
        ids = np.full((len(indices), width), self.pad_id, dtype=np.int64)
        mask = np.zeros_like(ids)
        types = np.zeros_like(ids)
        typed = bool(self._left_type or self._right_type or any(self._middle_types))
        count = len(self._hypotheses)
        for row, index in enumerate(indices):
            sentence, hypothesis = encoded.sentences[index // count], self._hypotheses[index % count]
            left = (*self._prefix, *sentence[: self._rooms[index % count]])
            whole = (*left, *self._middle, *hypothesis, *self._suffix)
            ids[row, : len(whole)] = whole
            mask[row, : len(whole)] = 1
            if typed:
                middle = len(left) + len(self._middle)
                types[row, : len(left)] = self._left_type
                types[row, len(left) : middle] = self._middle_types
                types[row, middle : len(whole)] = self._right_type
        return ids, mask, types


def _unknown_ids(tokenizer: Any) -> frozenset[int]:
    """The tokens that stand for what a tokenizer has no other for: its unknown one, and the bytes that it falls back
    on. None of a vocabulary in which every byte is a letter, which knows everything."""
    of = json.loads(tokenizer.to_str())["model"]
    unknown = of["unk_id"] if "unk_id" in of else tokenizer.token_to_id(of.get("unk_token") or "")
    single = (tokenizer.token_to_id(f"<0x{byte:02X}>") for byte in range(256)) if of.get("byte_fallback") else ()
    return frozenset(each for each in (unknown, *single) if each is not None)
