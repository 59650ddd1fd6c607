"""Described tensors into real ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from model.artifact.checkpoints.unpickling import Made, Name, Reference
from model.errors import ArtifactError

#: Storage class -> PyTorch's name of its number format.
FORMATS = {
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "UntypedStorage": "uint8",
}
WIDTHS = {
    "float64": 8, "int64": 8, "float32": 4, "int32": 4, "float16": 2, "bfloat16": 2, "int16": 2, "int8": 1, "uint8": 1,
    "bool": 1,
}  # fmt: skip

REBUILDERS = ("_rebuild_tensor", "_rebuild_tensor_v2")
PARAMETERS = ("_rebuild_parameter", "_rebuild_parameter_with_state")

#: A tensor with attributes of its own: (how it is rebuilt, its type, the arguments of that, the attributes).
WITH_ATTRIBUTES = "_rebuild_from_type_v2"


def is_tensor(value: Any) -> bool:
    return isinstance(value, Made) and value.kind.last in (*REBUILDERS, *PARAMETERS, WITH_ATTRIBUTES)


def build(value: Made, storage: Callable[[str], bytes]) -> Any:
    """The torch.Tensor that a description stands for, on the CPU. Raises ArtifactError when its data do not fit."""
    import torch

    value = _bare(value)
    try:
        reference, offset, size, stride = value.args[:4]
        shape, steps = _numbers(size), _numbers(stride)
        if not isinstance(reference, Reference) or type(offset) is not int or offset < 0 or len(shape) != len(steps):
            raise ValueError("no storage")
        form = format_of(reference)
    except (ValueError, TypeError, IndexError) as error:
        raise ArtifactError(f"has a tensor that cannot be told: {error}") from error
    content = bytearray(storage(reference.key))
    numbers = len(content) // WIDTHS[form]
    count: int = math.prod(shape)
    last = offset + sum((length - 1) * step for length, step in zip(shape, steps, strict=True))
    if count > numbers or (count and last >= numbers):
        raise ArtifactError(f"has a tensor {shape} that is larger than its data")
    if not count:
        return torch.zeros(shape, dtype=getattr(torch, form))
    flat = torch.frombuffer(content, dtype=getattr(torch, form))
    return torch.as_strided(flat, shape, steps, offset).clone()


def _bare(value: Made) -> Made:
    """The tensor itself of a parameter, of a tensor with attributes, and of both."""
    for _ in range(3):
        kind, args = value.kind.last, value.args
        if kind == WITH_ATTRIBUTES and len(args) == 4 and isinstance(args[0], Name) and isinstance(args[2], tuple):
            value = Made(args[0], args[2])
        elif kind in PARAMETERS and args and isinstance(args[0], Made):
            value = args[0]
    if value.kind.last not in REBUILDERS:
        raise ArtifactError("has a tensor of an unknown kind")
    return value


def format_of(reference: Reference) -> str:
    if reference.kind.last not in FORMATS:
        raise ArtifactError(f"has tensor data of the unknown kind {reference.kind.last}")
    return FORMATS[reference.kind.last]


def width_of(reference: Reference) -> int:
    return WIDTHS[format_of(reference)]


def references(content: Any) -> Iterator[Reference]:
    """Every storage that a described object refers to; each object is visited once, however it is nested."""
    seen: set[int] = set()
    waiting = [content]
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Reference):
            yield value
        elif isinstance(value, Made):
            waiting += [value.args, value.state, value.items]
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, (list, tuple)):
            waiting += value


def _numbers(value: Any) -> tuple[int, ...]:
    if isinstance(value, Made) and value.kind.dotted == "torch.Size":
        (value,) = value.args
    if not isinstance(value, (tuple, list)) or not all(type(each) is int and 0 <= each < 1 << 40 for each in value):
        raise ValueError("its size is not a list of numbers")
    return tuple(value)
