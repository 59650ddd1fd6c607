"""What runs a version's network here: the way that was asked for, or of all that answer alike the fastest, measured."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from model.artifact.agreement import compared, probes
from model.artifact.loading import LEAST_KEPT, listed_files, load_backend, rounding_kept
from model.artifact.manifest import MANIFEST, Manifest
from model.artifact.variants import PROGRAMS, files_for
from model.errors import BackendUnavailable
from model.info import Running
from model.inputs.encoding import Encoder
from model.runtime.backends import Backend, OnnxBackend, choose_device, cpu_has_bfloat16
from model.runtime.engine import NetworkEngine
from model.runtime.judgement import Floats
from model.runtime.machine import machine_kind
from model.runtime.measuring import answers_and_rates, some_of
from model.runtime.programs import ProgramBackend

log = logging.getLogger(__name__)

TORCH, ONNX, AUTO = "torch", "onnx", "auto"
BACKENDS = (TORCH, ONNX, *PROGRAMS, AUTO)
#: How many times as fast as what one has another way has to be: less is as well noise.
WORTH = 1.05

#: Of engines with one tokenizer, the logits of each, and its sentences a second.
Measure = Callable[[Sequence[NetworkEngine], Sequence[str]], tuple[list[Floats], list[float]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """How a network is to run; None: whatever suits the device, and the model."""

    backend: str
    device: str | None
    dtype: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Way:
    """One way to run it: what it is called, whether it has to answer alike, and what loads it."""

    name: str
    exact: bool
    load: Callable[[], Backend]

    @property
    def backend(self) -> str:
        return self.name.partition(" ")[0]


def running_engine(
    directory: Path, manifest: Manifest, encoder: Encoder, wish: Wish, measure: Measure = answers_and_rates
) -> NetworkEngine:
    """The network of a version, ready to compute. A program that cannot be run here, by its version of torch, this
    machine or the device, is left out with a warning, and torch runs the network.

    Raises ArtifactError and its kinds, BackendUnavailable for what there is not.
    """
    if wish.backend not in BACKENDS:
        raise BackendUnavailable(f"no backend {wish.backend!r}; there are {', '.join(BACKENDS)}")
    loading = _Loading(directory, manifest, encoder, wish)
    if wish.backend == AUTO:
        return loading.fastest(measure)
    if wish.backend in PROGRAMS:
        try:
            return loading.engine(wish.backend, loading.program(wish.backend))
        except BackendUnavailable as error:
            loading.leave_out(wish.backend, error)
            return loading.engine(TORCH, loading.plain(TORCH))
    return loading.engine(wish.backend, loading.plain(wish.backend))


class _Loading:
    """Of one network."""

    def __init__(self, directory: Path, manifest: Manifest, encoder: Encoder, wish: Wish) -> None:
        self._directory, self._manifest, self._encoder, self._wish = directory, manifest, encoder, wish
        self._unused = dict[str, str]()
        self._measured = dict[str, float]()

    def engine(self, backend: str, loaded: Backend) -> NetworkEngine:
        """With what is known of its running."""
        manifest = self._manifest
        running = Running(
            network=manifest.name,
            backend=backend,
            dtype=loaded.dtype,
            measured=dict(self._measured),
            unused=dict(self._unused),
        )
        return NetworkEngine(
            self._encoder, loaded, outputs=manifest.method.outputs, token_types=manifest.token_types, running=running
        )

    def plain(self, backend: str, dtype: str | None = None) -> Backend:
        wish = self._wish
        return load_backend(
            self._directory, self._manifest, backend=backend, device=wish.device, dtype=dtype or wish.dtype
        )

    def program(self, backend: str) -> Backend:
        """Raises MissingFile, BackendUnavailable when it cannot be run here."""
        path = listed_files(self._directory, self._manifest, backend)[0]
        if self._wish.dtype not in (None, "auto", "float32"):
            raise BackendUnavailable(f"it computes in float32, not in {self._wish.dtype}")
        if self._wish.device not in (None, "cpu"):
            raise BackendUnavailable(f"it runs on the CPU, not on {self._wish.device!r}")
        if backend == "aotinductor":
            self._check_machine(path.name)
        return ProgramBackend(path, backend, token_types=self._manifest.token_types)

    def _check_machine(self, name: str) -> None:
        """Compiled code is for one kind of machine and one torch; on another it may end the process."""
        import torch

        variant, kind, version = self._manifest.variants.get(name), machine_kind(), _release(str(torch.__version__))
        if variant is None or variant.machine is None:
            raise BackendUnavailable(f"{MANIFEST} does not say for which kind of machine it was compiled")
        if variant.machine != kind:
            raise BackendUnavailable(f"it was compiled for {variant.machine}, and this machine is {kind}")
        if (made_by := _release(variant.made_by.get("torch", "?"))) != version:
            raise BackendUnavailable(f"it was compiled by torch {made_by}, and this is {version}")

    def leave_out(self, way: str, error: Exception) -> None:
        """In one line, and where what runs is shown."""
        reason = " ".join(str(error).split()) or repr(error)
        self._unused[way] = reason
        log.warning("%s: %s is not used: %s", self._directory, way, reason)

    def fastest(self, measure: Measure) -> NetworkEngine:
        """The network as torch runs it, or what is WORTH times as fast and says the same."""
        if choose_device(self._wish.device) != "cpu":
            # The files are all for CPUs.
            return self.engine(TORCH, self.plain(TORCH))
        # What others are held against is exact, unless other numbers were asked for.
        best = self.engine(TORCH, self.plain(TORCH, "float32" if self._wish.dtype in (None, "auto") else None))
        reference: Floats | None = None
        sentences = some_of(probes(), self._encoder.rows_per_sentence)
        for way in self._ways():
            try:
                other = self.engine(way.backend, way.load())
                # In pairs: what else the machine does then slows both down, and no more than two are in memory.
                found, (old, new) = measure([best, other], sentences)
                reference = found[0] if reference is None else reference
                self._check(way, found[1], reference)
            # Whatever a file makes its library raise: the network itself is there.
            except Exception as error:
                self.leave_out(way.name, error)
                continue
            now = f"{best.runs[0].backend} {best.dtype}"
            self._measured[now] = round(max(self._measured.get(now, 0.0), old), 1)
            self._measured[way.name] = round(new, 1)
            best = other if new >= WORTH * old else best
        if self._measured:
            told = ", ".join(f"{name} {rate:.0f}" for name, rate in self._measured.items())
            log.info("%s runs by %s %s: sentences/s %s", self._directory, best.runs[0].backend, best.dtype, told)
        return self.engine(best.runs[0].backend, best.backend)

    def _check(self, way: _Way, found: Floats, reference: Floats) -> None:
        """Raises BackendUnavailable for a way that says something else on this machine."""
        held = compared(found, reference, self._manifest.method)
        if not held.exact if way.exact else held.agreement < LEAST_KEPT:
            raise BackendUnavailable(
                f"it answers differently here: logits by {held.max_difference:.2g}, {held.agreement:.1%} of the labels "
                "equal"
            )

    def _ways(self) -> Iterator[_Way]:
        """All others that there are. Ways that round are none where exact labels are promised, or float32 asked for."""
        directory, manifest, dtype = self._directory, self._manifest, self._wish.dtype
        if dtype not in (None, "auto", "float32"):
            return
        rounding = dtype != "float32" and not manifest.keeps_old_labels
        kept = rounding_kept(directory, manifest)
        if rounding and kept is not None and kept >= LEAST_KEPT and cpu_has_bfloat16():
            yield _Way(name="torch bfloat16", exact=False, load=partial(self.plain, TORCH, "bfloat16"))
        for name in files_for(ONNX, manifest.files):
            exact, variant = "int8" not in name, manifest.variants.get(name)
            if exact or (rounding and (variant is None or variant.agreement >= LEAST_KEPT)):
                way = f"{ONNX} {'float32' if exact else 'int8'}"
                yield _Way(name=way, exact=exact, load=partial(OnnxBackend, directory / name))
        for backend in PROGRAMS:
            if files_for(backend, manifest.files):
                yield _Way(name=f"{backend} float32", exact=True, load=partial(self.program, backend))


def _release(version: str) -> str:
    """Of torch's version, without what says how it was built: 2.13.0+cpu is 2.13.0."""
    return version.partition("+")[0]
