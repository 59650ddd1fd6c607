"""`kritiq convert` and `kritiq corpus`: labelled data in and under the magnifying glass."""

from __future__ import annotations

import json
from pathlib import Path

import click

from model.cli.errors import reported

PATH = click.Path(path_type=Path)
FORMATS = ("semeval2014", "semeval2016", "m-absa", "gerestaurant")


@click.command("convert")
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("target", type=PATH)
@click.option("--format", "form", required=True, type=click.Choice(FORMATS), help="What SOURCE is.")
def convert_command(source: Path, target: Path, form: str) -> None:
    """DeviceTurn a published data set into the JSON lines of this project."""
    from model.training.conversion import convert
    from model.training.dataset import write

    with reported():
        click.echo(f"{write(target, convert(source, form))} sentences in {target}")


@click.group("corpus")
def corpus_command() -> None:
    """Look at labelled data: check it, find near-duplicates, count shares."""


@corpus_command.command("check")
@click.argument("paths", nargs=-1, required=True, type=PATH)
@click.option("--limit", default=0.05, show_default=True, help="Largest share of near-duplicates and of templates.")
def check_command(paths: tuple[Path, ...], limit: float) -> None:
    """Read everything; fail on bad lines, contradictions, or too many near-duplicates or template families."""
    from model.scheme import DEFAULT_SCHEME
    from model.training import corpus
    from model.training.dataset import read

    with reported():
        examples = read(paths, DEFAULT_SCHEME)
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
@click.option("--threshold", default=0.5, show_default=True, help="Share of common letter 5-grams.")
def near_duplicates_command(paths: tuple[Path, ...], threshold: float) -> None:
    """Print pairs of sentences that are nearly the same, and template families."""
    from model.scheme import DEFAULT_SCHEME
    from model.training import corpus
    from model.training.dataset import read

    with reported():
        examples = read(paths, DEFAULT_SCHEME)
    for one, other, alike in corpus.near_duplicates(examples, threshold):
        click.echo(f"{alike:.2f}  {one.batch}: {one.text}\n      {other.batch}: {other.text}")
    for family in corpus.template_families(examples):
        click.echo("family\n" + "\n".join(f"      {example.batch}: {example.text}" for example in family))


@corpus_command.command("shares")
@click.argument("paths", nargs=-1, required=True, type=PATH)
def shares_command(paths: tuple[Path, ...]) -> None:
    """Print the counts and shares of aspects and polarities as JSON."""
    from model.scheme import DEFAULT_SCHEME
    from model.training import corpus
    from model.training.dataset import read

    with reported():
        click.echo(json.dumps(corpus.shares(read(paths, DEFAULT_SCHEME), DEFAULT_SCHEME), indent=2))
