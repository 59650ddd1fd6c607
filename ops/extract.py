"""`kritiq extract`: all that is kept of a guest, a restaurant or an organisation, to be handed to whom it is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import click

from jobs.history import History, NoHistory
from jobs.settings import Settings, load_settings
from ops.audit import noted
from ops.whose import whose_options
from store.checks import open_redis
from store.extraction import Extractor
from store.outbox import Outbox
from store.sealing import Sealing, open_sealing
from store.whose import Whose

_WITHOUT = (
    "There is an archive that cannot be read from here: what it alone has any more is missing. KRITIQ_ARCHIVE_URL says"
    " where it is."
)


@click.command("extract")
@whose_options
def extract_command(whose: Whose) -> None:
    """Write a JSON object on a line for each review: text, metadata, what was sent with it, result.

    Of what Redis has, and then of what the archive alone has any more (`archived`), if it can be read here: otherwise
    that is said. The same over HTTP: `POST /v1/exports`.
    """
    settings = load_settings()
    with (
        open_redis(settings, tenants=[whose.tenant]) as client,
        _history(settings, open_sealing(settings)) as history,
        noted(settings, whose.tenant, "kritiq extract") as objects,
    ):
        objects["reviews"] = "0"
        for number, row in enumerate(Extractor(client, history).reviews(whose), 1):
            objects["reviews"] = str(number)
            click.echo(row)
        if not history.on and Outbox(client).lag().on:
            click.echo(_WITHOUT, err=True)


@contextmanager
def _history(settings: Settings, sealing: Sealing) -> Iterator[History]:
    """The archive that the settings name, or else the file of `make run`; none where its packages are not installed.

    Raises SettingsError where one is named and they are not.
    """
    if not settings.archive_url.get_secret_value() and find_spec("sqlalchemy") is None:
        yield NoHistory()
        return
    # Whoever has none needs no database's packages.
    from archive.history import open_history

    history = open_history(settings, sealing)
    try:
        yield history
    finally:
        history.close()
