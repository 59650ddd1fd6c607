"""`kritiq export` and `kritiq convert-checkpoint`."""

from __future__ import annotations

import json
from pathlib import Path

import click
from click.core import ParameterSource

from model.artifact.variants import FILES
from model.cli.data import announce
from model.cli.errors import reported
from model.cli.finite import Finite
from telemetry.counted import counted

PATH = click.Path(path_type=Path)


@click.command("export")
@click.option("--model", required=True, type=PATH, help="Model directory; the export goes into it.")
@click.option(
    "--format", "form", type=click.Choice(list(FILES)), default="onnx", show_default=True,
    help="What runs it then: ONNX Runtime, or torch by a program (torch.jit, torch.export, compiled by AOTInductor).",
)  # fmt: skip
@click.option(
    "--data", multiple=True, type=PATH, help="Sentences to compare on, see `kritiq convert`; default: a few dozen."
)
@click.option(
    "--most-lost", type=Finite(0, 1), default=0.01, show_default=True,
    help="Share of labels that int8 may change; one that changes more is not kept.",
)  # fmt: skip
def export_command(model: Path, form: str, data: tuple[Path, ...], most_lost: float) -> None:
    """Export a model and check that it answers as the original does. ONNX comes in float32 and int8.

    What is exported is listed in the model's manifest and card, with the sentences a second before and after: the
    directory is another version then. What runs it is KRITIQ_BACKEND: the format, or auto for the fastest. What
    AOTInductor compiles, for which it needs a C++ compiler, runs on this kind of machine alone.
    """
    given = click.get_current_context().get_parameter_source("most_lost")
    if form != "onnx" and given is not ParameterSource.DEFAULT:
        raise click.UsageError("--most-lost is for int8, which only --format onnx has.")
    from model.artifact.export import export
    from model.artifact.manifest import read_manifest
    from model.data.labelled import read

    with reported():
        scheme = read_manifest(model)[0].method.scheme
        sentences = [example.text for example in read(data, scheme, announce=announce)] if data else None
        checks = export(model, form, sentences=sentences, most_lost=most_lost)
    click.echo(json.dumps(checks))
    small = checks.get("model.int8.onnx")
    if small is not None and not small["kept"]:
        lost = f"{1 - small['agreement']:.1%}"
        click.echo(f"int8 loses {lost} of the labels: it was not kept, and model.onnx is served.", err=True)


@click.command("convert-checkpoint")
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.argument("output", type=PATH)
@click.option(
    "--vocabulary", type=PATH, help="Its vocab.txt or tokenizer.json, or a folder with one; default: beside SOURCE."
)
def convert_checkpoint_command(source: Path, output: Path, vocabulary: Path | None) -> None:
    """Turn an old checkpoint into a directory with safetensors: a whole model (torch.save(model)), a transformers
    directory with pickled or divided weights, or a file of weights beside its config.json. No code in it is run.
    """
    from model.artifact.legacy_checkpoint import CLASSES, convert

    with reported():
        found = convert(source, vocabulary, output)
    click.echo(f"{source}: {found.summary}")
    if found.is_served:
        click.echo(f"{output} is ready: kritiq predict --model {output} 'Das Essen war gut.'")
    else:
        click.echo(
            f"{output} tells {counted(found.classes, 'class', 'classes')} apart, not {CLASSES} as the old service's "
            f"models: it is no model to predict with, but one to train further: kritiq train --encoder {output}"
        )
