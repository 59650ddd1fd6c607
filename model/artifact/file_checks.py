"""Whether files of a model are those that were saved, and none that may run code when it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from model.errors import AlteredFile, MissingFile, UnsafeFile

#: Where others keep weights as pickles.
PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json", "model.bin", "model.pt", "model.pth", "model.pkl")


def check_files(directory: Path, digests: Mapping[str, str]) -> None:
    """Raises MissingFile or AlteredFile naming the first of a directory's files that has not its SHA-256."""
    for name, expected in digests.items():
        path = directory / name
        if path.parent != directory or not path.is_file():
            raise MissingFile(f"{path} is missing")
        if file_digest(path) != expected:
            raise AlteredFile(f"{path} is not the file that was saved: its SHA-256 differs from the one in kritiq.json")


def check_weights(path: Path) -> None:
    """Raises UnsafeFile where the weights of a network are a pickle, MissingFile where there are none."""
    if not path.is_file():
        pickled = [pickle for pickle in PICKLES if path.with_name(pickle).exists()]
        if pickled:
            raise UnsafeFile(
                f"{path.with_name(pickled[0])} is a pickle, which can run code when read; "
                f"`kritiq convert-checkpoint {path.parent} OUTPUT` makes safetensors of it"
            )
        if path.with_name(f"{path.name}.index.json").exists():
            raise MissingFile(
                f"{path} is missing, and its weights are in several files: "
                f"`kritiq convert-checkpoint {path.parent} OUTPUT` makes one of them"
            )
        raise MissingFile(f"{path} is missing")
    _refuse_pickle(path)


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_pickle(path: Path) -> None:
    """Safetensors begin with the length of a JSON header; pickles with 0x80, torch's archives with PK."""
    with path.open("rb") as file:
        head = file.read(9)
    if (head[:1] == b"\x80" and head[8:9] != b"{") or head[:2] == b"PK":
        raise UnsafeFile(f"{path} is a pickle, which can run code when read; safetensors are expected")
    if head[8:9] != b"{":
        raise AlteredFile(f"{path} holds no safetensors")
