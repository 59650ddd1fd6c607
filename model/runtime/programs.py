"""Networks that were written down as programs: TorchScript, `torch.export`, AOTInductor. On the CPU, in float32."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from model.errors import BackendUnavailable, OutOfMemory
from model.inputs.encoding import Ids
from model.runtime.backends import CPU_BUDGET, allowed_cores, memory_errors, use_torch_cores
from model.runtime.judgement import Floats


class ProgramBackend:
    """See `Backend`. What is in the file is run as it is: load only what comes from where you trust."""

    device, dtype = "cpu", "float32"
    default_budget = CPU_BUDGET

    def __init__(self, path: Path, backend: str, *, token_types: bool) -> None:
        """`backend`: one of OPENERS. Raises BackendUnavailable when this torch cannot load or run it, OutOfMemory."""
        import torch

        self._torch = torch
        self.cores = min(torch.get_num_threads(), allowed_cores())
        with memory_errors():
            try:
                with warnings.catch_warnings():
                    # torch.jit is deprecated, and says so in every process.
                    warnings.simplefilter("ignore")
                    self._run = OPENERS[backend](path, self.cores)
                    row = np.zeros((1, 2), dtype=np.int64)
                    self.logits(row, np.ones_like(row), row if token_types else None)
            except (MemoryError, OutOfMemory):
                raise
            except Exception as error:  # whatever torch makes of a file of another version, or of another machine
                reason = " ".join(str(error).split())[:200]
                raise BackendUnavailable(f"torch {torch.__version__} cannot run it: {reason or repr(error)}") from error

    def use_cores(self, count: int) -> None:
        use_torch_cores(count)

    def logits(self, ids: Ids, mask: Ids, types: Ids | None) -> Floats:
        torch = self._torch
        with torch.inference_mode(), memory_errors():
            tensors = (torch.from_numpy(array) for array in (ids, mask, types) if array is not None)
            found: Floats = self._run(*tensors).float().numpy()
        return found


def _torchscript(path: Path, cores: int) -> Any:
    import torch

    return torch.jit.load(str(path), map_location="cpu").eval()  # type: ignore[no-untyped-call]


def _exported(path: Path, cores: int) -> Any:
    import torch.export

    # It tells the log of what it then raises.
    told = logging.getLogger("torch.export")
    before = told.level
    told.setLevel(logging.CRITICAL)
    try:
        return torch.export.load(str(path)).module()
    finally:
        told.setLevel(before)


def _package(path: Path, cores: int) -> Any:
    from torch._C._aoti import AOTIModelPackageLoader

    # What `torch._inductor.aoti_load_package` comes to, without the compiler that it imports. Each core runs a batch of
    # its own; the weights are there once. -1: the device that it was compiled for.
    package = AOTIModelPackageLoader(str(path), "model", False, cores, -1)
    return lambda *tensors: package.run(list(tensors))[0]


OPENERS: Mapping[str, Callable[[Path, int], Any]] = {
    "torchscript": _torchscript,
    "export": _exported,
    "aotinductor": _package,
}
