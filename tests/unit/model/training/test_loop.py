"""Training: it learns, it goes on after a break as if there had been none, and what it saves loads again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model.artifact import loading
from model.artifact.manifest import CARD, METRICS
from model.data.dataset import Example, hold_out, labels, read, write
from model.errors import DataError
from model.evaluation.report import evaluate
from model.inputs.auxiliary import METHODS, Method, german_templates
from model.predictor import Predictor
from model.scheme import DEFAULT_SCHEME
from model.training.finetune import FinetuneConfig, finetune
from model.training.loop import TrainingConfig
from model.training.objective import loss, targets
from tests.unit.model.conftest import BuildModel

GOOD = {"food": "positive"}
EXAMPLES = [
    Example(text="das essen war gut", aspects=GOOD, batch="a"),
    Example(text="das essen war super lecker", aspects=GOOD, batch="a"),
    Example(text="das essen war schlecht", aspects={"food": "negative"}, batch="b"),
    Example(text="der service war langsam", aspects={"service": "negative"}, batch="b"),
    Example(text="der service war super", aspects={"service": "positive"}, batch="c"),
    Example(text="wie ?", batch="c"),
] * 4
TRAINING = TrainingConfig(epochs=12, batch_tokens=64, learning_rate=5e-3, patience=0, averaging=0.5)
#: Rows of a sentence by method; a step should see a few sentences.
BATCH = {"single": 64, "NLI-M": 600, "QA-M": 600, "NLI-B": 3000, "QA-B": 3000}


def config(directory: Path, method: str = "single", **changes: object) -> FinetuneConfig:
    made = Method(name=method, templates=german_templates(method))
    return FinetuneConfig(
        encoder=str(directory), name="tiny", method=made, training=replace(TRAINING, **changes), max_tokens=48
    )


def surprise(directory: Path) -> float:
    """Mean cross-entropy of a row on the examples."""
    predictor = Predictor.load(str(directory), device="cpu")
    method = predictor.method
    rows = targets(labels(EXAMPLES, method.scheme), method)
    logits = torch.from_numpy(predictor.logits(predictor.encode([example.text for example in EXAMPLES])))
    return loss(logits, torch.from_numpy(rows), torch.ones(2 if method.binary else 5), 0.0).item()


@pytest.mark.parametrize("method", METHODS)
def test_every_method_learns_and_loads_again(build_model: BuildModel, tmp_path: Path, method: str) -> None:
    untrained = build_model(method=method)
    report = finetune(
        config(untrained, method, batch_tokens=BATCH[method]),
        tmp_path / "out",
        examples=EXAMPLES,
        dev=EXAMPLES,
        device="cpu",
    )
    again = evaluate(Predictor.load(str(tmp_path / "out"), device="cpu"), EXAMPLES)
    assert again == report
    assert surprise(tmp_path / "out") < 0.9 * surprise(untrained)
    assert method != "single" or report["acd"]["f1"] > 0.6
    card = (tmp_path / "out" / CARD).read_text()
    assert f"- Method: {method}" in card
    assert json.loads((tmp_path / "out" / METRICS).read_text()) == report
    assert "calibration error" in card


def test_a_run_that_was_broken_off_ends_like_one_that_was_not(build_model: BuildModel, tmp_path: Path) -> None:
    directory = build_model()
    state = tmp_path / "state"
    whole = finetune(config(directory, epochs=4), tmp_path / "whole", examples=EXAMPLES, dev=EXAMPLES, device="cpu")

    class Broken(Exception):
        pass

    def break_off(line: str) -> None:
        if line.startswith("epoch 3"):
            raise Broken

    with pytest.raises(Broken):
        finetune(
            config(directory, epochs=4),
            tmp_path / "resumed",
            examples=EXAMPLES,
            dev=EXAMPLES,
            device="cpu",
            state=state,
            announce=break_off,
        )
    lines: list[str] = []
    resumed = finetune(
        config(directory, epochs=4),
        tmp_path / "resumed",
        examples=EXAMPLES,
        dev=EXAMPLES,
        device="cpu",
        state=state,
        announce=lines.append,
    )
    assert lines[0] == "going on after epoch 2"
    assert resumed == whole
    one, other = (loading.load_network(tmp_path / name).state_dict() for name in ("whole", "resumed"))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_state_of_another_run_is_refused(build_model: BuildModel, tmp_path: Path) -> None:
    directory, state = build_model(), tmp_path / "state"
    finetune(config(directory, epochs=1), tmp_path / "a", examples=EXAMPLES, dev=EXAMPLES, device="cpu", state=state)
    with pytest.raises(DataError, match="another configuration"):
        finetune(
            config(directory, epochs=2), tmp_path / "b", examples=EXAMPLES, dev=EXAMPLES, device="cpu", state=state
        )


def test_it_stops_when_nothing_gets_better(build_model: BuildModel, tmp_path: Path) -> None:
    lines: list[str] = []
    finetune(
        config(build_model(), epochs=50, patience=2, learning_rate=1e-9),
        tmp_path / "out",
        examples=EXAMPLES,
        dev=EXAMPLES,
        device="cpu",
        announce=lines.append,
    )
    assert len(lines) == 3


def test_accumulated_passes_make_one_step(build_model: BuildModel, tmp_path: Path) -> None:
    directory = build_model()
    report = finetune(
        config(directory, accumulate=3, batch_tokens=24),
        tmp_path / "out",
        examples=EXAMPLES,
        dev=EXAMPLES,
        device="cpu",
    )
    assert report["acd"]["f1"] > 0.5


def test_data_files_are_read_by_batch(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        write(tmp_path / "w" / f"{name}.jsonl", [Example(text=name, aspects=GOOD)])
    examples = read([tmp_path], DEFAULT_SCHEME)
    assert [example.batch for example in examples] == ["w/one", "w/three", "w/two"]
    kept, out = hold_out(examples, 3)
    assert {e.batch for e in kept} & {e.batch for e in out} == set()
    assert len(kept) + len(out) == 3


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[]",
        '{"text": "a"}',
        '{"text": " ", "aspects": {}}',
        '{"text": "a", "aspects": {"parking": "positive"}}',
        '{"text": "a", "aspects": {"food": "tasty"}}',
        '{"text": "a", "aspects": []}',
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text('{"text": "a", "aspects": {}}\n' + line + "\n")
    with pytest.raises(DataError, match=r"bad\.jsonl:2"):
        read([file], DEFAULT_SCHEME)


def test_no_data_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no"):
        read([tmp_path / "none.jsonl"], DEFAULT_SCHEME)
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(DataError, match="no labelled sentence"):
        read([tmp_path / "empty.jsonl"], DEFAULT_SCHEME)
