"""What computes the logits: PyTorch, or ONNX Runtime with int8 weights."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from model.errors import ArtifactError, BackendUnavailable, OutOfMemory
from model.inputs.encoding import Ids
from model.runtime.graph import recorded
from model.runtime.judgement import Floats

#: Tokens in one batch, padding included. On a CPU larger batches leave the caches, float32 between int8 products sooner
#: (BERT-base: 8 % slower at 2048); a GPU needs them to be busy.
CPU_BUDGET, ONNX_BUDGET, GPU_BUDGET = 2048, 512, 65536

DTYPES = ("float32", "bfloat16", "float16", "auto")

#: How failed allocations are worded by those libraries that have no exception type for them.
OUT_OF_MEMORY_WORDS = (
    "out of memory",
    "can't allocate memory",
    "not enough memory",
    "failed to allocate memory",
    "bad_alloc",
)


class Backend(Protocol):
    """A network on a device."""

    device: str
    dtype: str
    default_budget: int
    #: Cores that batches may be spread over; 1 where the device takes one batch at a time.
    cores: int

    def use_cores(self, count: int) -> None:
        """How many cores the calling thread's batches may use from now on."""

    def logits(self, ids: Ids, mask: Ids, types: Ids | None) -> Floats:
        """Rows (B, T) int64 to logits (B, outputs) float32. Raises OutOfMemory."""


class TorchBackend:
    """A transformers model for sequence classification."""

    def __init__(self, network: Any, *, device: str, dtype: str) -> None:
        import torch

        self._torch = torch
        self.device, self.dtype = device, dtype
        self._on_gpu = device.startswith("cuda")
        self.default_budget = GPU_BUDGET if self._on_gpu else CPU_BUDGET
        self.cores = 1 if self._on_gpu else min(torch.get_num_threads(), allowed_cores())
        with memory_errors():
            if self._on_gpu and dtype == "float32":
                # Not the 10 bits of TF32, which whoever shares the process may have allowed.
                torch.set_float32_matmul_precision("highest")
            self._network = network.eval().to(device=device, dtype=getattr(torch, dtype))
            record = getattr(network, "recordable", False) and not self._on_gpu
            self._graph = recorded(self._network) if record else None

    def use_cores(self, count: int) -> None:
        if not self._on_gpu:
            use_torch_cores(count)

    def logits(self, ids: Ids, mask: Ids, types: Ids | None) -> Floats:
        torch = self._torch
        inputs = {"input_ids": ids, "attention_mask": mask} | ({} if types is None else {"token_type_ids": types})
        with torch.inference_mode(), memory_errors():
            tensors = {name: self._sent(array) for name, array in inputs.items()}
            if self._graph is not None:
                logits = self._graph(tensors["input_ids"], tensors["attention_mask"])
            else:
                logits = self._network(**tensors).logits
            found: Floats = logits.float().cpu().numpy()
        return found

    def _sent(self, array: Ids) -> Any:
        """The array on the device. To a GPU it is copied from pinned memory, and nobody waits for the copy."""
        tensor = self._torch.from_numpy(array)
        if self._on_gpu:
            return tensor.pin_memory().to(self.device, non_blocking=True)
        return tensor


class OnnxBackend:
    """An ONNX file under ONNX Runtime, on the CPU."""

    device = "cpu"
    default_budget = ONNX_BUDGET

    def __init__(self, path: Path) -> None:
        """Raises BackendUnavailable without onnxruntime, ArtifactError when the file is no model."""
        try:
            import onnxruntime
        except ImportError as error:
            raise BackendUnavailable("the ONNX backend needs onnxruntime: pip install '.[onnx]'") from error
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        # Batches have ever new shapes: a plan of the memory for each costs 15 % more of it and gains nothing.
        options.enable_mem_pattern = False
        # A session's threads are all batches': with one, each batch has the core of the thread that brings it
        # (BERT-base in int8, two cores: 0.18 s a sentence, against 0.20 s when the cores share each batch).
        options.intra_op_num_threads = 1
        self.cores = allowed_cores()
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own exceptions share no base class but Exception
            raise ArtifactError(f"{path} is not an ONNX model that can be loaded: {error}") from error
        self._inputs = {node.name for node in self._session.get_inputs()}
        self.dtype = "int8" if "int8" in path.name else "float32"

    def use_cores(self, count: int) -> None:
        pass

    def logits(self, ids: Ids, mask: Ids, types: Ids | None) -> Floats:
        inputs = {"input_ids": ids, "attention_mask": mask}
        inputs["token_type_ids"] = np.zeros_like(ids) if types is None else types
        with memory_errors():
            found: Floats = self._session.run(
                ["logits"], {name: array for name, array in inputs.items() if name in self._inputs}
            )[0]
        return found


def use_torch_cores(count: int) -> None:
    """How many cores torch may use on the calling thread from now on."""
    import torch

    # The number is kept by thread, but a thread's first use of it, such as asking for it, takes the last one that was
    # set anywhere.
    torch.get_num_threads()
    torch.set_num_threads(count)


def allowed_cores(limits: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """The cores that this process may use: those it is bound to, and no more than its control group's limit."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = limits.read_text().split()
        return min(bound, max(1, -(-int(quota) // int(period))))
    except (OSError, ValueError):
        # Another system, the host's own group, or "max".
        return bound


def choose_device(device: str | None) -> str:
    """The device asked for, else a GPU when there is one. Raises BackendUnavailable for one that is not there."""
    import torch

    if device is None:
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(1, device=device)
        usable = torch.device(device).type != "meta"  # which holds shapes and no numbers
    except (RuntimeError, AssertionError, ValueError) as error:
        raise BackendUnavailable(f"there is no device {device!r} on this machine") from error
    if not usable:
        raise BackendUnavailable(f"the device {device!r} computes nothing")
    return device


def choose_dtype(dtype: str | None, device: str) -> str:
    """The number format: float32 on a CPU and bfloat16 on a GPU unless asked; `auto` is bfloat16 where it is fast.

    Raises BackendUnavailable for one that there is not, or that the GPU only emulates.
    """
    import torch

    if dtype is not None and dtype not in DTYPES:
        raise BackendUnavailable(f"no number format {dtype!r}; there are {', '.join(DTYPES)}")
    # Before Ampere (T4, V100) a GPU only emulates it, slower than float32.
    native = not device.startswith("cuda") or torch.cuda.is_bf16_supported(including_emulation=False)
    if dtype == "bfloat16" and not native:
        raise BackendUnavailable(f"{device} only emulates bfloat16: float16 and float32 are its own")
    if dtype is not None and dtype != "auto":
        return dtype
    if device.startswith("cuda"):
        return "bfloat16" if native else "float16"
    return "bfloat16" if dtype == "auto" and cpu_has_bfloat16() else "float32"


def cpu_has_bfloat16() -> bool:
    """Whether the CPU multiplies bfloat16 itself (AVX512-BF16 or AMX); emulation is slower than float32."""
    import torch

    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


@contextmanager
def memory_errors() -> Iterator[None]:
    """Raise OutOfMemory for whatever the libraries raise when memory is short."""
    try:
        yield
    except MemoryError as error:
        raise OutOfMemory() from error
    except Exception as error:
        # torch.OutOfMemoryError is a RuntimeError; the host's allocator and ONNX Runtime raise bare ones.
        reasons = [line for line in str(error).splitlines() if any(w in line.lower() for w in OUT_OF_MEMORY_WORDS)]
        if reasons:
            raise OutOfMemory(f"{OutOfMemory.__doc__} ({reasons[0][:200]})") from error
        raise
