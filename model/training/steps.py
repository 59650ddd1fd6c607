"""Which sentences make a step of training together, and in what order the steps come."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: Steps in a window: only within one are sentences of like length brought together, so that a step is nearly a random
#: one of the whole data, and still has little padding. Length goes with what is said: of few sentences, sorted as a
#: whole, some steps would see one kind alone.
WINDOW, FEWEST_WINDOWS = 4, 4


def steps(lengths: Sequence[int], size: int, order: np.random.Generator) -> list[list[int]]:
    """Indices of all sentences in steps of about `size` each, none much smaller than another, in random order.

    Windows are drawn from all sentences by chance alone, each time others.
    """
    windows = min(len(lengths), max(FEWEST_WINDOWS, round(len(lengths) / (size * WINDOW))))
    found: list[list[int]] = []
    for window in np.array_split(order.permutation(len(lengths)), windows):
        alike = np.array(sorted(window.tolist(), key=lengths.__getitem__))
        found += [part.tolist() for part in np.array_split(alike, max(1, round(len(alike) / size)))]
    return [found[index] for index in order.permutation(len(found)).tolist()]
