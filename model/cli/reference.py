"""`kritiq reference`: what a model's traffic is compared with from now on."""

from __future__ import annotations

import json
from pathlib import Path

import click

from model.cli.errors import reported
from telemetry.counted import counted

PATH = click.Path(path_type=Path, exists=True)


@click.command("reference")
@click.option("--model", type=PATH, default="models/kritiq-mini", show_default=True, help="Model directory.")
@click.option("--data", required=True, multiple=True, type=PATH, help="JSON lines with a `text` each; may be repeated.")
@click.option("--device", help="cpu, cuda, ...; default: a GPU when there is one.")
def reference_command(model: Path, data: tuple[Path, ...], device: str | None) -> None:
    """Write reference.json into a model's directory: what the model answers to texts as its users send them.

    `GET /v1/models/{name}/drift` tells when what workers are asked, or answer, has become something else. Workers read
    the file when they start.
    """
    from model.artifact.manifest import REFERENCE
    from model.data.dataset import read_texts
    from model.errors import ArtifactError
    from model.evaluation.reference import reference_of
    from model.predictor import Predictor

    with reported():
        traffic = reference_of(Predictor.load(str(model), device=device), read_texts(data))
        file = model / REFERENCE
        try:
            file.write_text(json.dumps(traffic.to_dict(), indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise ArtifactError(f"{file} cannot be written: {error.strerror or error}") from error
    click.echo(f"{file}: {counted(traffic.reviews, 'text')}, {counted(len(traffic.features), 'feature')}")
