"""Trials are tried once, go on after a break, and end in a table, a page and pictures."""

import io
import logging
import re
import struct
import sys
from contextlib import suppress
from dataclasses import replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import optuna
import pytest
import torch
from click.testing import CliRunner
from optuna.trial import TrialState

from model.errors import ModelError
from model.predictor import Predictor
from model.sweep import running
from model.sweep.figures import HEIGHT, WIDTH
from model.sweep.plan import read_plan
from model.sweep.recording import recorded
from model.sweep.running import NAME
from model.training.finetune import FinetuneConfig
from ops.command import cli
from tests.support.learnable import write_sweep


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A sweep of two trials of one tiny encoder."""
    torch.set_num_threads(1)
    return write_sweep(tmp_path)


def study(folder: Path) -> optuna.Study:
    return optuna.load_study(study_name=NAME, storage=f"sqlite:///{folder / 'sweep.db'}")


def run(config: Path, output: Path, *more: str) -> Any:
    return CliRunner().invoke(cli, ["sweep", "--config", str(config), "--output", str(output), *more])


def test_it_goes_on_with_what_is_there_and_tells_of_all_of_it(config: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    first = run(config, output)
    assert first.exit_code == 0, first.output
    # One that was killed does not count.
    study(output).ask()
    config.write_text(config.read_text().replace("trials: 2", "trials: 3"))
    again = run(config, output)
    assert again.exit_code == 0, again.output
    assert "2 of 3 trials are there" in again.stderr
    states = [each.state for each in study(output).get_trials()]
    assert states.count(TrialState.COMPLETE) == 3
    head, *rows = again.stdout.splitlines()
    assert head.split() == ["trial", "acsa", "F1", "ms", "a", "sentence", "front", "seed", "learning_rate"]
    assert len(rows) == 3
    page = (output / "sweep.html").read_text()
    assert page.count("<svg") == 2
    assert sorted(path.name for path in output.glob("*.svg")) == ["curves.svg", "pareto.svg"]
    for name in ("curves", "pareto"):
        width, height = struct.unpack(">II", (output / f"{name}.png").read_bytes()[16:24])
        assert (width, height) == (2 * WIDTH, 2 * HEIGHT)
    best = output / f"trial-{rows[0].split()[0]}"
    assert (best / "kritiq.json").is_file()


def test_a_config_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "sweep.yaml").write_text("train: a\n")
    told = run(tmp_path / "sweep.yaml", tmp_path / "out")
    assert (told.exit_code, "should have train, dev and search" in told.output) == (1, True)


def test_a_trial_that_cannot_be_is_one_line(config: Path, tmp_path: Path) -> None:
    optunas = io.StringIO()
    handler = logging.StreamHandler(optunas)
    logging.getLogger("optuna").addHandler(handler)
    try:
        config.write_text(re.sub("encoder: .*", "encoder: nowhere", config.read_text()))
        told = run(config, tmp_path / "out")
    finally:
        logging.getLogger("optuna").removeHandler(handler)
    assert (told.exit_code, told.output.count("\n"), optunas.getvalue()) == (1, 1, ""), told.output
    assert "there is no model directory nowhere" in told.output


@pytest.mark.parametrize("kept", ["complete", "failed"])
def test_what_goes_on_draws_nothing_that_is_there_already(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    """Also when that failed: the same again would fail again."""
    plan, storage, tried = read_plan(config), f"sqlite:///{tmp_path / 'sweep.db'}", list[float]()

    def trained(config: FinetuneConfig, *_: object, **__: object) -> dict[str, dict[str, float]]:
        tried.append(config.training.learning_rate)
        if kept == "failed":
            raise ModelError("it is too large")
        return {"acd": {"f1": 0.5}, "acsa": {"f1": 0.5}}

    monkeypatch.setattr(running, "finetune", trained)
    monkeypatch.setattr(running, "pace", lambda *_: 1.0)
    monkeypatch.setattr(Predictor, "load", lambda *_: None)
    for trials in (2, 4):
        with suppress(ModelError):
            running.sweep(replace(plan, trials=trials), tmp_path, storage, announce=lambda line: None)
    assert len(set(tried)) == len(tried) == (4 if kept == "complete" else 2)


def test_mlflow_is_told_of_a_trial_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Any, ...]] = []

    class Run:
        def __enter__(self) -> None:
            told.append(("begun",))

        def __exit__(self, *_: object) -> None:
            told.append(("ended",))

    mlflow: Any = ModuleType("mlflow")
    mlflow.__spec__ = ModuleSpec("mlflow", None)
    mlflow.start_run = lambda run_name: Run()
    mlflow.log_params = lambda found: told.append(("params", found))
    mlflow.log_metric = lambda name, value, step: told.append((name, value, step))
    mlflow.log_metrics = lambda found: told.append(("metrics", found))
    monkeypatch.setitem(sys.modules, "mlflow", mlflow)
    recorded(3, {"seed": 1}, {"acsa_f1": 0.5}, [0.4, 0.5])
    assert told == [
        ("begun",), ("params", {"seed": 1}), ("dev_acsa_f1", 0.4, 1), ("dev_acsa_f1", 0.5, 2),
        ("metrics", {"acsa_f1": 0.5}), ("ended",),
    ]  # fmt: skip
