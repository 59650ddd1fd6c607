"""Batches side by side: each core judges a batch of its own.

Two cores that share a batch wait for each other after every operation, some two hundred times a batch; with a batch
each they never do. On two cores kritiq-mini judges 1.4 times as many sentences so (bench/results/queue.md).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

#: Called between batches.
Between = Callable[[], None] | None


def each_on_a_stream(
    batches: Sequence[list[int]],
    judge: Callable[[list[int]], None],
    *,
    streams: int,
    between: Between = None,
    begin: Callable[[], None] = lambda: None,
) -> None:
    """Call `judge` for every batch, in their order, up to `streams` at a time, each stream a thread.

    `begin` is called first on each thread. `between` is called before every batch but the first, on any of the threads,
    never twice at a time; nothing more begins until it returns. An error ends what has not begun; the first one is
    raised when all streams have stopped. A single stream is the calling thread.
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
        # Threads of this call alone, which take on the niceness of its own. Daemons, since a network cannot be called
        # back and must not keep the process.
        threads = [threading.Thread(target=stream, name=f"stream-{number}", daemon=True) for number in range(streams)]
        started: list[threading.Thread] = []
        try:
            for thread in threads:
                thread.start()
                started.append(thread)
        except RuntimeError as error:  # the system has no thread for us
            failures.append(error)
        for thread in started:
            thread.join()
    try:
        if failures:
            raise failures[0]
    finally:
        # The error knows this call, which must not know the error: the activations of a batch hang on it.
        failures.clear()
