"""`kritiq predict`: texts of the command line for reading, or a file of reviews into another file."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from model.cli.data import columns_of
from model.cli.errors import reported
from telemetry.printable import printable

if TYPE_CHECKING:
    from model.predictions import ReviewPrediction

DEFAULT_MODEL = "models/kritiq-mini"

#: Options for a file, and for texts; all others are for both.
OF_FILES = ("output", "form", "columns", "processes", "fresh", "quiet")
OF_TEXTS = ("as_json",)


@click.command("predict")
@click.argument("texts", nargs=-1, metavar="[TEXT]...")
@click.option("--model", default=DEFAULT_MODEL, show_default=True, help="Model directory, or hub:owner/name@commit.")
@click.option("--language", help="ISO 639-1 code; detected when not given.")
@click.option("--encoding", help="Encoding of standard input or of the file; default: found out.")
@click.option("--device", "devices", multiple=True, help="cpu, cuda, ...; default: a GPU when there is one.")
@click.option("--dtype", help="float32, bfloat16, float16 or auto.")
@click.option(
    "--backend", default="torch", show_default=True, help="torch, a format of `kritiq export`, or auto: the fastest."
)
@click.option("--all", "everything", is_flag=True, help="Also show aspects that are none.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per text instead of a table.")
@click.option(
    "--input", "source", metavar="FILE",
    help="Instead of texts: CSV, JSON lines, JSON, Excel, Parquet, text; - is standard input; s3://... with pyarrow.",
)  # fmt: skip
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="JSON lines, one per review of FILE.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl", "json", "xlsx", "parquet", "txt"]),
    help="Format of FILE (default: by its name and first bytes).",
)
@click.option(
    "--column", "columns", multiple=True, metavar="ROLE=NAME", callback=lambda _, __, pairs: columns_of(pairs),
    help="Columns of FILE: text=..., id=..., language=..., restaurant=..., date=..., author=..., metadata=...",
)  # fmt: skip
@click.option(
    "--processes", type=click.IntRange(min=1), help="Models side by side; default: one a core, or one a GPU named."
)
@click.option("--fresh", is_flag=True, help="Start over: forget an earlier run.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def predict_command(
    texts: tuple[str, ...], source: str | None, as_json: bool, everything: bool, encoding: str | None, **given: Any
) -> None:
    """Predict the aspects of review texts (- reads one from standard input), or of a file of reviews.

    A file needs no service. A run that was stopped or killed goes on with the same command: OUTPUT.state keeps how far
    it is. Its exit status is 3 when some reviews have no result, 130 when it was stopped.
    """
    _refuse_unused(click.get_current_context(), source)
    if source is not None:
        from model.cli.offline import predict_file

        sys.exit(predict_file(source, everything=everything, encoding=encoding, **given))
    from model.predictor import Predictor

    if encoding and "-" not in texts:
        raise click.UsageError("--encoding is for standard input: give - as a text.")
    with reported():
        reviews = _read_texts(texts, encoding)
        device = given["devices"][0] if given["devices"] else None
        predictor = Predictor.load(given["model"], device=device, dtype=given["dtype"], backend=given["backend"])
        for review in predictor.stream(reviews, given["language"]):
            if as_json:
                click.echo(printable(json.dumps(review.to_dict(include_none=everything), ensure_ascii=False)))
            else:
                click.echo(printable(table(review, everything)))


def _refuse_unused(ctx: click.Context, source: str | None) -> None:
    """Raises UsageError for neither or both of texts and a file, and for an option of the one with the other."""
    if (source is None) == (not ctx.params["texts"]):
        raise click.UsageError("give texts, or --input and --output", ctx)
    if source is not None and ctx.params["output"] is None:
        raise click.UsageError("--input needs --output", ctx)
    if source is None and len(ctx.params["devices"]) > 1:
        raise click.UsageError("several devices are for --input", ctx)
    for parameter in ctx.command.params:
        unused = parameter.name in (OF_FILES if source is None else OF_TEXTS)
        if unused and ctx.get_parameter_source(str(parameter.name)) is ParameterSource.COMMANDLINE:
            raise click.UsageError(
                f"{parameter.opts[0]} does nothing {'without' if source is None else 'with'} --input."
            )


def _read_texts(texts: tuple[str, ...], encoding: str | None) -> list[str]:
    """The texts, - replaced by standard input. Raises InvalidArgument for bytes that are no text in the encoding,
    DataError for a compressed text that is broken.
    """
    from model.errors import InvalidArgument

    found = []
    for text in texts:
        content = _stdin() if text == "-" else text.encode("utf-8", "surrogateescape")
        coding = (encoding or _found_out(content)) if text == "-" else "utf-8"
        try:
            found.append(content.decode("utf-8-sig" if coding.lower() in ("utf-8", "utf8") else coding))
        except (UnicodeError, LookupError) as error:
            where = "standard input" if text == "-" else "an argument"
            raise InvalidArgument(f"{where} is not text in {coding}: {error}; see --encoding") from error
    return found


def _stdin() -> bytes:
    from model.data.compressed import unpacked

    return unpacked(sys.stdin.buffer.read(), "standard input")


def _found_out(content: bytes) -> str:
    """The encoding of `content` as `kritiq submit` finds it out; UTF-8 where that cannot be, or is not installed."""
    try:
        from kritiq_client.bulk.encoding import encoding_of
        from kritiq_client.bulk.records import BadInput
    except ModuleNotFoundError:
        return "utf-8"
    try:
        return encoding_of(io.BytesIO(content)).name
    except BadInput:
        return "utf-8"


def table(review: ReviewPrediction, everything: bool = False) -> str:
    """A review for reading: each sentence, and under it a line per aspect."""
    known = "" if review.known_language else ", which this model does not know"
    whole = review.overall
    overall = f", overall {whole.polarity} {whole.confidence:.2f}" if whole else ""
    lines = [f"language {review.language}{known}{overall}"]
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
