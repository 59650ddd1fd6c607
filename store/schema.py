"""Which form the records in Redis have: one number for all, so that an older release does not read what it cannot."""

from contextlib import suppress
from typing import Any

import redis

from jobs.errors import SettingsError
from store import keys
from store.connection import Client
from store.scripts import translated

#: The forms that this release writes: that of texts in plain, and that of texts which may be encrypted
#: (`store.sealing`). They are raised only when an older release would misread a record, a message or a
#: script's arguments; fields that older ones do not know leave it alone. deploy/upgrade.md says what a raise asks for.
SCHEMA, ENCRYPTED = 1, 2
#: The oldest form that it reads. Redis has no number where only releases before the number wrote: that is 1.
OLDEST = 1
#: The newest form of single records that this release reads, beside the one above: each process tells it of itself
#: (`store.metrics.ProcessReport.knows`), and nobody writes such a form while one may live that does not know it.
#: 1: deliveries that arrived at once are lines (`store.told`). 2: jobs name the API's process that waits for their end,
#: and whoever ends them tells it. 3: jobs that end without a result stand in an index (`store.without_result`). 4:
#: results may be packed (`packed` in `store.results`). 5: records may be (`store.packed_record`). 6: a Celery client's
#: task may be a bundle (`jobs.bundle`).
WAITERS_ARE_TOLD, BUNDLES, KNOWS = 2, 6, 6


@translated
def demand_readable(client: redis.Redis) -> int | None:
    """The form that Redis has a note of. Raises SettingsError for one that this release cannot read, Unavailable."""
    raw: Any = client.get(keys.SCHEMA)
    found = int(raw) if raw is not None else None
    if found is not None and found > ENCRYPTED:
        raise SettingsError(
            f"What is in Redis was written by a newer Kritiq (form {found}; this release knows {ENCRYPTED}): start that"
            " release again, or give this one another Redis. Nothing was changed."
        )
    if found is not None and found < OLDEST:
        raise SettingsError(
            f"What is in Redis was written by a Kritiq that is too old (form {found}; this release reads {OLDEST} and"
            " newer): start a release between them first. Nothing was changed."
        )
    return found


def check_schema(client: redis.Redis) -> None:
    """Note the form that is written from now on. Raises as `demand_readable` does."""
    found = demand_readable(client)
    # Texts that were encrypted stay so for their time when it is turned off.
    form = ENCRYPTED if isinstance(client, Client) and client.sealing.on else SCHEMA
    if found is None or found < form:
        # NX where there is none: a newer release that starts at the same time is not overwritten.
        # A full Redis takes no note, and what makes room again must start: then the next to start notes it.
        with suppress(redis.OutOfMemoryError):
            client.set(keys.SCHEMA, form, nx=found is None)
