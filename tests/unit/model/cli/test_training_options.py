"""`kritiq train`: every setting as an option and in a file, and what it says about a file that is wrong."""

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner, Result

from model.cli.training import train_command
from model.training.config import TrainingConfig
from model.training.finetune import FinetuneConfig

#: None of them is the default.
OTHER: dict[str, Any] = {
    "epochs": 7, "batch_sentences": 5, "batch_tokens": 99, "learning_rate": 3e-4, "weight_decay": 0.2, "warmup": 0.1,
    "label_smoothing": 0.02, "class_weight": 0.5, "averaging": 0.9, "patience": 1, "clip": 1.5, "seed": 9,
    "freeze": ("a.", "b."), "slow": ("c.",), "slow_factor": 0.7, "layer_decay": 0.8, "word_dropout": 0.3, "joined": 0.4,
    "typed": 0.2, "precision": "bfloat16", "gradient_checkpointing": True, "lora_rank": 4, "lora_alpha": 8,
}  # fmt: skip


@pytest.fixture(autouse=True)
def trained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[FinetuneConfig]]:
    """What would have been trained, with nothing of it done."""
    asked: list[FinetuneConfig] = []

    def note(config: FinetuneConfig, output: Path, **how: Any) -> dict[str, Any]:
        asked.append(config)
        return {}

    monkeypatch.setattr("model.training.finetune.finetune", note)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.jsonl").write_text('{"text": "gut", "aspects": {"food": "positive"}}\n' * 20)
    return asked


def run(*arguments: object) -> Result:
    return CliRunner().invoke(train_command, [str(argument) for argument in arguments])


def run_file(text: str, *arguments: object) -> Result:
    Path("run.yaml").write_text(text)
    return run("--config", "run.yaml", *arguments)


BASE = "output: out\nencoder: enc\ntrain: data.jsonl\n"


def test_every_setting_is_an_option(trained: list[FinetuneConfig]) -> None:
    assert set(OTHER) == {each.name for each in fields(TrainingConfig)}
    options = [
        part
        for name, value in OTHER.items()
        for each in (value if isinstance(value, tuple) else (value,))
        # A switch has no value.
        for part in ((f"--{name.replace('_', '-')}",) if each is True else (f"--{name.replace('_', '-')}", each))
    ]
    told = run("--output", "out", "--encoder", "enc", "--train", "data.jsonl", *options)
    assert told.exit_code == 0, told.output
    assert trained[0].training == TrainingConfig(**OTHER)


def test_every_setting_may_stand_in_a_file_and_the_command_line_goes_before_it(trained: list[FinetuneConfig]) -> None:
    lines = [f"{name}: {list(value) if isinstance(value, tuple) else value}" for name, value in OTHER.items()]
    told = run_file(BASE + "\n".join(lines), "--seed", 3, "--freeze", "z.")
    assert told.exit_code == 0, told.output
    assert trained[0].encoder == "enc"
    assert trained[0].training == replace(TrainingConfig(**OTHER), seed=3, freeze=("z.",))


def test_what_nobody_says_is_the_default(trained: list[FinetuneConfig]) -> None:
    assert run_file(f"# mine\n{BASE}method: QA-M\nlearning-rate: 3e-5\nlanguage: no\nfreeze: []\n").exit_code == 0
    [config] = trained
    assert (config.method.name, config.languages, config.training) == ("QA-M", ("no",), TrainingConfig())


