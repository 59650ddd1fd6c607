"""The model's commands. Everything heavy is imported when a command runs, so that `kritiq --help` is quick."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from model.cli.data import convert_command, corpus_command
from model.cli.errors import reported
from model.cli.evaluation import evaluate_command
from model.cli.export import convert_checkpoint_command, export_command
from model.cli.reference import reference_command
from model.cli.training import train_command
from telemetry.printable import printable

if TYPE_CHECKING:
    from model.predictions import ReviewPrediction

__all__ = [
    "convert_checkpoint_command",
    "convert_command",
    "corpus_command",
    "evaluate_command",
    "export_command",
    "predict_command",
    "reference_command",
    "train_command",
]

DEFAULT_MODEL = "models/kritiq-mini"

model_option = click.option(
    "--model", default=DEFAULT_MODEL, show_default=True, help="Model directory, or hub:owner/name@commit."
)


@click.command("predict")
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...")
@model_option
@click.option("--language", help="ISO 639-1 code; detected when not given.")
@click.option("--encoding", show_default="utf-8", help="Encoding of standard input.")
@click.option("--device", help="cpu, cuda, ...; default: a GPU when there is one.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per text instead of a table.")
@click.option("--all", "everything", is_flag=True, help="Also show aspects that are none.")
def predict_command(
    texts: tuple[str, ...],
    model: str,
    language: str | None,
    encoding: str | None,
    device: str | None,
    as_json: bool,
    everything: bool,
) -> None:
    """Predict the aspects of review texts; - reads one from standard input."""
    from model.predictor import Predictor

    if encoding and "-" not in texts:
        raise click.UsageError("--encoding is for standard input: give - as a text.")
    with reported():
        reviews = _read_texts(texts, encoding or "utf-8")
        found = Predictor.load(model, device=device).predict(reviews, language)
    for review in found:
        if as_json:
            click.echo(printable(json.dumps(review.to_dict(include_none=everything), ensure_ascii=False)))
        else:
            click.echo(printable(table(review, everything)))


def _read_texts(texts: tuple[str, ...], encoding: str) -> list[str]:
    """The texts, - replaced by standard input. Raises InvalidArgument for bytes that are no text in the encoding."""
    from model.errors import InvalidArgument

    found = []
    for text in texts:
        content = sys.stdin.buffer.read() if text == "-" else text.encode("utf-8", "surrogateescape")
        coding = encoding if text == "-" else "utf-8"
        try:
            found.append(content.decode("utf-8-sig" if coding.lower() in ("utf-8", "utf8") else coding))
        except (UnicodeDecodeError, LookupError) as error:
            where = "standard input" if text == "-" else "an argument"
            raise InvalidArgument(f"{where} is not text in {coding}: {error}; see --encoding") from error
    return found


def table(review: ReviewPrediction, everything: bool = False) -> str:
    """A review for reading: each sentence, and under it a line per aspect."""
    known = "" if review.known_language else ", which this model does not know"
    lines = [f"language {review.language}{known}"]
    for sentence in review.sentences:
        lines.append(f"\n{sentence.index + 1}. {sentence.text}{'  (cut)' if sentence.truncated else ''}")
        shown = [(aspect, p) for aspect, p in sentence.aspects.items() if everything or p.polarity != "none"]
        # Over all that the model can say, so that the columns of every sentence are the same.
        wide = max(map(len, sentence.aspects), default=0)
        wider = max((len(polarity) for p in sentence.aspects.values() for polarity in p.scores), default=0)
        lines.extend(f"   {aspect:<{wide}} {p.polarity:<{wider}} {p.confidence:6.2f}" for aspect, p in shown)
        if not shown:
            lines.append("   -")
    return "\n".join(lines)
