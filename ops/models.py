"""`kritiq models`: model directories side by side, and the aliases of those that are served."""

import importlib
import re
from pathlib import Path

import click

from jobs.alias import COMPARE, MOST_SHARE, MOST_VERSIONS, Alias
from jobs.choice import ALIAS, DEFAULT, VERSION
from jobs.errors import NotFound
from jobs.job import DEFAULT_TENANT
from jobs.offer import Offer
from jobs.settings import load_settings
from jobs.timestamp import rfc3339
from ops.audit import note
from ops.model_comparison import compared, show
from ops.model_operations import load_command, unload_command
from ops.rollouts import rollout_group
from store.aliases import AliasStore
from store.checks import open_redis
from store.offers import OfferStore
from store.served import Catalogue
from telemetry.printable import printable

#: A version, and behind it its share where there are several.
_TARGET = re.compile(rf"({VERSION.pattern})(?:=([1-9][0-9]{{0,3}}))?")


class ModelsGroup(click.Group):
    """What is about directories is the model package's, which needs what the API's image does not have."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in alphabetical order."""
        return sorted({*super().list_commands(ctx), *_of_directories().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of ours, or one about directories."""
        return super().get_command(ctx, cmd_name) or _of_directories().get_command(ctx, cmd_name)


def _of_directories() -> click.Group:
    found = importlib.import_module("model.cli.main").models_command
    assert isinstance(found, click.Group)
    return found


@click.group("models", cls=ModelsGroup)
def models_command() -> None:
    """Look at models, compare them, publish them, and say which of those served an alias stands for."""


for command in (rollout_group, load_command, unload_command):
    models_command.add_command(command)


@models_command.command("alias")
@click.argument("alias", required=False)
@click.argument("targets", nargs=-1, metavar="[VERSION[=SHARE]]...")
@click.option("--shadow", help="A version that judges the same jobs too, to be compared, and answers none.")
@click.option(
    "--compare", type=click.IntRange(0, 100), metavar="PER CENT",
    help=f"Of several without a shadow: as many jobs another of them judges, too, to be compared. Default: {COMPARE}.",
)  # fmt: skip
@click.option("--revision", type=click.IntRange(min=0), help="Move or delete it only if it still has this revision.")
@click.option("--delete", "deletes", is_flag=True, help="Delete ALIAS: jobs that wait for it get what default is.")
def alias_command(
    alias: str | None, targets: tuple[str, ...], shadow: str | None, compare: int | None, revision: int | None,
    deletes: bool,
) -> None:  # fmt: skip
    """List aliases, show ALIAS, delete it, or have it stand for a version, or for several by share.

    \b
    kritiq models alias default kritiq-small/1
    kritiq models alias default kritiq-mini/1=90 kritiq-small/1=10
    """
    settings = load_settings()
    client = open_redis(settings)
    store = AliasStore(client)
    known = store.all()
    if deletes:
        if alias is None or targets or shadow is not None or compare is not None:
            raise click.UsageError("--delete takes an alias, and nothing else but --revision.")
        if revision is None:
            revision = known[alias].revision if alias in known else 0
        store.delete(alias, revision=revision)
        note(settings, DEFAULT_TENANT, "kritiq models alias --delete", alias_id=alias)
        click.echo(printable(f"{alias} is deleted"))
        return
    if not targets:
        if any(each is not None for each in (shadow, compare, revision)):
            raise click.UsageError("Say for which version the alias is to stand.")
        shown = [each for each in known.values() if alias in (None, each.name)]
        for each in shown:
            click.echo(printable(_line(each)))
        if not shown and alias not in (None, DEFAULT):
            raise NotFound(f"There is no alias {alias}.")
        if not shown:
            click.echo("Nobody has moved it: default is each worker's KRITIQ_MODEL.")
        return
    if alias is None or not ALIAS.fullmatch(alias):
        raise click.UsageError("An alias has a small letter, then small letters, digits and hyphens.")
    versions = _versions(targets)
    catalogue = Catalogue(client)
    for version in versions:
        if why := catalogue.unfit(version):
            raise click.ClickException(printable(f"{version} {why}"))
    if shadow is not None and (why := catalogue.missing_version(shadow)):
        raise click.ClickException(printable(f"{shadow} {why}"))
    if versions.keys() == {shadow}:
        raise click.ClickException(printable(f"{shadow} is what the alias stands for: it would judge twice alike"))
    splits = len(versions) > 1 and shadow is None
    if compare and not splits:
        raise click.UsageError("--compare is for several versions by share, without a shadow, which judges all.")
    before = revision if revision is not None else known[alias].revision if alias in known else 0
    share = (COMPARE if compare is None else compare) if splits else 0
    moved = store.move(alias, versions, revision=before, shadow=shadow, compare=share)
    note(settings, DEFAULT_TENANT, "kritiq models alias", alias_id=alias)
    click.echo(printable(_line(moved)))


@models_command.command("offer")
@click.argument("address", required=False)
def offer_command(address: str | None) -> None:
    """Offer the version at ADDRESS, `s3://bucket/models#name@digest`, to workers that have its store as their
    KRITIQ_MODEL_STORE; without it, list what is offered."""
    settings = load_settings()
    offers = OfferStore(open_redis(settings))
    if address is None:
        for each in offers.all().values():
            click.echo(printable(f"{each.version}  {each.address}"))
        return
    # It needs what the API's image does not have.
    offer = importlib.import_module("model.cli.versions").offered(address)
    offers.make(Offer(**offer))
    note(settings, DEFAULT_TENANT, "kritiq models offer")
    click.echo(printable(f"{offer['version']} is offered"))


@models_command.command("withdraw")
@click.argument("version")
def withdraw_command(version: str) -> None:
    """Offer VERSION no more to workers that start from now on. An alias must not stand for it."""
    settings = load_settings()
    client = open_redis(settings)
    if named := [alias.name for alias in AliasStore(client).all().values() if version in alias.named]:
        names = ", ".join(repr(name) for name in named)
        stands = f"alias {names} stands" if len(named) == 1 else f"aliases {names} stand"
        raise click.ClickException(
            printable(f"The {stands} for {version}: move {'it' if len(named) == 1 else 'them'} first")
        )
    if not OfferStore(client).withdraw(version):
        raise click.ClickException(printable(f"{version} is not offered"))
    note(settings, DEFAULT_TENANT, "kritiq models withdraw")
    click.echo(printable(f"{version} is not offered any more"))


@models_command.command("compare")
@click.argument("one")
@click.argument("other")
@click.option(
    "--input", "inputs", multiple=True, type=click.Path(path_type=Path),
    help="Of directories: JSON lines with a `text` each; of labelled ones it is known who is right. May be repeated.",
)  # fmt: skip
@click.option("--most", type=click.IntRange(min=0), default=20, show_default=True, help="Sentences that are shown.")
@click.option("--device", help="Of directories: cpu, cuda, ...; default: a GPU when there is one.")
@click.option("--tenant", help=f"Of versions that are served: whose reviews; default: {DEFAULT_TENANT}.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def compare_command(
    ctx: click.Context, one: str, other: str, inputs: tuple[Path, ...], most: int, device: str | None,
    tenant: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Hold two models against each other: sentences that they judge differently first, then how often they agree, and,
    where it is known what is right, which is more often right and whether that may be chance.

    With --input ONE and OTHER are directories or addresses, which judge these texts. Without it they are versions that
    are served (name/version): what both said of the same reviews, as versions of a split, in a rollout or as a shadow.
    """
    if inputs:
        if tenant is not None:
            raise click.UsageError("--tenant is for versions that are served, without --input.")
        given = {"one": one, "other": other, "inputs": inputs, "most": most, "device": device, "as_json": as_json}
        ctx.invoke(_of_directories().commands["compare"], **given)
        return
    if device is not None:
        raise click.UsageError("--device is for directories, with --input.")
    if one == other:
        raise click.UsageError(f"Both are {one}: give two different ones.")
    if not all(VERSION.fullmatch(each) and not Path(each).is_dir() for each in (one, other)):
        raise click.UsageError(
            "Give two versions that are served, as kritiq-mini/1 (name/version), or two directories and --input."
        )
    settings, whose = load_settings(), tenant or DEFAULT_TENANT
    client = open_redis(settings, tenants=[whose])
    found = compared(client, whose, one, other)
    for version in () if found.disputes or found.agreed else (one, other):
        if why := Catalogue(client).missing_version(version):
            raise click.ClickException(printable(f"{version} {why}"))
    if most:
        note(settings, whose, "kritiq models compare", sentences=str(len(found.disputes[:most])))
    show(found, most, as_json=as_json)


def _versions(targets: tuple[str, ...]) -> dict[str, int]:
    found = [_TARGET.fullmatch(target) for target in targets]
    versions = {match[1]: int(match[2] or 100) for match in found if match}
    shared = [bool(match and match[2]) for match in found]
    if len(versions) < len(targets) or (not all(shared) if len(targets) > 1 else any(shared)):
        raise click.UsageError("Give one VERSION (name/version), or several different ones as VERSION=SHARE.")
    if len(versions) > MOST_VERSIONS or (all(shared) and max(versions.values()) > MOST_SHARE):
        raise click.UsageError(f"Give at most {MOST_VERSIONS} versions, and shares of at most {MOST_SHARE}.")
    return versions


def _line(alias: Alias) -> str:
    split = len(alias.versions) > 1
    points = " ".join(f"{version}={share}" if split else version for version, share in alias.versions.items())
    more = f"  shadow {alias.shadow}" if alias.shadow else f"  compare {alias.compare} %" if alias.compare else ""
    return f"{alias.name}  {points}{more}  revision {alias.revision}  {rfc3339(alias.at)}"
