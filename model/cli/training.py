"""`kritiq train`: by recipe, or any encoder with any method."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from model.cli.config_file import config_option
from model.cli.data import announce, column_option, encoding_option, format_option, scheme_option
from model.cli.errors import reported
from model.cli.training_options import SETTINGS, is_given, training_options, with_given
from model.inputs.auxiliary import METHODS
from model.training.config import TrainingConfig

if TYPE_CHECKING:
    from model.data.dataset import Example
    from model.scheme import Scheme

PATH = click.Path(path_type=Path)
AT_LEAST_ONE = click.IntRange(min=1)
#: What trains no network, and needs no encoder: see `model.training.linear`.
TFIDF = "tfidf"
#: What a linear model is made of, besides the method itself.
_OF_LINEAR = {
    "config", "output", "method", "train_paths", "dev_paths", "scheme", "form", "encoding", "columns", "languages",
    "max_tokens",
}  # fmt: skip


@click.command("train")
@config_option
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
@click.option(
    "--teacher", help="A model to learn from as well: what it says of --unlabelled, or by --recipe kritiq-mini."
)
@click.option("--start", help="With --recipe: an earlier one of its models; the second part goes on from it.")
@click.option(
    "--unlabelled", type=PATH, multiple=True, help='JSON lines, {"text": ...}, for the teacher; may be repeated.'
)
@click.option(
    "--method", type=click.Choice((*METHODS, TFIDF)), default="NLI-M", show_default=True,
    help="What the network reads of each sentence; tfidf: no network, but a linear model.",
)  # fmt: skip
@click.option("--templates", type=PATH, help="JSON with pattern, aspects and polarities; default: the German ones.")
@scheme_option
@format_option
@encoding_option
@column_option
@click.option(
    "--language", "languages", multiple=True, default=("de",), show_default=True,
    callback=lambda _, __, languages: _codes(languages), help="What the texts are in, ISO 639-1; may be repeated.",
)  # fmt: skip
@click.option(
    "--max-tokens", type=AT_LEAST_ONE, help="Longest row in tokens; default: 160, or the encoder's positions."
)
@training_options
@click.option("--device", help="cpu, cuda, ...; default: a GPU when there is one.")
@click.option("--resume", is_flag=True, help="Save each epoch beside OUTPUT, and go on from the last one saved.")
@click.option("--tensorboard", "curves", type=PATH, help="Folder for each epoch's figures, which TensorBoard shows.")
def train_command(output: Path, recipe: str | None, resume: bool, curves: Path | None, **given: Any) -> None:
    """Train a model and write its directory."""
    from model.artifact.saving import check_place
    from model.training.curves import check_installed

    ctx = click.get_current_context()
    _refuse_unused(ctx, recipe)
    state = output.with_name(f".{output.name}.state") if resume else None
    with reported():
        # Before all data are read, and long before there is a model to lose.
        check_place(output)
        if curves is not None:
            check_installed()
        if given["method"] == TFIDF and not recipe:
            _linear(output, given)
        elif recipe:
            _by_recipe(ctx, recipe, output, state=state, curves=curves, announce=click.echo)
        else:
            _finetune(ctx, output, given, state=state, curves=curves, announce=click.echo)
    if state is not None:
        state.unlink(missing_ok=True)


def _codes(languages: tuple[str, ...]) -> tuple[str, ...]:
    """ISO 639-1 codes, each once: by others the model would know no review's language. Raises BadParameter."""
    from model.arguments import language_of
    from model.errors import InvalidArgument

    try:
        return tuple(dict.fromkeys(str(language_of(language)) for language in languages))
    except InvalidArgument as error:
        raise click.BadParameter(f"{error}.") from error


def _refuse_unused(ctx: click.Context, recipe: str | None) -> None:
    """Raises UsageError for an option that would be passed over: a recipe has its own data, method and encoder."""
    of_recipes = {*SETTINGS, "config", "output", "recipe", "resume", "corpus", "curves"}
    of_recipes |= {"start"}
    if is_given(ctx, "start"):
        # They change the first part, and there is none.
        of_recipes -= {*SETTINGS} - {"precision"}
    if recipe == "kritiq-mini":
        of_recipes |= {"teacher"}
    elif not recipe and is_given(ctx, "teacher") != is_given(ctx, "unlabelled"):
        raise click.UsageError("Give --teacher and --unlabelled together.", ctx)
    linear = not recipe and ctx.params["method"] == TFIDF
    for parameter in ctx.command.params:
        if linear:
            unused = parameter.name not in _OF_LINEAR
        else:
            unused = parameter.name not in of_recipes if recipe else parameter.name in {"corpus", "start"}
        if unused and is_given(ctx, str(parameter.name)):
            how = "--start" if parameter.name in SETTINGS and recipe else "--recipe"
            beside = f"with --method {TFIDF}" if linear else f"{'with' if recipe else 'without'} {how}"
            raise click.UsageError(f"{parameter.opts[0]} does nothing {beside}.", ctx)
    if ctx.params["templates"] and ctx.params["method"] == "single":
        raise click.UsageError("--templates does nothing with --method single, which has no auxiliary sentences.", ctx)


