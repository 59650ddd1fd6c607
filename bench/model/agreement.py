"""`kritiq bench agreement`: how many labels a trained model keeps in bfloat16 and with int8 weights."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from model.artifact.agreement import Labels, agreement


@click.command("agreement")
@click.option("--model", default="models/kritiq-mini", show_default=True, type=click.Path(path_type=Path, exists=True))
@click.option("--corpus", default="corpus/de", show_default=True, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--sentences",
    "count",
    type=click.IntRange(1),
    default=2000,
    show_default=True,
    help="Spread evenly over the corpus.",
)
def agreement_command(model: Path, corpus: Path, count: int) -> None:
    """Share of labels equal to float32's, over all labels and over those that either side speaks of, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(model, Path(folder) / "model"))
        click.echo(json.dumps(measure(copy, corpus, count), indent=2))


def measure(directory: Path, corpus: Path, count: int) -> dict[str, Any]:
    """Export into `directory`, judge the same sentences with each number format, compare."""
    from bench.model import bert
    from model.artifact.export import export
    from model.predictor import Predictor

    # Kept whatever it costs: that is what is measured.
    export(directory, "onnx", most_lost=1.0)
    texts = [example.text for example in bert.sentences(corpus, count)]
    predictors = {
        "fp32": Predictor.load(str(directory), device="cpu", dtype="float32"),
        "bf16": Predictor.load(str(directory), device="cpu", dtype="bfloat16"),
        "int8": Predictor.load(str(directory), backend="onnx"),
    }
    judged = {
        name: [judgement.labels for judgement in predictor.judge(predictor.encode(texts))]
        for name, predictor in predictors.items()
    }
    ratios = agreements(judged, predictors["fp32"].info.scheme.none)
    return {"model": predictors["fp32"].info.name, "sentences": len(texts), "ratios": ratios}


def agreements(judged: Mapping[str, Labels], none: int) -> dict[str, float | None]:
    """Agreement of `bf16` and `int8` with `fp32`: over all labels, and over those that one of the two speaks of."""
    wanted = judged["fp32"]
    return {f"agreement_{name}": agreement(judged[name], wanted) for name in ("bf16", "int8")} | {
        f"spoken_agreement_{name}": agreement(judged[name], wanted, none) for name in ("bf16", "int8")
    }
