"""The model's commands. Everything heavy is imported when a command runs, so that `kritiq --help` is quick."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from model.cli.data import convert_command, corpus_command
from model.cli.errors import reported
from model.cli.export import convert_checkpoint_command, export_command
from model.cli.training import train_command

if TYPE_CHECKING:
    from model.predictions import ReviewPrediction

__all__ = [
    "convert_checkpoint_command",
    "convert_command",
    "corpus_command",
    "evaluate_command",
    "export_command",
    "predict_command",
    "train_command",
]

DEFAULT_MODEL = "models/kritiq-mini"

model_option = click.option(
    "--model", default=DEFAULT_MODEL, show_default=True, help="Model directory, or a name on the hub."
)


@click.command("predict")
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...")
@model_option
@click.option("--language", help="ISO 639-1 code; detected when not given.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a text instead of a table.")
@click.option("--all", "everything", is_flag=True, help="Show aspects that are none, too.")
def predict_command(texts: tuple[str, ...], model: str, language: str | None, as_json: bool, everything: bool) -> None:
    """Predict the aspects of review texts; - reads one from standard input."""
    from model.predictor import Predictor

    with reported():
        predictor = Predictor.load(model)
    reviews = [sys.stdin.read() if text == "-" else text for text in texts]
    for review in predictor.predict(reviews, [language] * len(reviews)):
        if as_json:
            click.echo(json.dumps(review.to_dict(include_none=everything), ensure_ascii=False))
        else:
            click.echo(table(review, everything))


@click.command("evaluate")
@model_option
@click.option("--data", required=True, multiple=True, type=click.Path(path_type=Path), help="JSON lines; may repeat.")
@click.option("--dtype", help="float32, bfloat16, float16 or auto.")
@click.option("--backend", default="torch", show_default=True, help="torch or onnx.")
def evaluate_command(model: str, data: tuple[Path, ...], dtype: str | None, backend: str) -> None:
    """Measure a model on labelled sentences and print one JSON object."""
    from model.predictor import Predictor
    from model.training.dataset import read
    from model.training.evaluation import evaluate

    with reported():
        predictor = Predictor.load(model, dtype=dtype, backend=backend)
        examples = read(data, predictor.info.scheme)
    click.echo(json.dumps(evaluate(predictor, examples), ensure_ascii=False))


def table(review: ReviewPrediction, everything: bool = False) -> str:
    """A review for reading: each sentence, and under it a line per aspect."""
    known = "" if review.known_language else ", which this model does not know"
    lines = [f"language {review.language}{known}"]
    for sentence in review.sentences:
        lines.append(f"\n{sentence.index + 1}. {sentence.text}{'  (cut)' if sentence.truncated else ''}")
        said = [(aspect, p) for aspect, p in sentence.aspects.items() if everything or p.polarity != "none"]
        lines.extend(f"   {aspect:<11}{p.polarity:<9}{p.confidence:6.2f}" for aspect, p in said)
        if not said:
            lines.append("   -")
    return "\n".join(lines)