def _by_recipe(ctx: click.Context, name: str, output: Path, **how: Any) -> None:
    from model.mini.recipe import Recipe
    from model.mini.recipe_run import run_mini
    from model.small.recipe import SmallRecipe
    from model.small.recipe_run import run_small

    def changed(plan: Any) -> Any:
        corpus = tuple(map(str, ctx.params["corpus"])) or plan.corpus
        training = with_given(plan.training, ctx)
        # Of what a recipe lays down for its second part, only what it is computed in is the machine's business.
        finishing = replace(plan.finishing, precision=training.precision)
        start = ctx.params["start"] or ""
        return replace(plan, training=training, finishing=finishing, corpus=corpus, start=start)

    if name == "kritiq-mini":
        plan = changed(Recipe())
        run_mini(replace(plan, teacher=ctx.params["teacher"] or plan.teacher), output, **how)
    else:
        run_small(changed(SmallRecipe()), output, **how)


def _linear(output: Path, given: dict[str, Any]) -> None:
    from model.training.linear import MAX_TOKENS, LinearConfig, train_linear

    if not given["train_paths"]:
        raise click.UsageError(f"give --train, which --method {TFIDF} learns from")
    scheme = _scheme(given)
    examples, dev = _data(given, scheme)
    config = LinearConfig(
        name=output.name,
        scheme=scheme,
        languages=given["languages"],
        max_tokens=given["max_tokens"] or MAX_TOKENS,
    )
    report = train_linear(config, output, examples=examples, dev=dev, announce=click.echo)
    click.echo(json.dumps(report, ensure_ascii=False))


def _scheme(given: dict[str, Any]) -> Scheme:
    from model.scheme import DEFAULT_SCHEME, read_scheme

    return read_scheme(given["scheme"]) if given["scheme"] else DEFAULT_SCHEME


def _data(given: dict[str, Any], scheme: Scheme) -> tuple[list[Example], list[Example]]:
    """What to learn from, and what to measure on, which is held out where nobody gives it."""
    from model.data import labelled, split

    reader = {"form": given["form"], "encoding": given["encoding"], "columns": given["columns"], "announce": announce}
    examples = labelled.read(given["train_paths"], scheme, **reader)
    if given["dev_paths"]:
        return examples, labelled.read(given["dev_paths"], scheme, **reader)
    if len({example.batch for example in examples}) > 1:
        return split.hold_out(examples, 10)
    examples, dev = split.every_nth(examples, 10)
    click.echo(f"{len(dev)} of its sentences are held out: scores on other texts are lower, see --dev", err=True)
    return examples, dev


def _finetune(ctx: click.Context, output: Path, given: dict[str, Any], **how: Any) -> None:
    from model.data.dataset import read_texts
    from model.inputs.auxiliary import Method, german_templates, read_method
    from model.predictor import Predictor
    from model.training.distillation import teach
    from model.training.finetune import FinetuneConfig, finetune

    if not given["encoder"] or not given["train_paths"]:
        raise click.UsageError("give --recipe, or --encoder and --train")
    scheme = _scheme(given)
    if given["templates"]:
        method = read_method(given["method"], scheme, given["templates"])
    else:
        method = Method(name=given["method"], scheme=scheme, templates=german_templates(given["method"]))
    examples, dev = _data(given, scheme)
    config = FinetuneConfig(
        encoder=given["encoder"],
        name=output.name,
        method=method,
        languages=given["languages"],
        max_tokens=given["max_tokens"],
        training=with_given(TrainingConfig(), ctx),
    )
    taught = None
    if given["teacher"]:
        teacher = Predictor.load(given["teacher"], device=given["device"], dtype="auto")
        taught = teach(teacher, read_texts(given["unlabelled"]), config.method)
    report = finetune(config, output, examples=examples, dev=dev, taught=taught, device=given["device"], **how)
    click.echo(json.dumps(report, ensure_ascii=False))
