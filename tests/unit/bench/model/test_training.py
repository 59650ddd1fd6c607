"""Our training beside transformers.Trainer: both learn the same task, and how that is summed up."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.model.training import summed, training_command
from model.data.dataset import write
from tests.support.learnable import corpus


def test_rounds_are_summed_up_by_medians_and_the_best_epochs() -> None:
    rounds = [
        {
            "ours": {"seconds": ours, "cpu_seconds": 4.0, "f1": [0.1, best]},
            "trainer": {"seconds": 10.0, "cpu_seconds": 8.0, "f1": [best, 0.0]},
        }
        for ours, best in ((5.0, 0.2), (7.0, 0.4), (30.0, 0.6))
    ]
    found = summed(rounds)
    assert found["ours"] == {"median_seconds": 7.0, "mean_best_f1": 0.4}
    assert found["trainer"] == {"median_seconds": 10.0, "mean_best_f1": 0.4}
    assert (found["ratio_of_seconds"], found["ratio_of_cpu_seconds"]) == (0.7, 0.5)


def test_both_learn_the_same_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "de" / "all.jsonl", corpus())
    arguments = ["--corpus", tmp_path / "de", "--sentences", 96, "--epochs", 8, "--rounds", 1, "--learning-rate", 3e-3]
    told = CliRunner().invoke(training_command, list(map(str, arguments)))
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout[told.stdout.index("{\n") :])
    [one] = found["rounds"]
    assert [len(one[name]["f1"]) for name in ("ours", "trainer")] == [8, 8]
    assert min(found[name]["mean_best_f1"] for name in ("ours", "trainer")) > 0.3
