"""`kritiq convert` and `kritiq corpus`: labelled data in and under the magnifying glass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from model.cli.errors import reported
from model.cli.finite import Finite
from telemetry.printable import printable

if TYPE_CHECKING:
    from model.data.dataset import Example
    from model.scheme import Scheme

PATH = click.Path(path_type=Path)
SHARE = Finite(0, 1)

#: The names in `model.data.formats`, which is not imported for `--help`.
FORMATS = (
    "jsonl", "csv", "semeval2014", "semeval2016", "mams-atsa", "m-absa", "asqp", "acos", "gerestaurant",
    "gerestaurant-tsv", "germeval2017", "germeval2017-tsv", "sentihood", "label-studio", "label-studio-min",
    "prodigy",
)  # fmt: skip

format_option = click.option(
    "--format", "form", type=click.Choice(FORMATS), help="Format of the data; detected when not given."
)
encoding_option = click.option("--encoding", help="Encoding of text files that are not UTF-8, such as cp1252.")
scheme_option = click.option("--scheme", type=PATH, help="JSON with aspects and polarities; default: restaurants.")
column_option = click.option(
    "--column", "columns", multiple=True, metavar="ROLE=NAME", callback=lambda _, __, pairs: columns_of(pairs),
    help="For tables: text=..., category=..., polarity=... or an aspect=...; may be repeated.",
)  # fmt: skip


def columns_of(pairs: tuple[str, ...]) -> dict[str, str]:
    """Role or aspect -> column, from ROLE=NAME. Raises BadParameter."""
    if wrong := [pair for pair in pairs if not all(pair.partition("="))]:
        raise click.BadParameter(f"{wrong[0]!r} is not ROLE=NAME")
    return {role: name for role, _, name in (pair.partition("=") for pair in pairs)}


def announce(line: str) -> None:
    """A line of a reader's report, beside the output."""
    click.echo(printable(line), err=True)


@click.command("convert")
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("target", type=PATH)
@format_option
@encoding_option
@scheme_option
@column_option
@click.option(
    "--categories", type=PATH, help="JSON, category -> aspects; takes precedence over the mapping of a known data set."
)
@click.option("--strict", is_flag=True, help="Write nothing when a line cannot be read.")
def convert_command(
    source: Path,
    target: Path,
    form: str | None,
    encoding: str | None,
    scheme: Path | None,
    columns: dict[str, str],
    categories: Path | None,
    strict: bool,
) -> None:
    """Convert a data set to this project's JSON lines; lines that cannot be read are reported and left out."""
    from model.data.dataset import write
    from model.data.reading import read_file
    from model.errors import DataError
    from model.scheme import DEFAULT_SCHEME, read_scheme
    from telemetry.counted import counted

    with reported():
        chosen = read_scheme(scheme) if scheme else DEFAULT_SCHEME
        reading = read_file(source, chosen, form=form, encoding=encoding, categories=categories, columns=columns)
        for line in reading.report():
            announce(line)
        if strict and reading.problems:
            unread = counted(len(reading.problems), "line")
            raise DataError(f"{unread} of {source} cannot be read: nothing was written")
        if target.exists() and target.samefile(source):
            raise DataError(f"{target} is the file that is read: it is not written over")
        labels = counted(sum(len(example.aspects) for example in reading.examples), "label")
        sentences = counted(write(target, reading.examples), "sentence")
        click.echo(f"{sentences} with {labels} in {target} ({reading.form})")


@click.group("corpus")
def corpus_command() -> None:
    """Look at labelled data: check it, find near-duplicates, count shares, see which words of judgement are missing."""


@corpus_command.command("check")
@click.argument("paths", nargs=-1, required=True, type=PATH)
@click.option(
    "--limit", type=SHARE, default=0.05, show_default=True, help="Largest share of near-duplicates and of templates."
)
@scheme_option
def check_command(paths: tuple[Path, ...], limit: float, scheme: Path | None) -> None:
    """Read everything; fail on bad lines, contradictions, or too many near-duplicates or template families."""
    from model.training import corpus

    examples = _examples(paths, scheme)[0]
    contradicting = corpus.contradictions(examples)
    near = sum(1 for _ in corpus.near_duplicates(examples)) / len(examples)
    templates = sum(map(len, corpus.template_families(examples))) / len(examples)
    click.echo(
        json.dumps(
            {
                "sentences": len(examples),
                "contradictions": len(contradicting),
                "near_duplicates": round(near, 4),
                "template_families": round(templates, 4),
            }
        )
    )
    for one, other in contradicting:
        click.echo(f"{one.batch} and {other.batch} contradict each other: {one.text!r}", err=True)
    if contradicting or max(near, templates) >= limit:
        raise click.ClickException(f"the corpus needs work: contradictions, or more than {limit:.0%} alike")


@corpus_command.command("near-duplicates")
@click.argument("paths", nargs=-1, required=True, type=PATH)
@click.option("--threshold", type=SHARE, default=0.5, show_default=True, help="Share of common letter 5-grams.")
@scheme_option
def near_duplicates_command(paths: tuple[Path, ...], threshold: float, scheme: Path | None) -> None:
    """Print pairs of sentences that are nearly the same, and template families."""
    from model.training import corpus

    examples = _examples(paths, scheme)[0]
    for one, other, alike in corpus.near_duplicates(examples, threshold):
        click.echo(printable(f"{alike:.2f}  {one.batch}: {one.text}\n      {other.batch}: {other.text}"))
    for family in corpus.template_families(examples):
        click.echo(printable("family\n" + "\n".join(f"      {example.batch}: {example.text}" for example in family)))


@corpus_command.command("shares")
@click.argument("paths", nargs=-1, required=True, type=PATH)
@scheme_option
def shares_command(paths: tuple[Path, ...], scheme: Path | None) -> None:
    """Print the counts and shares of aspects and polarities as JSON."""
    from model.training import corpus

    click.echo(json.dumps(corpus.shares(*_examples(paths, scheme)), indent=2))


@corpus_command.command("words")
@click.argument("paths", nargs=-1, required=True, type=PATH)
@click.option("--language", type=click.Choice(("de", "en")), required=True, help="Whose word list to hold against it.")
@click.option("--list", "listed", type=PATH, help="Another word list: XML of word elements, or word, tab, number.")
@click.option(
    "--least", type=click.IntRange(min=0), default=3, show_default=True, help="Sentences that ought to say a word."
)
@scheme_option
def words_command(paths: tuple[Path, ...], language: str, listed: Path | None, least: int, scheme: Path | None) -> None:
    """Print words of judgement that too few sentences say: polarity, sentences, word; blame first."""
    from model.training import word_lists

    examples = _examples(paths, scheme)[0]
    with reported():
        words = word_lists.read_words(listed or word_lists.installed(language))
    for word, count in word_lists.seldom(words, (example.text for example in examples), least):
        click.echo(printable(f"{word.polarity:+.1f}  {count}  {word.form}"))


def _examples(paths: tuple[Path, ...], scheme: Path | None) -> tuple[list[Example], Scheme]:
    from model.data.labelled import read
    from model.scheme import DEFAULT_SCHEME, read_scheme

    with reported():
        chosen = read_scheme(scheme) if scheme else DEFAULT_SCHEME
        return read(paths, chosen, announce=announce), chosen
