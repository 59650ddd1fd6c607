"""One model or several, each in a process of its own, that rows are given to."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from typing import Any

from kritiq_client.bulk.rows import Row
from model.errors import ModelError
from model.offline.judging import Asked, outcomes
from model.predictor import Predictor
from model.runtime.backends import allowed_cores
from model.runtime.children import end_with_parent
from model.runtime.tuning import give_memory_back, prepare_libraries, prepare_threads

Lines = list[dict[str, Any]]
#: Gives rows away to be judged; what they became is asked for later, and raises ModelError.
Submit = Callable[[Sequence[Row]], Callable[[], Lines]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Loading:
    """Which model, and how: see `Predictor.load`."""

    model: str
    dtype: str | None = None
    backend: str = "torch"

    def load(self, device: str | None) -> Predictor:
        """Raises ModelError and its kinds."""
        return Predictor.load(self.model, device=device, dtype=self.dtype, backend=self.backend)


class ProcessLost(ModelError):
    """A process with the model was ended from outside, for want of memory perhaps; the same command goes on."""


@contextmanager
def here(loading: Loading, device: str | None, asked: Asked) -> Iterator[Submit]:
    """The model in this process, which judges at once."""
    predictor = loading.load(device)

    def submit(rows: Sequence[Row]) -> Callable[[], Lines]:
        return lambda: _outcomes(predictor, rows, asked)

    yield submit


@contextmanager
def beside(loading: Loading, devices: Sequence[str | None], asked: Asked, count: int) -> Iterator[Submit]:
    """The model in `count` processes, on the devices in turn; on a CPU they share its cores."""
    context = multiprocessing.get_context("spawn")
    turns: SimpleQueue[str | None] = context.SimpleQueue()
    for number in range(count):
        turns.put(devices[number % len(devices)])
    cores = max(1, allowed_cores() // count)
    pool = ProcessPoolExecutor(count, context, initializer=_begin, initargs=(loading, asked, turns, cores))

    def submit(rows: Sequence[Row]) -> Callable[[], Lines]:
        try:
            future = pool.submit(_judge, rows)
        except BrokenProcessPool as error:
            raise ProcessLost from error
        return lambda: _result(future)

    try:
        yield submit
    finally:
        pool.shutdown(cancel_futures=True)


def _result(future: Future[Lines]) -> Lines:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise ProcessLost from error


#: What the process was begun with: its model and what is asked, or why there is none.
_own: tuple[Predictor, Asked] | ModelError | None = None


def _begin(loading: Loading, asked: Asked, turns: SimpleQueue[str | None], cores: int) -> None:
    global _own
    # Ctrl-C is the first process's, which ends this one when it has its last rows.
    end_with_parent()
    prepare_libraries()
    prepare_threads()
    try:
        import torch

        torch.set_num_threads(cores)
        predictor = loading.load(turns.get())
        predictor.streams = min(predictor.streams, cores)
        _own = predictor, asked
    except ModelError as error:
        # Raised here, it would be a process that ended for no reason that anyone hears of.
        _own = error


def _judge(rows: Sequence[Row]) -> Lines:
    if isinstance(_own, ModelError):
        raise _own
    assert _own is not None
    return _outcomes(_own[0], rows, _own[1])


def _outcomes(predictor: Predictor, rows: Sequence[Row], asked: Asked) -> Lines:
    lines = outcomes(predictor, rows, asked)
    # Each chunk has batches of other shapes, and leaves other holes: without this it grows with the file.
    give_memory_back()
    return lines
