"""Which way of several a worker runs a network in: by rates that the test says, and answers that are computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from model.artifact import running
from model.artifact.loading import load_encoder, load_network
from model.artifact.manifest import read_manifest
from model.artifact.running import Measure, Wish, running_engine
from model.runtime.backends import TorchBackend
from model.runtime.engine import NetworkEngine
from model.runtime.judgement import Floats
from model.runtime.measuring import answers
from tests.unit.model.artifact.variant_models import COMPILED, listed, make_network


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return make_network(tmp_path / "tiny")


def at(rates: dict[str, float]) -> Measure:
    def measure(engines: Sequence[NetworkEngine], sentences: Sequence[str]) -> tuple[list[Floats], list[float]]:
        names = [f"{each.runs[0].backend} {each.dtype}" for each in engines]
        return [answers(each, sentences) for each in engines], [rates[name] for name in names]

    return measure


def computed(dtype: str = "float32") -> Callable[..., TorchBackend]:
    """In place of what loads a file: the network of its directory."""

    def load(path: Path, *_: Any, **__: Any) -> TorchBackend:
        backend = TorchBackend(load_network(path.parent), device="cpu", dtype="float32")
        backend.dtype = dtype
        return backend

    return load


@pytest.fixture
def both(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network that is also there as two programs, and in int8; all of them answer as it does."""
    for name in ("model.int8.onnx", "model.torchscript.pt", "model.aotinductor.pt2"):
        listed(directory, name, b"its weights", COMPILED)
    monkeypatch.setattr(running, "ProgramBackend", computed())
    monkeypatch.setattr(running, "OnnxBackend", computed("int8"))
    return directory


def chosen(directory: Path, rates: dict[str, float], *, dtype: str | None = None) -> NetworkEngine:
    manifest, _ = read_manifest(directory)
    wish = Wish(backend="auto", device="cpu", dtype=dtype)
    return running_engine(directory, manifest, load_encoder(directory, manifest), wish, at(rates))


RATES = {"torch float32": 100.0, "onnx int8": 90.0, "torchscript float32": 110.0, "aotinductor float32": 150.0}


def test_auto_takes_the_fastest_and_says_what_was_measured(both: Path) -> None:
    [runs] = chosen(both, RATES).runs
    assert (runs.network, runs.backend, runs.measured, runs.unused) == ("tiny", "aotinductor", RATES, {})


def test_auto_leaves_the_network_to_torch_where_nothing_is_clearly_faster(both: Path) -> None:
    [runs] = chosen(both, dict.fromkeys(RATES, 104.0) | {"torch float32": 100.0}).runs
    assert runs.backend == "torch"


def test_auto_takes_what_rounds_unless_float32_is_asked_for(both: Path) -> None:
    rates = RATES | {"onnx int8": 500.0}
    assert [each.dtype for each in chosen(both, rates).runs] == ["int8"]
    [exact] = chosen(both, rates, dtype="float32").runs
    assert (exact.backend, "onnx int8" in exact.measured) == ("aotinductor", False)


def test_auto_does_not_take_what_answers_differently_on_this_machine(
    both: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Wrong(TorchBackend):
        def logits(self, *given: Any) -> Floats:
            return super().logits(*given)[:, ::-1].copy()

    def wrong(path: Path, *_: Any, **__: Any) -> TorchBackend:
        return Wrong(load_network(path.parent), device="cpu", dtype="float32")

    monkeypatch.setattr(running, "ProgramBackend", wrong)
    [runs] = chosen(both, RATES).runs
    assert (runs.backend, sorted(runs.unused)) == ("torch", ["aotinductor float32", "torchscript float32"])
    assert all("answers differently here" in why for why in runs.unused.values())


def test_a_version_with_nothing_else_is_not_measured(directory: Path) -> None:
    [runs] = chosen(directory, {}).runs
    assert (runs.backend, runs.dtype, runs.measured) == ("torch", "float32", {})
