"""`kritiq reference`: what a model's traffic is compared with from now on."""

from __future__ import annotations

import json
from pathlib import Path

import click

from model.cli.errors import reported

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
    from model.evaluation.reference import reference_of
    from model.predictor import Predictor

    with reported():
        files = [file for path in data for file in (sorted(path.rglob("*.jsonl")) if path.is_dir() else [path])]
        texts = [
            json.loads(line)["text"] for file in files for line in file.read_text(encoding="utf-8").splitlines() if line
        ]
        traffic = reference_of(Predictor.load(str(model), device=device), texts)
        (model / REFERENCE).write_text(json.dumps(traffic.to_dict(), indent=1) + "\n", encoding="utf-8")
    click.echo(f"{model / REFERENCE}: {traffic.reviews} texts, {len(traffic.features)} features")
