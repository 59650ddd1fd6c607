"""`kritiq train`: by recipe, or any encoder with any method."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from model.cli.data import announce, column_option, encoding_option, format_option, scheme_option
from model.cli.errors import reported

if TYPE_CHECKING:
    from model.training.loop import TrainingConfig

PATH = click.Path(path_type=Path)
AT_LEAST_ONE = click.IntRange(min=1)
METHODS = ("single", "NLI-M", "QA-M", "NLI-B", "QA-B")


@click.command("train")
@click.option("--output", required=True, type=PATH, help="Where to write the model directory.")
@click.option("--recipe", type=click.Choice(["kritiq-mini", "kritiq-small"]), help="Rebuild a model of this project.")
@click.option("--corpus", type=PATH, multiple=True, help="With --recipe: other labelled data than the repository's.")
@click.option("--encoder", help="Without --recipe: a transformers directory of safetensors, or hub:owner/name@commit.")
@click.option(
    "--train", "train_paths", type=PATH, multiple=True, help="Labelled data, see `kritiq convert`; may be repeated."
)
@click.option(
    "--dev",
    "dev_paths",
    type=PATH,
    multiple=True,
    help="Labelled data for early stopping and calibration; default: part of --train, held out.",
)
@click.option("--method", type=click.Choice(METHODS), default="NLI-M", show_default=True)
@click.option("--templates", type=PATH, help="JSON with pattern, aspects and polarities; default: the German ones.")
@scheme_option
@format_option
@encoding_option
@column_option
@click.option("--language", "languages", multiple=True, default=("de",), show_default=True)
@click.option(
    "--max-tokens", type=AT_LEAST_ONE, help="Longest row in tokens; default: 160, or the encoder's positions."
)
@click.option("--epochs", type=AT_LEAST_ONE, help="Epochs at most.")
@click.option("--learning-rate", type=click.FloatRange(min=0, min_open=True))
@click.option("--batch-tokens", type=AT_LEAST_ONE, help="Padded tokens of one forward pass.")
@click.option("--batch-sentences", type=AT_LEAST_ONE, help="Sentences of a step, each of which counts alike.")
@click.option("--class-weight", type=click.FloatRange(0, 1), help="0 weighs all rows alike, 1 all polarities alike.")
@click.option(
    "--patience", type=click.IntRange(min=0), help="Epochs without a better dev score before it stops; 0: never."
)
@click.option("--seed", type=int, help="Random seed.")
@click.option("--device", help="cpu, cuda, ...; default: a GPU when there is one.")
@click.option("--resume", is_flag=True, help="Save each epoch beside OUTPUT, and go on from the last one saved.")
def train_command(output: Path, recipe: str | None, resume: bool, **given: Any) -> None:
    """Train a model and write its directory."""
    _refuse_unused(click.get_current_context(), recipe)
    state = output.with_name(f".{output.name}.state") if resume else None
    with reported():
        if recipe:
            _by_recipe(recipe, output, state, given)
        else:
            _finetune(output, state, given)
    if state is not None:
        state.unlink(missing_ok=True)


def _refuse_unused(ctx: click.Context, recipe: str | None) -> None:
    """Raises UsageError for an option that would be passed over: a recipe has its own data, method and encoder."""
    from dataclasses import fields

    from model.training.loop import TrainingConfig

    of_recipes = {each.name for each in fields(TrainingConfig)} | {"output", "recipe", "resume", "corpus"}
    for parameter in ctx.command.params:
        unused = parameter.name not in of_recipes if recipe else parameter.name == "corpus"
        if unused and ctx.get_parameter_source(str(parameter.name)) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{parameter.opts[0]} does nothing {'with' if recipe else 'without'} --recipe.", ctx)


def _by_recipe(name: str, output: Path, state: Path | None, given: dict[str, Any]) -> None:
    from model.mini.recipe import Recipe
    from model.mini.recipe_run import run_mini
    from model.small.recipe import SmallRecipe
    from model.small.recipe_run import run_small

    def with_given(plan: Any) -> Any:
        corpus = tuple(map(str, given["corpus"])) or plan.corpus
        return replace(plan, training=_training(plan.training, given), corpus=corpus)

    if name == "kritiq-mini":
        run_mini(with_given(Recipe()), output, state=state, announce=click.echo)
    else:
        run_small(with_given(SmallRecipe()), output, state=state, announce=click.echo)


def _finetune(output: Path, state: Path | None, given: dict[str, Any]) -> None:
    from model.data import labelled, split
    from model.inputs.auxiliary import Method, german_templates, read_templates
    from model.scheme import DEFAULT_SCHEME, read_scheme
    from model.training.finetune import FinetuneConfig, finetune
    from model.training.loop import TrainingConfig

    if not given["encoder"] or not given["train_paths"]:
        raise click.UsageError("give --recipe, or --encoder and --train")
    scheme, templates = DEFAULT_SCHEME, german_templates(given["method"])
    if given["scheme"]:
        scheme = read_scheme(given["scheme"])
    if given["templates"]:
        templates = read_templates(given["templates"])
    reader = {"form": given["form"], "encoding": given["encoding"], "columns": given["columns"], "announce": announce}
    examples = labelled.read(given["train_paths"], scheme, **reader)
    if given["dev_paths"]:
        dev = labelled.read(given["dev_paths"], scheme, **reader)
    elif len({example.batch for example in examples}) > 1:
        examples, dev = split.hold_out(examples, 10)
    else:
        examples, dev = split.every_nth(examples, 10)
        click.echo(f"{len(dev)} of its sentences are held out: scores on other texts are lower, see --dev", err=True)
    config = FinetuneConfig(
        encoder=given["encoder"],
        name=output.name,
        method=Method(name=given["method"], scheme=scheme, templates=templates),
        languages=given["languages"],
        max_tokens=given["max_tokens"],
        training=_training(TrainingConfig(), given),
    )
    report = finetune(
        config, output, examples=examples, dev=dev, device=given["device"], state=state, announce=click.echo
    )
    click.echo(json.dumps(report, ensure_ascii=False))


def _training(config: TrainingConfig, given: dict[str, Any]) -> TrainingConfig:
    """The configuration with what was given on the command line in place of its own."""
    from dataclasses import fields

    changes = {each.name: given[each.name] for each in fields(config) if given.get(each.name) is not None}
    return replace(config, **changes)
