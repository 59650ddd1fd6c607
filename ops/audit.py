"""`kritiq audit`: who did what, for the operator. The same over HTTP: `/v1/audit`."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
import orjson

from access.audit_entry import UNKNOWN, AuditEntry
from jobs.job import DEFAULT_TENANT
from jobs.settings import Settings, load_settings
from jobs.timestamp import rfc3339
from ops.options import most_option
from store.audit import open_audit
from store.checks import open_redis
from telemetry.printable import printable


@click.command("audit")
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="The organisation.")
@click.option("--unknown", is_flag=True, help="Instead, what was tried without a valid key.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@most_option
def audit_command(tenant: str, unknown: bool, as_json: bool, most: int) -> None:
    """List who changed something or was refused; never what was in it."""
    settings = load_settings()
    client = open_redis(settings, tenants=[] if unknown else [tenant])
    page = open_audit(settings, client).page(UNKNOWN if unknown else tenant, size=most)
    for entry in page.entries:
        click.echo(printable(orjson.dumps(entry.described()).decode() if as_json else _line(entry)))
    if not page.entries and not as_json:
        click.echo("Nothing was done.")


def note(settings: Settings, tenant: str, action: str, **objects: str) -> None:
    """Note that a command did something. Raises Unavailable."""
    with open_redis(settings) as client:
        open_audit(settings, client).append([AuditEntry(tenant=tenant, action=action, objects=objects)])


@contextmanager
def noted(settings: Settings, tenant: str, action: str) -> Iterator[dict[str, str]]:
    """The same of a command that shows reviews, with what is in the objects when it ends: however it does, also where
    whoever reads what it writes has seen enough (`| head`). Raises Unavailable."""
    objects = dict[str, str]()
    try:
        yield objects
    finally:
        note(settings, tenant, action, **objects)


def _line(entry: AuditEntry) -> str:
    outcome = entry.outcome if entry.status is None else f"{entry.outcome} ({entry.status})"
    about = " ".join(f"{kind}={name}" for kind, name in entry.objects.items())
    return "  ".join(filter(None, (rfc3339(entry.at_ms), entry.key_id, entry.address, entry.action, outcome, about)))
