"""`kritiq reproduce`: a published experiment, trained and counted anew."""

from __future__ import annotations

from pathlib import Path

import click

from model.cli.errors import reported
from model.cli.finite import Finite
from model.inputs.auxiliary import METHODS
from telemetry.printable import printable

PATH = click.Path(path_type=Path)
#: The names in `model.reproduction.tasks`, which is not imported for `--help`.
TASKS = ("semeval2014", "sentihood")


@click.group("reproduce")
def reproduce_command() -> None:
    """Train and count a published experiment anew, beside its numbers."""


@reproduce_command.command("sun2019")
@click.option(
    "--data", required=True, type=PATH,
    help="Folder with Restaurants_Train.xml, Restaurants_Test_Gold.xml and sentihood-{train,dev,test}.json.",
)  # fmt: skip
@click.option("--encoder", required=True, help="A transformers directory with safetensors, or hub:owner/name@commit.")
@click.option("--methods", multiple=True, type=click.Choice(METHODS), help="May be repeated; default: all five.")
@click.option("--tasks", multiple=True, type=click.Choice(TASKS), help="May be repeated; default: both.")
@click.option("--seeds", type=click.IntRange(min=1), default=5, show_default=True, help="Trainings of each.")
@click.option("--epochs", type=click.IntRange(min=1), default=4, show_default=True, help="The paper's is 4.")
@click.option(
    "--learning-rate", type=Finite(min=0, min_open=True), default=2e-5, show_default=True,
    help="The paper's is 2e-5.",
)  # fmt: skip
@click.option("--output", type=PATH, default=Path("sun2019"), show_default=True, help="Predictions, metrics, table.")
@click.option("--device", help="cpu, cuda, ...; default: a GPU when there is one.")
@click.option("--keep-models", is_flag=True, help="Do not delete each model when it has been measured.")
def sun2019_command(
    data: Path,
    encoder: str,
    methods: tuple[str, ...],
    tasks: tuple[str, ...],
    seeds: int,
    epochs: int,
    learning_rate: float,
    output: Path,
    device: str | None,
    keep_models: bool,
) -> None:
    """Sun, Huang and Qiu (2019): five methods on SemEval-2014 and SentiHood, a table beside the paper's.

    What OUTPUT has already is not trained again: a run that was stopped goes on, and more seeds can be added.
    """
    from model.reproduction.comparison import table
    from model.reproduction.run import Plan, reproduce

    plan = Plan(
        encoder=encoder,
        methods=methods or METHODS,
        tasks=tasks or TASKS,
        seeds=seeds,
        epochs=epochs,
        learning_rate=learning_rate,
        device=device,
        keep_models=keep_models,
    )
    with reported():
        results = reproduce(plan, data, output, announce=lambda line: click.echo(printable(line), err=True))
    shown = table(results)
    (output / "table.md").write_text(shown, encoding="utf-8")
    click.echo(shown, nl=False)
