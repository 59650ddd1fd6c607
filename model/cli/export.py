"""`kritiq export` and `kritiq convert-checkpoint`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from model.cli.errors import reported

PATH = click.Path(path_type=Path)


@click.command("export")
@click.option("--model", required=True, type=PATH, help="Model directory; the export goes into it.")
@click.option("--format", "form", type=click.Choice(["onnx", "torchscript"]), default="onnx", show_default=True)
def export_command(model: Path, form: str) -> None:
    """Export a model and check that it answers as the original does. ONNX comes in float32 and int8."""
    from model.artifact.export import export

    with reported():
        click.echo(json.dumps(export(model, form)))


@click.command("convert-checkpoint")
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("output", type=PATH)
@click.option("--vocabulary", required=True, type=PATH, help="The vocab.txt that the model was trained with.")
def convert_checkpoint_command(source: Path, output: Path, vocabulary: Path) -> None:
    """Turn a legacy whole-model pickle (.pt) into a directory with safetensors. No code in it is run."""
    from model.artifact.legacy_checkpoint import convert

    with reported():
        click.echo(f"{source}: {convert(source, vocabulary, output)}")
    click.echo(f"{output} is ready: kritiq predict --model {output} 'Das Essen war gut.'")
