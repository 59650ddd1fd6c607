"""Other ways to run a model's network: ONNX in float32 and int8, or programs, each held against the original."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from model.artifact import loading
from model.artifact.agreement import Comparison, compared, probes
from model.artifact.manifest import Manifest, read_manifest
from model.artifact.programs import write_program
from model.artifact.quantising import WAYS, quantise
from model.artifact.resealing import with_variants
from model.artifact.variants import FILES, PROGRAMS, Benchmark, Variant
from model.errors import BackendUnavailable, ExportError
from model.inputs.encoding import RowEncoder
from model.runtime.backends import Backend, OnnxBackend, TorchBackend
from model.runtime.engine import NetworkEngine
from model.runtime.judgement import Floats
from model.runtime.machine import machine_kind, processor
from model.runtime.measuring import answers, answers_and_rates, some_of
from model.runtime.programs import ProgramBackend

#: Share of the labels that int8 may change unless said otherwise.
MOST_LOST = 0.01
OPSET = 17


def export(
    directory: Path, form: str, *, sentences: Sequence[str] | None = None, most_lost: float = MOST_LOST
) -> dict[str, Any]:
    """Write the files that the backend `form` runs into the model directory; returns the checks of each, by name.

    A check compares the logits of `sentences` (default: `model.artifact.agreement.probes`) and the labels that the
    method makes of them, and has the sentences a second before and after. An int8 model that changes more than the
    share `most_lost` of the labels is not kept, and its check says so. What is kept is listed in the manifest, which
    makes the directory another version, and in the card. Raises ExportError when a float32 export answers differently,
    or cannot be made, BackendUnavailable without the packages of the extra `onnx`, or without a compiler.
    """
    manifest, _ = read_manifest(directory)
    if manifest.composition is not None:
        made_of = ", ".join(each.path for each in manifest.composition.members)
        raise ExportError(f"{directory} has no network of its own: export what it is made of, {made_of}")
    if manifest.linear:
        raise ExportError(f"{directory} is a linear model: it has no network to export, and runs without one")
    original = _Original.of(directory, manifest, list(sentences or probes()))
    try:
        with tempfile.TemporaryDirectory(dir=directory, prefix=".export-") as scratch:
            if form in PROGRAMS:
                kept, checks = _program(original, form, Path(scratch) / FILES[form][0])
            else:
                kept, checks = _onnx(original, Path(scratch), most_lost)
            with_variants(directory, manifest, Path(scratch), kept, replacing=FILES[form])
    except OSError as error:
        raise ExportError(f"{directory} cannot be written: {error.strerror or error}") from error
    return checks


@dataclass(frozen=True, kw_only=True, slots=True)
class _Original:
    """The network as it is run without any export, what it says, and what others are measured by."""

    manifest: Manifest
    network: Any
    engine: NetworkEngine
    sentences: Sequence[str]
    #: Logits (rows, outputs) of the sentences.
    logits: Floats

    @classmethod
    def of(cls, directory: Path, manifest: Manifest, sentences: Sequence[str]) -> _Original:
        encoder, network = loading.load_encoder(directory, manifest), loading.load_network(directory)
        engine = _engine(manifest, encoder, TorchBackend(network, device="cpu", dtype="float32"))
        logits = answers(engine, sentences)
        return cls(manifest=manifest, network=network, engine=engine, sentences=sentences, logits=logits)

    @property
    def module(self) -> Any:
        return _logits_module(self.network, self.manifest.token_types)

    def sample(self) -> tuple[Any, ...]:
        """Of several rows, of several lengths: what tracing took for fixed shows in the check."""
        import torch

        encoder = self.engine.encoder
        encoded = encoder(self.sentences)
        lengths = encoder.row_lengths(encoded)[:4]
        ids, mask, types = encoder.rows(encoded, range(len(lengths)), max(lengths))
        arrays = (ids, mask, types) if self.manifest.token_types else (ids, mask)
        return tuple(torch.from_numpy(array) for array in arrays)

    def compare(self, backend: Backend) -> Comparison:
        """What another backend says of all the sentences."""
        other = _engine(self.manifest, self.engine.encoder, backend)
        return compared(answers(other, self.sentences), self.logits, self.manifest.method)

    def check_exact(self, backend: Backend, path: Path) -> Comparison:
        """The same of one that should answer as the original does. Raises ExportError."""
        found = self.compare(backend)
        if not found.exact:
            raise ExportError(
                f"{path.name} answers differently and was not kept: logits by {found.max_difference:.2g}, "
                f"{found.agreement:.1%} of the labels equal"
            )
        return found

    def variant(self, backend: Backend, form: str, found: Comparison, made_by: dict[str, str]) -> Variant:
        """What the manifest says of an export, which is timed beside the original for it."""
        some = some_of(self.sentences, self.engine.encoder.rows_per_sentence)
        other = _engine(self.manifest, self.engine.encoder, backend)
        before, after = answers_and_rates([self.engine, other], some)[1]
        return Variant(
            backend=form,
            dtype=backend.dtype,
            made_by=made_by,
            machine=machine_kind() if form == "aotinductor" else None,
            labels=found.labels,
            agreement=found.agreement,
            max_difference=found.max_difference,
            benchmark=Benchmark(
                before=round(before, 1),
                after=round(after, 1),
                sentences=len(some),
                cores=backend.cores,
                processor=processor(),
            ),
        )


def _engine(manifest: Manifest, encoder: RowEncoder, backend: Backend) -> NetworkEngine:
    return NetworkEngine(encoder, backend, outputs=manifest.method.outputs, token_types=manifest.token_types)


def _logits_module(network: Any, token_types: bool) -> Any:
    """The network as a module of positional tensors that returns the logits alone, as tracing wants it."""
    import torch

    class Logits(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
            return self.network(input_ids=input_ids, attention_mask=attention_mask).logits

    class TypedLogits(Logits):
        def forward(  # type: ignore[override]
            self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
        ) -> Any:
            return self.network(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).logits

    return (TypedLogits if token_types else Logits)().eval()


def _told(found: Comparison, variant: Variant | None, **more: Any) -> dict[str, Any]:
    """A check, for JSON."""
    measured = {} if variant is None else {"benchmark": variant.to_dict()["benchmark"]}
    return {
        "max_difference": found.max_difference,
        "agreement": found.agreement,
        "spoken_agreement": found.spoken_agreement,
        "labels": found.labels,
        **measured,
        **more,
    }


def _program(original: _Original, form: str, path: Path) -> tuple[dict[str, Variant], dict[str, Any]]:
    import torch

    manifest = original.manifest
    write_program(form, original.module, original.sample(), manifest.max_tokens, path)
    backend = ProgramBackend(path, form, token_types=manifest.token_types)
    found = original.check_exact(backend, path)
    variant = original.variant(backend, form, found, {"torch": str(torch.__version__)})
    return {path.name: variant}, {path.name: _told(found, variant)}


def _onnx(original: _Original, folder: Path, most_lost: float) -> tuple[dict[str, Variant], dict[str, Any]]:
    if not all(map(find_spec, ("onnx", "onnxruntime"))):
        raise BackendUnavailable("exporting to ONNX needs the extra: pip install '.[onnx]'")
    import onnx
    import torch

    path, small = folder / "model.onnx", folder / "model.int8.onnx"
    sample, names = original.sample(), ("input_ids", "attention_mask", "token_type_ids")
    inputs = list(names[: len(sample)])
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            original.module,
            sample,
            str(path),
            input_names=inputs,
            output_names=["logits"],
            dynamic_axes={name: {0: "rows", 1: "tokens"} for name in inputs} | {"logits": {0: "rows"}},
            opset_version=OPSET,
            dynamo=False,  # the tracing exporter: the other one needs onnxscript and fixes lengths of some encoders
        )
    onnx.checker.check_model(str(path))
    made_by = {"torch": str(torch.__version__), "opset": str(OPSET)}
    backend = OnnxBackend(path)
    found = original.check_exact(backend, path)
    kept = {path.name: original.variant(backend, "onnx", found, made_by)}
    checks = {path.name: _told(found, kept[path.name])}
    way, rounded = _int8(path, small, original, most_lost)
    if rounded.agreement >= 1 - most_lost:
        kept[small.name] = original.variant(OnnxBackend(small), "onnx", rounded, made_by | {"int8": way})
    checks[small.name] = _told(rounded, kept.get(small.name), quantised=way, kept=small.name in kept)
    return kept, checks


def _int8(path: Path, small: Path, original: _Original, most_lost: float) -> tuple[str, Comparison]:
    """The first way to quantise that loses no more than it may, which `small` is then; else the best, and its loss."""
    tried = dict[str, Comparison]()
    for way in WAYS:
        quantise(path, small, way)
        tried[way] = original.compare(OnnxBackend(small))
        if tried[way].agreement >= 1 - most_lost:
            return way, tried[way]
    return max(tried.items(), key=lambda each: each[1].agreement)
