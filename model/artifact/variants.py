"""Other files of a version that run its network: which there may be, and what kritiq.json says of each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

#: Files by the backend that runs them, of one backend the fastest first.
FILES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "onnx": ("model.int8.onnx", "model.onnx"),
        "torchscript": ("model.torchscript.pt",),
        "export": ("model.export.pt2",),
        "aotinductor": ("model.aotinductor.pt2",),
    }
)
#: Backends whose files are programs: they do what is in them, and are loaded only where somebody asked for them.
PROGRAMS = ("torchscript", "export", "aotinductor")


@dataclass(frozen=True, kw_only=True, slots=True)
class Benchmark:
    """Sentences a second on the machine that made the file, on the same sentences in turns."""

    #: Of the network as it is run without the file.
    before: float
    after: float
    #: Sentences of one round, the cores that they were spread over, and what they are cores of.
    sentences: int
    cores: int
    processor: str

    @property
    def ratio(self) -> float:
        """How many times as many."""
        return self.after / self.before


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """What is known of a file. It answers as the network does, or was not kept."""

    backend: str
    dtype: str
    #: What wrote it, with versions: `torch`, and of an ONNX file its `opset`.
    made_by: Mapping[str, str]
    #: The only kind of machine that may run it (`model.runtime.machine`); None: any.
    machine: str | None = None
    #: On how many labels it was compared with the network, the share that is equal, and by how much logits differ.
    labels: int
    agreement: float
    max_difference: float
    benchmark: Benchmark

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "backend": self.backend,
            "dtype": self.dtype,
            "made_by": dict(self.made_by),
            "machine": self.machine,
            "labels": self.labels,
            "agreement": self.agreement,
            "max_difference": self.max_difference,
            "benchmark": {name: getattr(self.benchmark, name) for name in Benchmark.__slots__},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Variant:
        """Raises KeyError, TypeError, ValueError."""
        measured = data["benchmark"]
        before, after = float(measured["before"]), float(measured["after"])
        if not all(math.isfinite(rate) and rate > 0 for rate in (before, after)):
            raise ValueError(f"sentences a second are more than 0, not {before} and {after}")
        return cls(
            backend=str(data["backend"]),
            dtype=str(data["dtype"]),
            made_by=MappingProxyType({str(name): str(version) for name, version in data["made_by"].items()}),
            machine=None if (machine := data["machine"]) is None else str(machine),
            labels=int(data["labels"]),
            agreement=float(data["agreement"]),
            max_difference=float(data["max_difference"]),
            benchmark=Benchmark(
                before=before,
                after=after,
                sentences=int(measured["sentences"]),
                cores=int(measured["cores"]),
                processor=str(measured["processor"]),
            ),
        )


def told(variants: Mapping[str, Variant]) -> dict[str, Any]:
    """What a manifest says of them; nothing where there are none."""
    return {"variants": {name: each.to_dict() for name, each in sorted(variants.items())}} if variants else {}


def variants_of(manifest: Mapping[str, Any]) -> Mapping[str, Variant]:
    """What a manifest's JSON says of them. Raises AttributeError, KeyError, TypeError, ValueError."""
    entries: Mapping[str, Any] = manifest.get("variants") or {}
    return MappingProxyType({str(name): Variant.from_dict(each) for name, each in entries.items()})


def files_for(backend: str, listed: Iterable[str]) -> list[str]:
    """Of the files that a manifest lists, those that the backend runs, the fastest first."""
    names = set(listed)
    return [name for name in FILES.get(backend, ()) if name in names]
