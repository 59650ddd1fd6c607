"""`kritiq models`: model directories, side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from model.cli.compose import compose_command
from model.cli.errors import reported
from model.cli.measured import rounding_command, sureness_command
from model.cli.versions import list_versions, pull_command, push_command, versions_command
from telemetry.counted import counted
from telemetry.printable import printable

if TYPE_CHECKING:
    from model.artifact.facts import ModelFacts

PATH = click.Path(path_type=Path)
#: A model's directory; what is not there is said as everywhere.
MODEL = click.argument("model", type=PATH)
#: The same, or a version's address, which is downloaded if it is not here.
ANY_MODEL = click.argument("model")
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object.")

#: Differing sentences that are shown, unless more are asked for.
SHOWN = 20
#: A difference that chance makes less often than this is one.
CHANCE = 0.05


@click.group("models")
def models_command() -> None:
    """Look at model directories, and hold one against another. Digests of all files are checked."""


for command in (compose_command, push_command, pull_command, versions_command, sureness_command, rounding_command):
    models_command.add_command(command)


@models_command.command("list")
@click.argument("folder", default="models")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def list_command(folder: str, as_json: bool) -> None:
    """List the models in a folder; one that cannot be used is named with the reason, and ends this with status 1.

    Of a bucket (s3://…) or a repository on a hub (hub:…) as `kritiq models versions` does.
    """
    from model.artifact.facts import facts_of, models_in
    from model.artifact.hub_address import HUB
    from model.errors import ModelError

    if "://" in folder or folder.startswith(HUB):
        list_versions(folder, as_json)
        return
    wrong = 0
    found = models_in(Path(folder))
    if not found:
        raise click.ClickException(printable(f"there is no model in {folder}"))
    for directory in found:
        try:
            facts = facts_of(directory)
        except ModelError as error:
            wrong += 1
            click.echo(printable(f"{directory}: {error}"), err=True)
        else:
            click.echo(printable(json.dumps(facts.to_dict(), ensure_ascii=False) if as_json else _line(facts)))
    if wrong:
        raise click.exceptions.Exit(1)


@models_command.command("show")
@ANY_MODEL
@json_option
def show_command(model: str, as_json: bool) -> None:
    """Show what a model is: digest, method, languages, aspects, scores, size, and the ways in which it can be run."""
    from model.artifact.facts import facts_of

    with reported():
        told = facts_of(_directory(model)).to_dict()
    if as_json:
        click.echo(printable(json.dumps(told, ensure_ascii=False)))
        return
    wide = max(map(len, told))
    for name, value in told.items():
        click.echo(printable(f"{name:<{wide}} {_words(value)}"))


@models_command.command("card")
@ANY_MODEL
def card_command(model: str) -> None:
    """Show a model's card: what it was trained on, how good it is, and where it ends."""
    from model.artifact.facts import facts_of
    from model.artifact.manifest import CARD
    from model.errors import MissingFile

    with reported():
        # A card is part of the model: one that was altered is none.
        directory = _directory(model)
        facts_of(directory)
        if not (directory / CARD).is_file():
            raise MissingFile(f"{model} has no card: {CARD} is missing")
        card = (directory / CARD).read_text(encoding="utf-8")
    for line in card.splitlines():
        click.echo(printable(line))


@models_command.command("diff")
@click.argument("one")
@click.argument("other")
@json_option
def diff_command(one: str, other: str, as_json: bool) -> None:
    """Show in what two models differ: what they say of themselves, and their files."""
    from model.artifact.facts import differences, facts_of

    with reported():
        found = differences(facts_of(_directory(one)), facts_of(_directory(other)))
    if as_json:
        click.echo(printable(json.dumps(found, ensure_ascii=False)))
        return
    for name, (before, after) in found.items():
        click.echo(printable(f"{name}: {_words(before)} -> {_words(after)}"))
    if not found:
        click.echo("They are the same model.")


@models_command.command("compare")
@click.argument("one")
@click.argument("other")
@click.option(
    "--input", "inputs", required=True, multiple=True, type=PATH,
    help="JSON lines with a `text` each; with `aspects` in each it is known who is right. May be repeated.",
)  # fmt: skip
@click.option("--most", type=click.IntRange(min=0), default=SHOWN, show_default=True, help="Sentences that are shown.")
@click.option("--device", help="cpu, cuda, ...; default: a GPU when there is one.")
@json_option
def compare_command(
    one: str, other: str, inputs: tuple[Path, ...], most: int, device: str | None, as_json: bool
) -> None:
    """Hold two models against each other on the same texts: sentences that they judge differently first, then how often
    they agree on each aspect, and, of labelled sentences, which is more often right and whether that may be chance.
    """
    from model.cli.compared import compared

    with reported():
        found = compared(one, other, inputs, device)
    found["disagreements"] = found["disagreements"][:most]
    if as_json:
        click.echo(printable(json.dumps(found, ensure_ascii=False)))
    else:
        for line in _told(found, one, other):
            click.echo(printable(line))


def _directory(model: str) -> Path:
    """Of a model as it is named. Raises ArtifactError."""
    from model.artifact.loading import locate

    return locate(model)


def _line(facts: ModelFacts) -> str:
    manifest, scores = facts.manifest, facts.scores
    told = " ".join(f"{name} {score:.3f}" for name, score in scores.items()) or "not measured"
    return (
        f"{facts.path}  {manifest.name} {manifest.version}  {facts.digest[:12]}  {'/'.join(manifest.languages)}  {told}"
        f"  {facts.bytes / 1e6:.1f} MB  {' '.join(facts.variants)}"
    )


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        told = (
            (name, f"({_words(each)})" if isinstance(each, Mapping) else _words(each)) for name, each in value.items()
        )
        return " ".join(f"{name} {each}" for name, each in told) or "-"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None else str(value)


def _told(found: Mapping[str, Any], one: str, other: str) -> list[str]:
    agreed = found["agreement"]
    lines = [f"one: {one}", f"other: {other}", ""]
    for row in found["disagreements"]:
        lines.append(row["text"])
        for aspect, opinions in row["aspects"].items():
            first, second = opinions["one"], opinions["other"]
            lines.append(
                f"   {aspect}: one {first['polarity']} {first['confidence']:.2f}, "
                f"other {second['polarity']} {second['confidence']:.2f}"
            )
    lines += ["", f"{agreed['same']} of {agreed['sentences']} sentences are judged the same in all aspects."]
    for aspect, of in agreed["aspects"].items():
        lines.append(f"   {aspect}: {of['same']} of {of['found']} that either finds it in")
    if "comparison" in found:
        lines += ["", _verdict(found["comparison"]["mcnemar"])]
    return lines


def _verdict(mcnemar: Mapping[str, Any]) -> str:
    """McNemar's test in plain words."""
    only_one, only_other, p = mcnemar["only_one"], mcnemar["only_other"], mcnemar["p"]
    told = f"Only one was wholly right on {counted(only_one, 'sentence')}, only other on {only_other}: "
    chance = f"chance alone makes so uneven a split in {p:.1%} of cases (McNemar)"
    if p >= CHANCE:
        return f"{told}that may be chance; {chance}."
    return f"{told}{'one' if only_one > only_other else 'other'} is better; {chance}."
