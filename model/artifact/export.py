"""A model for other runtimes: ONNX in float32 and int8, or TorchScript, checked against the original."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from model.artifact import loading
from model.artifact.agreement import agreement, probes
from model.artifact.manifest import MANIFEST, Manifest, read_manifest
from model.artifact.quantising import WAYS, quantise
from model.artifact.sealing import seal
from model.errors import BackendUnavailable, ExportError
from model.inputs.batching import plan
from model.inputs.encoding import Encoded, Encoder, Ids
from model.runtime.backends import CPU_BUDGET, OnnxBackend, TorchBackend
from model.runtime.judgement import Floats, judgements

#: Largest difference of logits in float32.
TOLERANCE = 1e-3
#: Share of the labels that int8 may change unless said otherwise.
MOST_LOST = 0.01

#: Ids, mask and token types of a batch to the network's logits.
Logits = Callable[[Ids, Ids, Ids | None], Floats]


def export(
    directory: Path, form: str, *, sentences: Sequence[str] | None = None, most_lost: float = MOST_LOST
) -> dict[str, Any]:
    """Write model.onnx and model.int8.onnx, or model.torchscript.pt, into the model directory; returns the checks.

    A check compares the logits of `sentences` (default: `model.artifact.agreement.probes`) and the labels that the
    method makes of them. An int8 model that changes more than the share `most_lost` of the labels is not kept, and its
    check says so. Raises ExportError when a float32 export answers differently, BackendUnavailable without the packages
    of the extra `onnx`.
    """
    manifest, _ = read_manifest(directory)
    if manifest.composition is not None:
        made_of = ", ".join(each.path for each in manifest.composition.members)
        raise ExportError(f"{directory} has no network of its own: export what it is made of, {made_of}")
    if manifest.linear:
        raise ExportError(f"{directory} is a linear model: it has no network to export, and runs without one")
    encoder = loading.load_encoder(directory, manifest)
    network = loading.load_network(directory)
    inputs = ["input_ids", "attention_mask"] + ["token_type_ids"] * manifest.token_types
    original = TorchBackend(network, device="cpu", dtype="float32")
    answers = _Answers.of(manifest, encoder, encoder(list(sentences or probes())), original.logits)
    # Of several rows, of several lengths: what tracing took for fixed shows in the check.
    sample = encoder.rows(answers.encoded, range(min(4, len(answers.lengths))), max(answers.lengths[:4]))
    module = _tuple_module(network, inputs)
    if form == "torchscript":
        checks = {"torchscript": _torchscript(module, sample, len(inputs), answers, directory / "model.torchscript.pt")}
    else:
        checks = _onnx(module, inputs, sample, answers, directory, most_lost)
    if form != "torchscript" and (directory / MANIFEST).is_file():
        seal(directory, manifest)
    return checks


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answers:
    """What the original says of some sentences, and what another network is measured by."""

    manifest: Manifest
    encoder: Encoder
    encoded: Encoded
    lengths: list[int]
    logits: Floats

    @classmethod
    def of(cls, manifest: Manifest, encoder: Encoder, encoded: Encoded, network: Logits) -> _Answers:
        lengths = encoder.row_lengths(encoded)
        logits = _logits(network, encoder, encoded, lengths, manifest)
        return cls(manifest=manifest, encoder=encoder, encoded=encoded, lengths=lengths, logits=logits)

    def check(self, network: Logits) -> dict[str, Any]:
        """Largest difference of a logit; share of equal labels, of all and of those that either side speaks of."""
        method, found = self.manifest.method, _logits(network, self.encoder, self.encoded, self.lengths, self.manifest)
        ours, theirs = ([each.labels for each in judgements(logits, method)] for logits in (found, self.logits))
        return {
            "max_difference": round(float(np.abs(found - self.logits).max()), 6),
            "agreement": agreement(ours, theirs),
            "spoken_agreement": agreement(ours, theirs, method.scheme.none),
            "labels": len(ours) * len(method.scheme.aspects),
        }

    def check_exact(self, network: Logits, path: Path) -> dict[str, Any]:
        """The same of a network that should answer as the original does. Raises ExportError."""
        found = self.check(network)
        if found["max_difference"] > TOLERANCE:
            path.unlink(missing_ok=True)
            raise ExportError(
                f"{path} answers differently and was deleted: logits by {found['max_difference']:.2g}, "
                f"{found['agreement']:.1%} of the labels equal"
            )
        return found


def _logits(network: Logits, encoder: Encoder, encoded: Encoded, lengths: list[int], manifest: Manifest) -> Floats:
    found = np.empty((len(lengths), manifest.method.outputs), dtype=np.float32)
    for batch in plan(lengths, CPU_BUDGET):
        ids, mask, types = encoder.rows(encoded, batch, lengths[batch[0]])
        found[batch] = network(ids, mask, types if manifest.token_types else None)
    return found


def _tuple_module(network: Any, inputs: list[str]) -> Any:
    """The network as a module of positional tensors that returns the logits alone, as tracing wants it."""
    import torch

    class Traced(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = self.network(**dict(zip(inputs, tensors, strict=True))).logits
            return logits

    return Traced().eval()


def _tensors(arrays: Sequence[Ids | None]) -> tuple[Any, ...]:
    import torch

    return tuple(torch.from_numpy(array) for array in arrays if array is not None)


def _torchscript(
    module: Any, sample: tuple[Ids, Ids, Ids], count: int, answers: _Answers, path: Path
) -> dict[str, Any]:
    import torch

    jit: Any = torch.jit
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of every shape that it fixes; the check below is what counts
        traced = jit.trace(module, _tensors(sample[:count]), check_trace=False)
        traced.save(str(path))
        loaded = jit.load(str(path))

        def logits(*arrays: Ids | None) -> Floats:
            found: Floats = loaded(*_tensors(arrays)).float().numpy()
            return found

        return answers.check_exact(logits, path)


def _onnx(
    module: Any,
    inputs: list[str],
    sample: tuple[Ids, Ids, Ids],
    answers: _Answers,
    directory: Path,
    most_lost: float,
) -> dict[str, Any]:
    if not all(map(find_spec, ("onnx", "onnxruntime"))):
        raise BackendUnavailable("exporting to ONNX needs the extra: pip install '.[onnx]'")
    import onnx
    import torch

    path = directory / "model.onnx"
    axes = {name: {0: "rows", 1: "tokens"} for name in inputs} | {"logits": {0: "rows"}}
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            _tensors(sample[: len(inputs)]),
            str(path),
            input_names=inputs,
            output_names=["logits"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,  # the tracing exporter: the other one needs onnxscript and fixes lengths of some encoders
        )
    onnx.checker.check_model(str(path))
    exact = answers.check_exact(OnnxBackend(path).logits, path)
    return {path.name: exact, "model.int8.onnx": _int8(path, directory / "model.int8.onnx", answers, most_lost)}


def _int8(path: Path, small: Path, answers: _Answers, most_lost: float) -> dict[str, Any]:
    """The first way to quantise that loses no more than it may; else nothing is kept, so that float32 is served."""
    tried: list[dict[str, Any]] = []
    for way in WAYS:
        quantise(path, small, way)
        tried.append(answers.check(OnnxBackend(small).logits) | {"quantised": way, "kept": True})
        if tried[-1]["agreement"] >= 1 - most_lost:
            return tried[-1]
    small.unlink()
    return max(tried, key=lambda check: float(check["agreement"])) | {"kept": False}
