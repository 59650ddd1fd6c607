"""An epoch's figures for TensorBoard."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from model.errors import DataError
from model.training.curves import EpochFigures, drawn
from model.training.finetune import finetune
from tests.unit.model.conftest import BuildModel
from tests.unit.model.training.test_loop import EXAMPLES, config

FIGURES = EpochFigures(
    epoch=1, loss=0.5, dev_loss=0.25, learning_rate=0.125, gradient_norm=2.0, acd_f1=0.75, acsa_f1=0.375
)


def events(folder: Path) -> Iterator[Any]:
    """What lies in the folder, in order: TFRecords of TensorBoard's events."""
    from tensorboardX.proto.event_pb2 import Event

    for path in sorted(folder.glob("events.out.tfevents.*")):
        data, at = path.read_bytes(), 0
        while at < len(data):
            (size,) = struct.unpack_from("<Q", data, at)
            yield Event.FromString(data[at + 12 : at + 12 + size])
            at += 12 + size + 4


def shown(folder: Path) -> dict[int, dict[str, float]]:
    return {
        event.step: {value.tag: value.simple_value for value in event.summary.value}
        for event in events(folder)
        if event.summary.value
    }


def test_every_epoch_has_its_figures(tmp_path: Path) -> None:
    with drawn(tmp_path / "run", after=0) as draw:
        draw(FIGURES)
        assert shown(tmp_path / "run")[1] == {
            "loss/train": 0.5,
            "loss/dev": 0.25,
            "learning_rate": 0.125,
            "gradient_norm": 2.0,
            "f1/acd": 0.75,
            "f1/acsa": 0.375,
        }


def test_a_run_that_goes_on_takes_the_place_of_what_it_does_again(tmp_path: Path) -> None:
    with drawn(tmp_path, after=4):
        pass
    first, begun = events(tmp_path)
    assert first.file_version == "brain.Event:2"
    assert (begun.session_log.status, begun.step) == (1, 5)


def test_training_draws_what_it_says(build_model: BuildModel, tmp_path: Path) -> None:
    lines: list[str] = []
    finetune(
        config(build_model(), epochs=2), tmp_path / "out", examples=EXAMPLES, dev=EXAMPLES, device="cpu",
        curves=tmp_path / "run", announce=lines.append,
    )  # fmt: skip
    found = shown(tmp_path / "run")
    assert sorted(found) == [1, 2]
    assert all(each["gradient_norm"] > 0 for each in found.values())
    assert found[1]["learning_rate"] > found[2]["learning_rate"] > 0
    assert f"loss {found[2]['loss/train']:.4f}, dev loss {found[2]['loss/dev']:.4f}" in lines[1]
    assert f"gradient norm {found[2]['gradient_norm']:.3g}" in lines[1]


def test_what_cannot_be_drawn_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"curves cannot be written to .*file"), drawn(tmp_path / "file", after=0):
        pass
    monkeypatch.setattr("model.training.curves.find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"pip install '\.\[tensorboard\]'"), drawn(tmp_path, after=0):
        pass
