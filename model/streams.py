"""Batches side by side: each core judges a batch of its own.

Two cores that share a batch wait for each other after every operation, some two hundred times a batch; with a batch
each they never do. On two cores kritiq-mini judges 1.45 times as many sentences so (BENCHMARKS.md).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence


def each_on_a_stream(
    batches: Sequence[list[int]],
    judge: Callable[[list[int]], None],
    *,
    streams: int,
    between: Callable[[], None] | None = None,
    begin: Callable[[], None] = lambda: None,
) -> None:
    """Call `judge` for every batch, in their order, up to `streams` at a time, each stream a thread.

    `begin` is called first on each thread. `between` is called before every batch but the first, never twice at a time,
    and nothing more begins until it returns. An error ends what has not begun; the first one is raised when all streams
    have stopped. A single stream is the calling thread.
    """
    turn = threading.Lock()
    failures: list[BaseException] = []
    begun = 0

    def following() -> list[int] | None:
        nonlocal begun
        with turn:
            if failures or begun == len(batches):
                return None
            if begun and between is not None:
                between()
            begun += 1
            return batches[begun - 1]

    def stream() -> None:
        try:
            begin()
            while (batch := following()) is not None:
                judge(batch)
        except BaseException as error:
            failures.append(error)

    if streams == 1:
        stream()
    else:
        # Threads of this call alone: they take on its thread's niceness, and a stuck one holds no later call up.
        # Daemons, since a network cannot be called back and must not keep the process.
        threads = [threading.Thread(target=stream, name=f"stream-{number}", daemon=True) for number in range(streams)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]
