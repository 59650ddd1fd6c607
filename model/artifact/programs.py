"""A network written down as a program: traced (TorchScript), exported (`torch.export`), or compiled (AOTInductor)."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from model.errors import BackendUnavailable, ExportError

#: Inputs (rows, tokens) as tensors: ids, mask, and token types where the network has them.
Sample = tuple[Any, ...]
#: Of a network as `model.artifact.export` wraps it, with inputs and the longest row: writes the file.
Writer = Callable[[Any, Sample, int, Path], None]


def write_program(backend: str, module: Any, sample: Sample, most_tokens: int, path: Path) -> None:
    """Write the program that `backend`, one of WRITERS, runs. It takes any number of rows, each up to `most_tokens`.

    Raises BackendUnavailable where there is no compiler, ExportError when torch cannot make one of this network.
    """
    import torch

    if backend == "aotinductor":
        check_compiler()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of shapes that tracing fixes, say; the comparison is what counts
        try:
            WRITERS[backend](module, sample, most_tokens, path)
        except Exception as error:  # torch raises what it likes for what it cannot export
            reason = " ".join(str(error).split())[:300]
            raise ExportError(f"torch cannot make a program for {backend} of this network: {reason}") from error


def check_compiler() -> None:
    """Raises BackendUnavailable without a C++ compiler: torch's own choice, the one in CXX, else g++ or clang++."""
    compiler = os.environ.get("CXX") or ("clang++" if sys.platform == "darwin" else "g++")
    if shutil.which(compiler) is None:
        raise BackendUnavailable(
            f"AOTInductor needs a C++ compiler, and there is no {compiler} here (CXX names another)"
        )


def _traced(module: Any, sample: Sample, most_tokens: int, path: Path) -> None:
    import torch

    jit: Any = torch.jit
    jit.trace(module, sample, check_trace=False).save(str(path))


def _exported(module: Any, sample: Sample, most_tokens: int, path: Path) -> None:
    import torch.export

    torch.export.save(_program(module, sample, most_tokens), str(path))


def _compiled(module: Any, sample: Sample, most_tokens: int, path: Path) -> None:
    import torch._inductor

    program = _program(module, sample, most_tokens)
    # As many threads as the caller has, not as many as whoever compiled it: batches have a core each.
    torch._inductor.aoti_compile_and_package(
        program, package_path=str(path), inductor_configs={"cpp.dynamic_threads": True}
    )


def _program(module: Any, sample: Sample, most_tokens: int) -> Any:
    import torch.export

    axes = {0: torch.export.Dim("rows"), 1: torch.export.Dim("tokens", max=most_tokens)}
    return torch.export.export(module, sample, dynamic_shapes=tuple(axes for _ in sample))


WRITERS: Mapping[str, Writer] = {"torchscript": _traced, "export": _exported, "aotinductor": _compiled}
