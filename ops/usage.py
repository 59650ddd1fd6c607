"""`kritiq usage`: what organisations used in a month, for the operator. Each sees its own at `GET /v1/usage`."""

from dataclasses import asdict

import click
import orjson

from jobs.settings import load_settings
from jobs.usage import month_of, usage_csv
from store.checks import open_redis
from store.usage import UsageStore
from telemetry.printable import printable


@click.command("usage")
@click.option("--month", help="Such as 2026-11 (default: this one).")
@click.option("--tenant", "tenants", multiple=True, help="The organisation; may be given several times (default: all).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line instead of CSV.")
def usage_command(month: str | None, tenants: tuple[str, ...], as_json: bool) -> None:
    """Show what was used in a month by day, restaurant and model, as CSV."""
    try:
        asked = month_of(month) if month else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--month") from None
    store = UsageStore(open_redis(load_settings(), tenants=tenants))
    of = asked or store.this_month()
    rows = [row for tenant in tenants or store.tenants() for row in store.month(tenant, of)]
    if as_json:
        for row in rows:
            click.echo(printable(orjson.dumps(asdict(row)).decode()))
    else:
        click.echo(usage_csv(rows), nl=False)
