"""`kritiq tenants`: organisations and how much each may have, for the operator."""

import click

from jobs.allowance import MAX_RATE
from jobs.archive_settings import MOST_DAYS
from jobs.largest import LARGEST
from jobs.request import Priority
from jobs.settings import Settings, load_settings
from ops.audit import note
from ops.text_keys import key_command
from store.checks import open_redis
from store.tenants import CLASS, LIMITS, TenantStore
from telemetry.counted import counted


@click.group("tenants")
@click.pass_context
def tenants_command(ctx: click.Context) -> None:
    """List organisations, and say how much one may have. An organisation exists once it has a key, or has sent
    something."""
    ctx.obj = load_settings()


tenants_command.add_command(key_command)


@tenants_command.command("list")
@click.pass_obj
def list_command(settings: Settings) -> None:
    """List organisations with what each may have."""
    store = TenantStore(open_redis(settings))
    for tenant in store.all():
        click.echo(_line(store, settings, tenant))


@tenants_command.command("limit")
@click.argument("tenant")
@click.option(
    "--waiting",
    type=click.IntRange(0, LARGEST),
    help="Sentences that may wait, and that may be scheduled, at once; 0: no limit.",
)
@click.option("--day", type=click.IntRange(0, LARGEST), help="Sentences that are accepted on a day (UTC); 0: no limit.")
@click.option(
    "--bytes", "bytes_", type=click.IntRange(0, LARGEST), help="Bytes of reviews and results kept; 0: no limit."
)
@click.option("--rate", type=click.IntRange(0, MAX_RATE), help="Requests within a second; 0: no limit.")
@click.option(
    "--open", "open_", type=click.IntRange(0, LARGEST), help="Waits and streams in each API process; 0: no limit."
)
@click.option(
    "--priority", "priorities", multiple=True, type=click.Choice([each.value for each in Priority]),
    help="The only priorities that its keys' jobs may have; may be given several times (batches are bulk).",
)  # fmt: skip
@click.option("--reset", is_flag=True, help="As the settings say, and all priorities, in what is not given.")
@click.pass_obj
def limit_command(
    settings: Settings, tenant: str, waiting: int | None, day: int | None, bytes_: int | None, rate: int | None,
    open_: int | None, priorities: tuple[str, ...], reset: bool,
) -> None:  # fmt: skip
    """Set how much an organisation may have, from the next request on; --rate, --open and --priority within five
    seconds."""
    store = TenantStore(open_redis(settings, tenants=[tenant]))
    numbers = {"waiting": waiting, "day": day, "bytes": bytes_, "rate": rate, "open": open_}
    asked = {**numbers, "priorities": [each for each in Priority if each in priorities] or None}
    store.limit(tenant, {name: value for name, value in asked.items() if reset or value is not None})
    click.echo(_line(store, settings, tenant))
    given = {name: str(value) for name, value in numbers.items() if value is not None}
    if priorities:
        given["priorities"] = ",".join(dict.fromkeys(priorities))
    note(settings, tenant, "kritiq tenants limit", **given)


@tenants_command.command("class")
@click.argument("tenant")
@click.argument("class_", metavar="CLASS")
@click.pass_obj
def class_command(settings: Settings, tenant: str, class_: str) -> None:
    """Give an organisation a class, such as `trial`: a label of /metrics alone. `standard` takes it back."""
    if not CLASS.fullmatch(class_):
        raise click.BadParameter(f"should match {CLASS.pattern}", param_hint="CLASS")
    store = TenantStore(open_redis(settings, tenants=[tenant]))
    store.classify(tenant, class_)
    click.echo(_line(store, settings, tenant))
    note(settings, tenant, "kritiq tenants class", class_=class_)


@tenants_command.command("archive")
@click.argument("tenant")
@click.option("--days", type=click.IntRange(0, MOST_DAYS), help="How long, from a review's end; 0: for ever.")
@click.option("--reset", is_flag=True, help="As KRITIQ_ARCHIVE_DAYS says.")
@click.pass_obj
def archive_command(settings: Settings, tenant: str, days: int | None, reset: bool) -> None:
    """Say how long the archive keeps an organisation's reviews, before KRITIQ_ARCHIVE_DAYS.

    Less than before reaches what it has within a minute or two; more, what ends from now on.
    """
    if reset == (days is not None):
        raise click.UsageError("Say either --days or --reset.")
    store = TenantStore(open_redis(settings, tenants=[tenant]))
    store.keep_archive(tenant, days)
    click.echo(_line(store, settings, tenant))
    note(settings, tenant, "kritiq tenants archive", days="as all" if days is None else str(days))


def _line(store: TenantStore, settings: Settings, tenant: str) -> str:
    may = store.allowance(tenant, settings.allowance)
    limits = [f"{name} {getattr(may, name) or 'no limit'}" for name in LIMITS]
    limits.insert(LIMITS.index("bytes") + 1, f"stored {store.stored(tenant)}")
    if may.priorities is not None:
        limits.append(f"priorities {','.join(may.priorities)}")
    days = store.archive_days().get(tenant)
    archive = [] if days is None else [f"archive {counted(days, 'day')}" if days else "archive for ever"]
    return "  ".join([tenant, *limits, f"class {store.class_of(tenant)}", *archive])
