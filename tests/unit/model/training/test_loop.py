"""Training: it learns, it goes on after a break as if there had been none, and what it saves loads again."""

import errno
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from model.artifact import loading
from model.artifact.manifest import CARD, METRICS
from model.data.dataset import Example, labels, read, write
from model.errors import DataError
from model.evaluation.report import evaluate
from model.inputs.auxiliary import METHODS, Method, Templates, german_templates
from model.predictor import Predictor
from model.scheme import DEFAULT_SCHEME
from model.training.config import TrainingConfig
from model.training.finetune import FinetuneConfig, finetune
from model.training.objective import loss, targets
from tests.unit.model.conftest import BuildModel

GOOD = {"food": "positive"}
GERMAN = german_templates("NLI-M")
EXAMPLES = [
    Example(text="das essen war gut", aspects=GOOD, batch="a"),
    Example(text="das essen war super lecker", aspects=GOOD, batch="a"),
    Example(text="das essen war schlecht", aspects={"food": "negative"}, batch="b"),
    Example(text="der service war langsam", aspects={"service": "negative"}, batch="b"),
    Example(text="der service war super", aspects={"service": "positive"}, batch="c"),
    Example(text="wie ?", batch="c"),
] * 4
#: Each of them once: to be scored on copies, after each epoch, says nothing more.
ONCE = EXAMPLES[:6]
#: A network whose head reads the sentence alone must find the aspects first, in more steps than four an epoch.
MORE = {"single": {"batch_sentences": 3, "epochs": 20}}
TRAINING = TrainingConfig(epochs=12, batch_sentences=6, learning_rate=5e-3, patience=0, averaging=0.5)


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
        config(untrained, method, **MORE.get(method, {})),
        tmp_path / "out",
        examples=EXAMPLES,
        dev=ONCE,
        device="cpu",
    )
    again = evaluate(Predictor.load(str(tmp_path / "out"), device="cpu", dtype="float32"), ONCE)
    # How many labels bfloat16 keeps is in the report where the CPU multiplies it itself.
    assert again == {name: value for name, value in report.items() if name != "bfloat16"}
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


SHORTER = Templates(
    pattern="{aspect}?", aspects=GERMAN.aspects, polarities=GERMAN.polarities
)  # of the same length as the others


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("configuration", {"config": {"epochs": 2}}),
        ("method, templates or scheme", {"method": Method(name="QA-M", templates=german_templates("QA-M"))}),
        ("method, templates or scheme", {"method": Method(name="NLI-M", templates=SHORTER)}),
        ("training data", {"examples": [*EXAMPLES[:-1], replace(EXAMPLES[-1], aspects=GOOD)]}),
        ("dev data", {"dev": EXAMPLES[:-1]}),
        ("encoder", {"encoder": "electra"}),
    ],
)
def test_a_state_of_another_run_is_refused(
    build_model: BuildModel, tmp_path: Path, what: str, changes: dict[str, Any]
) -> None:
    state = tmp_path / "state"
    first = config(build_model(method="NLI-M"), "NLI-M", epochs=1)
    finetune(first, tmp_path / "a", examples=EXAMPLES, dev=EXAMPLES, device="cpu", state=state)
    other = replace(
        first,
        training=replace(first.training, **changes.get("config", {})),
        method=changes.get("method", first.method),
        encoder=str(build_model(encoder=changes.get("encoder", "bert"), method="NLI-M")),
    )
    data = {"examples": changes.get("examples", EXAMPLES), "dev": changes.get("dev", EXAMPLES)}
    with pytest.raises(DataError, match=rf"another .*{what}"):
        finetune(other, tmp_path / "b", **data, device="cpu", state=state)
    assert not (tmp_path / "b").exists()


def test_a_torn_state_is_named(build_model: BuildModel, tmp_path: Path) -> None:
    directory, state = build_model(), tmp_path / "state"
    finetune(config(directory, epochs=1), tmp_path / "a", examples=EXAMPLES, dev=EXAMPLES, device="cpu", state=state)
    whole = state.read_bytes()
    for torn in (b"", whole[: len(whole) // 2], b"x" * 100):
        state.write_bytes(torn)
        with pytest.raises(DataError, match="no whole state of a training; remove it") as caught:
            finetune(
                config(directory, epochs=1), tmp_path / "b", examples=EXAMPLES, dev=EXAMPLES, device="cpu", state=state
            )
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("numbers", {}), ("numbers", {"epoch": "two"}), ("identity", []), ("weights", {}),
        ("weights", {"a": torch.zeros(1)}), ("best", None), ("mean", 3), ("optimizer", {}), ("random", torch.zeros(3)),
    ],
)  # fmt: skip
def test_a_state_that_has_other_things_in_it_is_named(
    build_model: BuildModel, tmp_path: Path, part: str, value: Any
) -> None:
    """Another version's, say: to go on with what is left of it would be to train something else."""
    directory, state = build_model(), tmp_path / "state"
    run = {"examples": EXAMPLES, "dev": EXAMPLES, "device": "cpu", "state": state}
    finetune(config(directory, epochs=1), tmp_path / "a", **run)
    saved = torch.load(state, weights_only=True)
    torch.save(saved | {part: saved[part] | value if part == "numbers" and value else value}, state)
    with pytest.raises(DataError, match="no whole state of a training; remove it"):
        finetune(config(directory, epochs=1), tmp_path / "b", **run)
    assert not (tmp_path / "b").exists()


def test_a_full_disk_ends_training_in_one_line_and_leaves_the_last_state(
    build_model: BuildModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, save = tmp_path / "state", torch.save

    def run(epochs: int, announce: Callable[[str], None] = lambda line: None) -> None:
        finetune(
            config(build_model(), epochs=epochs),
            tmp_path / "out",
            examples=EXAMPLES,
            dev=EXAMPLES,
            device="cpu",
            state=state,
            announce=announce,
        )

    def full(what: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    def fill_up(line: str) -> None:
        monkeypatch.setattr(torch, "save", full if line.startswith("epoch 2") else save)

    with pytest.raises(DataError, match=r"cannot be written to .*No space left"):
        run(3, fill_up)
    monkeypatch.setattr(torch, "save", save)
    lines: list[str] = []
    run(3, lines.append)
    assert lines[0] == "going on after epoch 1"
    assert [path.name for path in tmp_path.glob("state*")] == ["state"]


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


def test_of_epochs_that_score_alike_the_one_of_least_loss_is_kept(build_model: BuildModel, tmp_path: Path) -> None:
    # No aspect is ever found at this rate: F1 is 0 throughout, and the loss falls.
    lines: list[str] = []
    finetune(
        config(build_model(), epochs=4, patience=1, learning_rate=3e-4, averaging=0.0),
        tmp_path / "out",
        examples=EXAMPLES,
        dev=EXAMPLES,
        device="cpu",
        announce=lines.append,
    )
    assert len(lines) == 4
    assert all("dev acsa F1 0.0000" in line for line in lines)
    assert "best 0.0000 after epoch 4" in lines[-1]


def test_data_files_are_read_by_batch(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        write(tmp_path / "w" / f"{name}.jsonl", [Example(text=name, aspects=GOOD)])
    examples = read([tmp_path], DEFAULT_SCHEME)
    assert [example.batch for example in examples] == [f"{tmp_path.name}/w/{n}" for n in ("one", "three", "two")]
    (one,) = read([tmp_path / "w" / "one.jsonl"], DEFAULT_SCHEME)
    assert one.batch == "w/one"


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
