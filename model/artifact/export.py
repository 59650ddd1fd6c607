"""A model for other runtimes: ONNX in float32 and int8, or TorchScript, checked against the original."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from model.artifact import loading
from model.artifact.manifest import MANIFEST, read_manifest, seal
from model.errors import BackendUnavailable, ExportError
from model.inputs.encoding import Encoder, Ids
from model.runtime.backends import OnnxBackend, TorchBackend
from model.runtime.judgement import Floats

#: Sentences on which original and export must agree: short, long, several to a batch.
PROBES = (
    "Gut.",
    "Das Essen war super, aber der Service war langsam.",
    "Wir kommen nicht wieder: zu laut, zu teuer, und der Wein war warm, obwohl wir zweimal darum gebeten hatten.",
    "Great location, friendly staff, small portions.",
)
#: Largest difference of logits in float32; int8 must agree in this share of the labels instead.
TOLERANCE, AGREEMENT = 1e-3, 0.95


def export(directory: Path, form: str) -> dict[str, Any]:
    """Write model.onnx and model.int8.onnx, or model.torchscript.pt, into the model directory; returns the checks.

    Raises ExportError when an export answers differently, BackendUnavailable without the packages of the extra `onnx`.
    """
    manifest, _ = read_manifest(directory)
    encoder = loading.load_encoder(directory, manifest)
    network = loading.load_network(directory)
    samples = _samples(encoder)
    inputs = ["input_ids", "attention_mask"] + ["token_type_ids"] * manifest.token_types
    original = TorchBackend(network, device="cpu", dtype="float32")
    wanted = [original.logits(ids, mask, types if manifest.token_types else None) for ids, mask, types in samples]
    module = _tuple_module(network, inputs)
    if form == "torchscript":
        return {"torchscript": _torchscript(module, samples, wanted, directory / "model.torchscript.pt")}
    checks = _onnx(module, inputs, samples, wanted, directory)
    if (directory / MANIFEST).is_file():
        seal(directory, manifest)
    return checks


def _samples(encoder: Encoder) -> list[tuple[Ids, Ids, Ids]]:
    encoded = encoder(PROBES)
    lengths = encoder.row_lengths(encoded)
    halves = [list(range(len(lengths) // 2)), list(range(len(lengths)))]
    return [encoder.rows(encoded, rows, max(lengths[row] for row in rows)) for rows in halves]


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


def _tensors(sample: tuple[Ids, Ids, Ids], count: int) -> tuple[Any, ...]:
    import torch

    return tuple(torch.from_numpy(array) for array in sample[:count])


def _torchscript(module: Any, samples: list[tuple[Ids, Ids, Ids]], wanted: list[Floats], path: Path) -> dict[str, Any]:
    import torch

    jit: Any = torch.jit
    count = 3 if len(_inputs_of(module)) == 3 else 2
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of every shape that it fixes; the check below is what counts
        traced = jit.trace(module, _tensors(samples[-1], count), check_trace=False)
        traced.save(str(path))
        loaded = jit.load(str(path))
        found = [loaded(*_tensors(sample, count)).float().numpy() for sample in samples]
    return _agree(found, wanted, path)


def _inputs_of(module: Any) -> list[str]:
    names: list[str] = module.forward.__closure__[0].cell_contents
    return names


def _onnx(
    module: Any, inputs: list[str], samples: list[tuple[Ids, Ids, Ids]], wanted: list[Floats], directory: Path
) -> dict[str, Any]:
    try:
        import onnx
        from onnxruntime.quantization import QuantType, quantize_dynamic
    except ImportError as error:
        raise BackendUnavailable("exporting to ONNX needs the extra: pip install 'kritiq[onnx]'") from error
    import torch

    path, small = directory / "model.onnx", directory / "model.int8.onnx"
    axes = {name: {0: "rows", 1: "tokens"} for name in inputs} | {"logits": {0: "rows"}}
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            _tensors(samples[-1], len(inputs)),
            str(path),
            input_names=inputs,
            output_names=["logits"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,  # the tracing exporter: the other one needs onnxscript and fixes lengths of some encoders
        )
    onnx.checker.check_model(str(path))
    quantize_dynamic(
        path, small, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul", "Gemm"]
    )
    checks = {}
    for file in (path, small):
        backend = OnnxBackend(file)
        found = [backend.logits(ids, mask, types) for ids, mask, types in samples]
        checks[file.name] = _agree(found, wanted, file)
    return checks


def _agree(found: list[Floats], wanted: list[Floats], path: Path) -> dict[str, float]:
    """Largest difference of the logits and share of rows with the same best output. Raises ExportError."""
    difference = max(float(np.abs(a - b).max()) for a, b in zip(found, wanted, strict=True))
    same = np.concatenate([a.argmax(-1) == b.argmax(-1) for a, b in zip(found, wanted, strict=True)])
    quantised = "int8" in path.name
    if (same.mean() < AGREEMENT) if quantised else (difference > TOLERANCE):
        raise ExportError(f"{path} answers differently: logits by {difference:.2g}, {same.mean():.1%} of labels equal")
    return {"max_difference": round(difference, 6), "agreement": round(float(same.mean()), 4)}
