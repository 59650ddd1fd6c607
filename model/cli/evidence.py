"""`kritiq evidence`: whether the words that a model names are those that it goes by."""

from __future__ import annotations

import json
from pathlib import Path

import click

from model.cli.errors import reported

PATH = click.Path(path_type=Path)


@click.command("evidence")
@click.option(
    "--model", default="models/kritiq-mini", show_default=True, help="Model directory, or hub:owner/name@commit."
)
@click.option(
    "--data", type=PATH, default="corpus/evidence.json", show_default=True, help="Sentences whose evidence is marked."
)
@click.option("--device", help="cpu, cuda, ...; default: a GPU when there is one.")
def evidence_command(model: str, data: Path, device: str | None) -> None:
    """Check which opinions fall without their evidence, and which stay with nothing else; print one JSON object.

    `falls`: without its evidence an opinion is gone; `stays`: with nothing else it is the same. Of the opinions that
    are right: whether a reader marked the same words (`touches`, and by letters `precision` and `recall`).
    """
    from model.errors import InvalidArgument
    from model.evaluation.faithfulness import faithfulness, read_marked
    from model.predictor import Predictor

    with reported():
        marked = read_marked(data)
        predictor = Predictor.load(model, device=device)
        if predictor.method.name != "single":
            raise InvalidArgument(f"{model} is of the method {predictor.method.name}: only single gives evidence")
        found = faithfulness(predictor, marked)
    click.echo(json.dumps(found))
