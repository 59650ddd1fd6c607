"""Which writing batches of a corpus are held out of training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from model.data.dataset import Example
from model.errors import DataError
from model.scheme import NONE
from telemetry.counted import counted


def hold_out(
    examples: Sequence[Example], every: int, always: Sequence[str] = ()
) -> tuple[list[Example], list[Example]]:
    """Split by writing batch so that about one sentence in `every` is held out, of each writer and of each polarity.

    The writer is the folder of the batch. Batch after batch is held out, always the one after which the shares of
    writers and polarities are nearest to one in `every`, until no further one brings them nearer. Batches of `always`
    are held out before any other, where the examples have them. Raises DataError when there are no two batches.
    """
    batches: dict[str, Counter[tuple[str, str]]] = {}
    for example in examples:
        batches.setdefault(example.batch, Counter()).update(_cells(example))
    if len(batches) < 2:
        raise DataError(f"{counted(len(batches), 'writing batch', 'writing batches')} cannot be split: give a dev file")
    wanted = {cell: count / every for cell, count in sum(batches.values(), Counter()).items()}
    # One at least is left to learn from.
    held = {name: batches[name] for name in [each for each in always if each in batches][: len(batches) - 1]}
    while len(held) + 1 < len(batches):
        so_far = sum(held.values(), Counter())
        free = [name for name in sorted(batches) if name not in held]
        best = min(free, key=lambda name: _distance(so_far + batches[name], wanted))
        if held and _distance(so_far + batches[best], wanted) >= _distance(so_far, wanted):
            break
        held[best] = batches[best]
    kept = [example for example in examples if example.batch not in held]
    return kept, [example for example in examples if example.batch in held]


def every_nth(examples: Sequence[Example], every: int) -> tuple[list[Example], list[Example]]:
    """Split what is one batch, sentence by sentence: the first of each `every` is held out. Raises DataError for one.

    Sentences that are much alike are on both sides then: scores on what is held out are better than on other data.
    """
    if len(examples) < 2:
        raise DataError(f"{counted(len(examples), 'sentence')} cannot be split: give a dev file")
    return [example for number, example in enumerate(examples) if number % every], list(examples[::every])


def _cells(example: Example) -> list[tuple[str, str]]:
    """What a sentence counts for: its writer, once for each polarity of its opinions, or for having none."""
    writer = example.batch.rpartition("/")[0]
    return [(writer, polarity) for polarity in example.aspects.values()] or [(writer, NONE)]


def _distance(found: Mapping[tuple[str, str], int], wanted: Mapping[tuple[str, str], float]) -> float:
    return sum((found.get(cell, 0) - count) ** 2 / count for cell, count in wanted.items())
