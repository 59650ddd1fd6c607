"""What a process that judges without end tells Python, the C library and the libraries below torch."""

import ctypes
import os
import sys

#: How long a thread keeps the interpreter while others want it, in seconds. Python's own 5 ms are what a single review
#: waits, several times over, while a chunk of bulk work is split into sentences beside it.
SWITCH_S = 0.0005

#: OpenMP's threads would spin where they wait for each other: with API or Redis on the same cores that took half the
#: rate and more (two threads beside other load: 70 reviews/s spinning, 220 not). oneDNN keeps code and buffers for each
#: shape of batch it has seen, 1,024 by default: 150 MB more, and still growing after 20,000 jobs, for no measurable
#: speed.
NATIVE = {"OMP_WAIT_POLICY": "PASSIVE", "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "64"}

#: `M_ARENA_MAX` of glibc's mallopt(3).
M_ARENA_MAX = -8


def prepare_libraries() -> None:
    """Settings that must be made before torch is loaded; an operator's own value in the environment stays."""
    for name, value in NATIVE.items():
        os.environ.setdefault(name, value)
    if "MALLOC_ARENA_MAX" not in os.environ:
        # Each thread would get an arena of its own, each as large as the largest batch has ever needed: 948 MB after
        # 20,000 jobs, with one for all 651 MB.
        _call_glibc("mallopt", M_ARENA_MAX, 1)


def prepare_threads() -> None:
    """Let threads hand the interpreter over sooner, and tokenize on the thread that asks for it.

    The tokenizer's own threads would take the cores from the network beside it, and from urgent work: spinning, they
    cost a worker 5 % of its bulk rate. Where nothing runs beside it, as in direct prediction, they are a gain.
    """
    sys.setswitchinterval(SWITCH_S)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def give_memory_back() -> None:
    """Return what is free to the system: of 890 MB that 23,000 reviews of a file had left, 545 were in use."""
    _call_glibc("malloc_trim", 0)


def _call_glibc(function: str, *arguments: int) -> None:
    """Call a function that the C libraries of other systems do not have; there, nothing happens."""
    if sys.platform == "linux" and (found := getattr(ctypes.CDLL(None), function, None)) is not None:
        found(*arguments)
