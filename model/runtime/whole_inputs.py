"""Which inputs have been judged, of batches of their rows: some methods read an input many times, in any batches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

#: Told inputs that have been judged, each once.
Judged = Callable[[Sequence[int]], None] | None


def telling(
    judge: Callable[[list[int]], None], judged: Judged, *, inputs: int, rows: int
) -> Callable[[list[int]], None]:
    """`judge`, which afterwards tells `judged` the inputs of which it was the last batch. On any thread.

    Row `i` of `rows` is of input `i * inputs // rows`: those of an input are side by side, and as many of each.
    """
    if judged is None or not inputs:
        return judge
    each, lock = rows // inputs, threading.Lock()
    left = [each] * inputs

    def judge_and_tell(batch: list[int]) -> None:
        judge(batch)
        whole = list[int]()
        with lock:
            for row in batch:
                left[row // each] -= 1
                if not left[row // each]:
                    whole.append(row // each)
        judged(whole)

    return judge_and_tell
