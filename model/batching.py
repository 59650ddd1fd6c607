"""Which rows go through the network together: lengths in, index lists out."""

from __future__ import annotations

from collections.abc import Sequence


def plan(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Group rows into batches whose padded size (longest x count) stays within `budget` tokens.

    Rows are sorted by length, longest first, so that padding is least and a batch that does not fit into memory
    fails at once rather than after minutes. A row longer than the budget travels alone. Every index occurs once.
    """
    if budget < 1:
        raise ValueError(f"the token budget must be at least 1, got {budget}")
    batches: list[list[int]] = []
    batch: list[int] = []
    room = 0
    for index in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        if not batch or len(batch) >= room:
            batch = []
            batches.append(batch)
            room = max(1, budget // max(1, lengths[index]))  # how many rows as long as this first, longest one fit
        batch.append(index)
    return batches
