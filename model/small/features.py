"""What the lower layers of a network make of a sentence, computed once and kept on disk while the upper ones learn."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers.modeling_outputs import SequenceClassifierOutput

from model.errors import DataError


class OverFrozen(nn.Module):
    """A network in two parts with transformers' interface: `lower`, which does not learn, then `upper`, which does.

    `lower` maps ids and mask (B, T) to features (B, T, F), `upper` features and mask to logits. Features are kept in
    `file` (float16, by token ids) and used again, also by a later process.
    """

    def __init__(
        self, network: Any, *, lower: Callable[..., Tensor], upper: Callable[..., Tensor], size: int, file: Path
    ) -> None:
        """`size` is F. Raises DataError when the file cannot be used."""
        super().__init__()
        self.network = network
        self._lower, self._upper, self._size = lower, upper, size
        self._kept = Kept(file, size)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SequenceClassifierOutput:
        rows = [ids[present.bool()].tolist() for ids, present in zip(input_ids, attention_mask, strict=True)]
        new = [number for number, ids in enumerate(rows) if ids not in self._kept]
        if new:
            self._compute(input_ids[new], attention_mask[new], [rows[number] for number in new])
        features = torch.zeros(*input_ids.shape, self._size)
        for number, ids in enumerate(rows):
            features[number, : len(ids)] = torch.from_numpy(self._kept[ids].astype(np.float32))
        logits = self._upper(features.to(input_ids.device), attention_mask)
        return SequenceClassifierOutput(logits=logits)

    def close(self) -> None:
        self._kept.close()

    @torch.no_grad()
    def _compute(self, input_ids: Tensor, attention_mask: Tensor, rows: list[list[int]]) -> None:
        learning = self.network.training
        self.network.eval()
        features = self._lower(input_ids, attention_mask)
        self.network.train(learning)
        for ids, row in zip(rows, features, strict=True):
            self._kept[ids] = row[: len(ids)].to("cpu", torch.float16).numpy()


class Kept:
    """Arrays of (tokens, size) float16 by token ids, in a file that only grows.

    Each entry is a digest of the ids, the number of tokens, and the numbers; what a break left half at the end is cut
    off. Threads may share one: an evaluation judges several batches at a time.
    """

    HEAD = 20

    def __init__(self, path: Path, size: int) -> None:
        self._size = size
        #: Where the numbers of each entry begin, and of how many tokens they are.
        self._places: dict[bytes, tuple[int, int]] = {}
        self._growing = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT)
            self._end = self._read(os.fstat(self._file).st_size)
        except OSError as error:
            raise DataError(f"features cannot be kept in {path}: {error.strerror or error}") from error
        self._path = path

    def _read(self, length: int) -> int:
        place = 0
        while place + self.HEAD <= length:
            head = os.pread(self._file, self.HEAD, place)
            tokens = int.from_bytes(head[16:], "little")
            following = place + self.HEAD + 2 * tokens * self._size
            if following > length:
                break
            self._places[head[:16]] = (place + self.HEAD, tokens)
            place = following
        return place

    def __contains__(self, ids: list[int]) -> bool:
        return _key(ids) in self._places

    def __getitem__(self, ids: list[int]) -> Any:
        place, tokens = self._places[_key(ids)]
        data = os.pread(self._file, 2 * tokens * self._size, place)
        return np.frombuffer(data, dtype=np.float16).reshape(tokens, self._size)

    def __setitem__(self, ids: list[int], features: Any) -> None:
        key, tokens = _key(ids), len(ids)
        data = key + tokens.to_bytes(4, "little") + features.tobytes()
        with self._growing:
            try:
                written = os.pwrite(self._file, data, self._end)
            except OSError as error:
                raise DataError(f"features cannot be kept in {self._path}: {error.strerror or error}") from error
            if written < len(data):
                raise DataError(f"features cannot be kept in {self._path}: the disk is full")
            self._places[key] = (self._end + self.HEAD, tokens)
            self._end += len(data)

    def close(self) -> None:
        os.close(self._file)


def _key(ids: list[int]) -> bytes:
    return hashlib.blake2b(np.array(ids, dtype=np.int32).tobytes(), digest_size=16).digest()