def test_a_file_changes_a_recipe_too(monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[Any] = []
    monkeypatch.setattr("model.small.recipe_run.run_small", lambda plan, *_, **__: plans.append(plan))
    told = run_file("recipe: kritiq-small\noutput: x\nepochs: 2\nfreeze: []\nprecision: bfloat16\n")
    assert told.exit_code == 0, told.output
    assert (plans[0].training.epochs, plans[0].training.freeze, plans[0].training.averaging) == (2, (), 0.998)
    assert {plans[0].training.precision, plans[0].finishing.precision} == {"bfloat16"}
    with_start = "recipe: kritiq-mini\noutput: x\nstart: m\nprecision: bfloat16\nepochs: 2\n"
    assert "--epochs does nothing with --start" in run_file(with_start).output
    assert "--start does nothing without --recipe" in run_file(f"{BASE}start: m\n").output
    assert run_file("recipe: kritiq-small\noutput: x\nstart: m\nprecision: bfloat16\n").exit_code == 0
    assert (plans[1].start, plans[0].start) == ("m", "")
    assert "encoder does nothing with --recipe" in run_file("recipe: kritiq-mini\noutput: x\nencoder: e\n").output


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("epochs: 3\nlearning_rat: 1\n", "run.yaml:2: there is no option 'learning_rat'"),
        ("config: other.yaml\n", "run.yaml:1: there is no option 'config'"),
        ("\n\nepochs: many\n", "run.yaml:3: epochs: 'many' is not a valid integer"),
        ("epochs: 2.5\n", "run.yaml:1: epochs: '2.5' is not a valid integer"),
        ("epochs: true\n", "run.yaml:1: epochs: 'true' is not a valid integer"),
        ("epochs:\n", "run.yaml:1: epochs should have one value"),
        ("epochs: [1, 2]\n", "run.yaml:1: epochs should have one value"),
        ("epochs: {a: 1}\n", "run.yaml:1: epochs should have one value"),
        ("freeze:\n  - a.\n  - [b.]\n", "run.yaml:3: freeze should have a value, or a list of some"),
        ("train: ~\n", "run.yaml:1: train should have a value, or a list of some"),
        ("learning-rate: .nan\n", "run.yaml:1: learning-rate: '.nan' is not a valid float"),
        ("learning-rate: nan\n", "run.yaml:1: learning-rate: 'nan' is not a number to count with"),
        ("learning-rate: 0\n", "run.yaml:1: learning-rate: 0"),
        ("method: NLI\n", "run.yaml:1: method: 'NLI' is not one of"),
        ("resume: perhaps\n", "run.yaml:1: resume: 'perhaps' is not a valid boolean"),
        ("column: text\n", "run.yaml:1: column: 'text' is not ROLE=NAME"),
        ("epochs: 1\nepochs: 2\n", "run.yaml:2: epochs is here twice"),
        ("weight_decay: 0\nweight-decay: 0\n", "run.yaml:2: weight-decay is here twice"),
        ("- epochs\n", "run.yaml:1: this should be options"),
        ("[a]: 1\n", "run.yaml:1: this is not the name of an option"),
        ("a: 1\nb: [1\nc: 2\n", "run.yaml:3: this is no YAML"),
        ("a: \x00\n", "run.yaml cannot be read"),
        ("\x1b[2J: 1\n", "run.yaml cannot be read"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_by_name_and_line(trained: list[FinetuneConfig], text: str, says: str) -> None:
    told = run_file(text, "--output", "out", "--encoder", "enc", "--train", "data.jsonl")
    assert told.exit_code == 2
    assert says in " ".join(told.output.split())
    assert not trained


@pytest.mark.parametrize("option", ["--learning-rate", "--weight-decay", "--clip", "--warmup", "--slow-factor"])
@pytest.mark.parametrize("value", ["nan", "inf", "-1"])
def test_a_number_that_nothing_is_learned_with_is_refused(option: str, value: str) -> None:
    told = run("--output", "out", "--encoder", "enc", "--train", "data.jsonl", option, value)
    assert told.exit_code == 2, told.output


def test_a_seed_is_one_that_torch_takes(trained: list[FinetuneConfig]) -> None:
    base = ("--output", "out", "--encoder", "enc", "--train", "data.jsonl", "--seed")
    assert run(*base, 2**32).exit_code == 2
    assert run(*base, 2**32 - 1).exit_code == 0
    torch.Generator().manual_seed(trained[0].training.seed)


def test_a_file_that_is_not_there_is_named() -> None:
    told = run("--config", "none.yaml")
    assert (told.exit_code, "none.yaml" in told.output) == (2, True)


@pytest.mark.parametrize(
    ("option", "value", "needed"),
    [("--slow-factor", 0.1, "--slow"), ("--layer-decay", 0.5, "--slow"), ("--lora-alpha", 8, "--lora-rank")],
)
def test_what_does_nothing_alone_is_refused(
    trained: list[FinetuneConfig], option: str, value: float, needed: str
) -> None:
    told = run("--output", "out", "--encoder", "enc", "--train", "data.jsonl", option, value)
    assert (told.exit_code, trained) == (2, [])
    assert f"{option} does nothing without {needed}." in told.output


def test_languages_are_codes_each_once(trained: list[FinetuneConfig]) -> None:
    base = ("--output", "out", "--encoder", "enc", "--train", "data.jsonl")
    assert run(*base, "--language", "DE", "--language", "de-AT", "--language", "en").exit_code == 0
    assert trained[0].languages == ("de", "en")
    for wrong in ("Deutsch", ""):
        told = run(*base, "--language", wrong)
        assert (told.exit_code, f"{wrong!r} is not a language code such as 'de'" in told.output) == (2, True)


@pytest.mark.parametrize("output", ["data.jsonl", "data.jsonl/out", "."])
@pytest.mark.parametrize("method", ["single", "tfidf"])
def test_an_output_that_cannot_be_is_refused_before_anything_is_read(
    trained: list[FinetuneConfig], output: str, method: str
) -> None:
    encoder = () if method == "tfidf" else ("--encoder", "enc")
    told = run("--output", output, *encoder, "--train", "nowhere.jsonl", "--method", method)
    assert (told.exit_code, trained) == (1, [])
    assert f"no model can be written to {output}: " in told.output or "holds no model: it is left" in told.output


@pytest.mark.parametrize(
    ("method", "templates", "says"),
    [
        ("NLI-M", {"pattern": "Wie?"}, "lacks {aspect}"),
        ("NLI-B", {"pattern": "Wie {aspect}?"}, "lacks {polarity}"),
        ("NLI-M", {"pattern": "{aspect} {polarity}"}, "the pattern has {polarity}, for which NLI-M has nothing"),
        ("NLI-B", {"pattern": "{aspect} {polarity} {what}"}, "the pattern has {what}"),
        ("NLI-M", {"pattern": "{aspect} {0} {}"}, "the pattern has {}"),
        ("NLI-M", {"pattern": "{aspect} {aspect.x}"}, "the pattern has {aspect.x}"),
        ("NLI-M", {"pattern": "{aspect} {"}, "the templates t.json: "),
        ("NLI-M", {"pattern": "{aspect} {aspect:d}"}, "the templates t.json: "),
        (
            "NLI-M",
            {"pattern": "{aspect}", "aspects": {"foood": "x"}},
            "no aspect 'foood' in the scheme; there are serv",
        ),
        ("NLI-B", {"pattern": "{aspect} {polarity}", "polarities": {"good": "x"}}, "no polarity 'good' in the scheme"),
    ],
)
def test_templates_that_do_not_fit_the_method_are_one_line(
    trained: list[FinetuneConfig], method: str, templates: dict[str, Any], says: str
) -> None:
    Path("t.json").write_text(json.dumps(templates))
    base = ("--output", "out", "--encoder", "enc", "--train", "data.jsonl", "--templates", "t.json")
    told = run(*base, "--method", method)
    assert (told.exit_code, says in told.output, told.output.count("\n"), trained) == (1, True, 1, []), told.output


def test_templates_are_of_methods_that_have_auxiliary_sentences(trained: list[FinetuneConfig]) -> None:
    Path("t.json").write_text('{"pattern": "Wie {aspect}?", "aspects": {"food": "das Essen"}}')
    base = ("--output", "out", "--encoder", "enc", "--train", "data.jsonl", "--templates", "t.json", "--method")
    assert "--templates does nothing with --method single" in run(*base, "single").output
    assert run(*base, "QA-M").exit_code == 0
    assert trained[0].method.hypotheses()[2] == "Wie das Essen?"
