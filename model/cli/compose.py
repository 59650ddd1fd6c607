"""`kritiq models compose`: a model that is made of others."""

from __future__ import annotations

from pathlib import Path

import click
from click.core import ParameterSource

from model.cli.data import announce
from model.cli.errors import reported
from model.cli.finite import Finite
from model.composition import CASCADE, KINDS
from telemetry.counted import counted
from telemetry.printable import printable

PATH = click.Path(path_type=Path)


@click.command("compose")
@click.argument("output", type=PATH)
@click.option("--kind", type=click.Choice(KINDS), default=CASCADE, show_default=True, help="Who judges what.")
@click.option(
    "--member", "members", required=True, multiple=True,
    help="Model directory, or a version's address; two or more, of a cascade first the one that judges every sentence.",
)  # fmt: skip
@click.option(
    "--data", required=True, multiple=True, type=PATH,
    help="JSON lines with labels that no member has learned from; may be repeated.",
)  # fmt: skip
@click.option(
    "--share", type=Finite(0, 1, min_open=True, max_open=True), default=0.5, show_default=True,
    help="Of which share of the data a cascade's first member is unsure.",
)  # fmt: skip
@click.option("--name", help="Default: the output's name.")
@click.option("--version", default="1", show_default=True)
def compose_command(
    output: Path, kind: str, members: tuple[str, ...], data: tuple[Path, ...], share: float, name: str | None,
    version: str,
) -> None:  # fmt: skip
    """Make a model of others in OUTPUT: all judge every sentence (ensemble), or the first all and the others those of
    which it is unsure (cascade).

    Nothing is trained. Fitted on the data are how much each member counts, which sentences the first is unsure of, and
    the temperatures. OUTPUT names its members by path and digest, and has no weights of its own.
    """
    given = click.get_current_context().get_parameter_source("share")
    if kind != CASCADE and given is not ParameterSource.DEFAULT:
        raise click.UsageError(f"--share is of a cascade; all members of an {kind} judge everything.")
    from model.artifact.loading import locate
    from model.artifact.manifest import read_manifest
    from model.data.dataset import read
    from model.errors import InvalidArgument
    from model.training.composing import Wish, compose

    with reported():
        if len(members) < 2:
            raise InvalidArgument("a model is made of two others or more: name --member twice")
        wish = Wish(
            kind=kind, name=name or output.resolve().name, version=version, members=members, share=share,
            dev_data=f"labelled sentences that no member learned from ({counted(len(data), 'file')})",
        )  # fmt: skip
        scheme = read_manifest(locate(members[0]))[0].method.scheme
        found = compose(output, wish, read(list(data), scheme), announce)
    aspects, polarity = found["acd"]["f1"], found["acsa"]["f1"]
    click.echo(printable(f"{output}: {aspects:.3f} aspects, {polarity:.3f} with polarity on these sentences"))
