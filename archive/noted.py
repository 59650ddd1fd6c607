"""What commands of the archive do with an organisation's reviews is in its audit log, as what all others do is."""

import click
import redis

from access.audit_entry import AuditEntry
from jobs.errors import Unavailable
from jobs.settings import Settings
from store.audit import open_audit
from store.connection import connect


def note(settings: Settings, tenant: str, action: str, **objects: str) -> None:
    """Note it; where Redis is away, or does not let its user write the log, that is said: an archive needs no Redis."""
    entry = AuditEntry(tenant=tenant, action=action, objects=objects)
    try:
        with connect(settings, again=False) as client:
            open_audit(settings, client).append([entry])
    except (Unavailable, redis.exceptions.NoPermissionError) as error:
        click.echo(f"The audit log does not have it. {error}", err=True)
