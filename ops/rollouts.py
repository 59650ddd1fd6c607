"""`kritiq models rollout`: an alias goes from one version to another in steps."""

from typing import Any

import click

from jobs.alias import Alias
from jobs.backlog import own_version
from jobs.choice import ALIAS, DEFAULT, VERSION
from jobs.errors import NotFound
from jobs.job import DEFAULT_TENANT
from jobs.rollout_options import plan_of, plan_options
from jobs.settings import Settings, load_settings
from jobs.timestamp import rfc3339
from ops.audit import note
from store.aliases import AliasStore
from store.checks import open_redis
from store.connection import Client
from store.disputes import of_rollout
from store.jobs import RedisStore
from store.rollouts import RolloutStore
from store.served import Catalogue, ServedStore
from telemetry.counted import counted
from telemetry.printable import printable
from watch.rollout import served_of, verdict
from watch.rollout_words import differences


@click.group("rollout")
def rollout_group() -> None:
    """Have an alias go to another version in steps, and go back by itself when that does not keep its bounds."""


@rollout_group.command("start")
@click.argument("alias")
@click.argument("candidate", metavar="VERSION")
@plan_options
@click.option("--revision", type=click.IntRange(min=0), help="Only if the alias still has this revision.")
def start_command(alias: str, candidate: str, revision: int | None, **plan: Any) -> None:
    """Begin to roll VERSION out to ALIAS; the reconciler goes on with it.

    \b
    kritiq models rollout start default kritiq-small/1 --step 5 --step 25
    """
    if not ALIAS.fullmatch(alias) or not VERSION.fullmatch(candidate):
        raise click.UsageError("Give an alias and a version (name/version).")
    asked = plan_of(plan)
    settings, client = _opened()
    if why := Catalogue(client).missing_version(candidate):
        raise click.ClickException(printable(f"{candidate} {why}"))
    own = own_version(RedisStore(client).workers()) if alias == DEFAULT else None
    moved = AliasStore(client).roll_out(
        alias, candidate, revision=revision, steps=asked.steps, bounds=asked.bounds, own=own
    )
    _done(settings, "start", moved, client)


@rollout_group.command("status")
@click.argument("alias", required=False)
@click.option("--examples", type=click.IntRange(0, 100), default=0, help="So many sentences on which both differ.")
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="Of which organisation's reviews.")
def status_command(alias: str | None, examples: int, tenant: str) -> None:
    """Tell how far the last rollout is, of ALIAS or of each, and what it waits for.

    Examples are of reviews that are still kept; `kritiq review` shows the same to be labelled.
    """
    settings, client = _opened(tenant)
    known = AliasStore(client).all()
    if alias not in (None, DEFAULT, *known):
        raise NotFound(f"There is no alias {alias}.")
    shown = [each for each in known.values() if each.rollout and alias in (None, each.name)]
    if examples and shown:
        note(settings, tenant, "kritiq models rollout status", alias_id=alias or "*", sentences=str(examples))
    for each in shown:
        _show(each, client)
        _show_examples(each, client, tenant, examples)
    if not shown:
        click.echo("Nothing was rolled out.")


@rollout_group.command("stop")
@click.argument("alias")
@click.option("--revision", type=click.IntRange(min=0), help="Only if the alias still has this revision.")
def stop_command(alias: str, revision: int | None) -> None:
    """Have ALIAS stand for what it stood for before; what waits for the candidate goes back, too."""
    settings, client = _opened()
    _done(settings, "stop", AliasStore(client).end(alias, promote=False, revision=revision), client)


@rollout_group.command("promote")
@click.argument("alias")
@click.option("--revision", type=click.IntRange(min=0), help="Only if the alias still has this revision.")
def promote_command(alias: str, revision: int | None) -> None:
    """Have ALIAS stand for the candidate now, whatever is known of it."""
    settings, client = _opened()
    _done(settings, "promote", AliasStore(client).end(alias, promote=True, revision=revision), client)


def _opened(*tenants: str) -> tuple[Settings, Client]:
    settings = load_settings()
    return settings, open_redis(settings, tenants=tenants)


def _done(settings: Settings, what: str, moved: Alias, client: Client) -> None:
    note(settings, DEFAULT_TENANT, f"kritiq models rollout {what}", alias_id=moved.name)
    _show(moved, client)


def _show_examples(alias: Alias, client: Client, tenant: str, most: int) -> None:
    """Sentences of which both versions of its last rollout say different things."""
    for each in of_rollout(client, tenant, alias, most):
        click.echo(printable(f"  {each.job.id}, sentence {each.sentence.index}: {each.sentence.text}"))
        for aspect, other in each.other.items():
            click.echo(printable(f"    {aspect}: {each.sentence.polarity(aspect)}; {each.version} says {other}"))


def _show(alias: Alias, client: Client) -> None:
    rollout, evidence = alias.rollout, RolloutStore(client).evidence(alias)
    assert rollout is not None
    assert evidence is not None
    points = " ".join(f"{version}={share}" for version, share in alias.versions.items())
    click.echo(printable(f"{alias.name}  {points}  revision {alias.revision}"))
    at = rollout.ended_at or rollout.step_at
    step = f", step {rollout.step + 1} of {len(rollout.steps)}" if not rollout.state.terminal else ""
    click.echo(printable(f"  {rollout.candidate}: {rollout.state}{step}, since {rfc3339(at)}. {rollout.why}"))
    for arm in (evidence.stable, evidence.candidate):
        pace = "" if arm.high_ms is None else f", {arm.high_ms:.1f} ms a sentence (95th percentile)"
        click.echo(
            printable(f"  {arm.version}: {counted(arm.reviews, 'review')}, {arm.failed} failed, {arm.lost} lost{pace}")
        )
    for line in differences(evidence):
        click.echo(printable(f"  {line}"))
    if not rollout.state.terminal:
        served = served_of(rollout, ServedStore(client).all())
        click.echo(printable(f"  {verdict(rollout, evidence, served).why}"))
