"""What each epoch of a training came to, as curves that TensorBoard shows."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from model.errors import DataError


@dataclass(frozen=True, kw_only=True, slots=True)
class EpochFigures:
    """What an epoch came to."""

    #: From 1 on.
    epoch: int
    #: Mean over the steps, and on the dev data with the weights that are kept.
    loss: float
    dev_loss: float
    #: That of the last step, of parameters that learn at full speed.
    learning_rate: float
    #: Mean over the steps, before the gradient is clipped.
    gradient_norm: float
    #: Micro-F1 on the dev data: of aspects, and of aspects with their polarity.
    acd_f1: float
    acsa_f1: float

    def __str__(self) -> str:
        return (
            f"epoch {self.epoch}: loss {self.loss:.4f}, dev loss {self.dev_loss:.4f}, "
            f"learning rate {self.learning_rate:.3g}, gradient norm {self.gradient_norm:.3g}, "
            f"dev acsa F1 {self.acsa_f1:.4f}"
        )

    def scalars(self) -> dict[str, float]:
        """By the tags under which TensorBoard shows them."""
        return {
            "loss/train": self.loss,
            "loss/dev": self.dev_loss,
            "f1/acd": self.acd_f1,
            "f1/acsa": self.acsa_f1,
            "learning_rate": self.learning_rate,
            "gradient_norm": self.gradient_norm,
        }


def check_installed() -> None:
    """Raises DataError when curves cannot be drawn here."""
    if find_spec("tensorboardX") is None:
        raise DataError("--tensorboard needs tensorboardX: pip install '.[tensorboard]'")


@contextmanager
def drawn(folder: Path | None, *, after: int) -> Iterator[Callable[[EpochFigures], None]]:
    """What draws an epoch's figures into `folder`, for as long as the context lasts; into None it draws nothing.

    Epochs behind `after` that another run has left there are no longer shown: this one takes their place. Raises
    DataError when the folder cannot be written to, or the writer is not installed.
    """
    if folder is None:
        yield lambda figures: None
        return
    check_installed()
    from tensorboardX.event_file_writer import EventsWriter
    from tensorboardX.proto.event_pb2 import Event, SessionLog
    from tensorboardX.proto.summary_pb2 import Summary

    # Its writer with a queue and a thread would wait for ever once the disk is full: an epoch is six numbers.
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        writer = EventsWriter(str(folder / "events"), f".{os.getpid()}")

    def draw(figures: EpochFigures) -> None:
        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in figures.scalars().items()]
        with _told(folder):
            writer.write_event(Event(wall_time=time.time(), step=figures.epoch, summary=Summary(value=values)))
            writer.flush()

    try:
        begun = SessionLog(status=SessionLog.START)
        with _told(folder):
            writer.write_event(Event(wall_time=time.time(), step=after + 1, session_log=begun))
            writer.flush()
        yield draw
    finally:
        with _told(folder):
            writer.close()


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(f"curves cannot be written to {folder}: {error.strerror or error}") from error
