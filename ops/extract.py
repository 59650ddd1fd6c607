"""`kritiq extract`: all that is kept of a guest, a restaurant or an organisation, to be handed to whom it is about."""

import click

from jobs.settings import load_settings
from ops.audit import noted
from ops.whose import whose_options
from store.checks import open_redis
from store.extraction import Extractor
from store.whose import Whose


@click.command("extract")
@whose_options
def extract_command(whose: Whose) -> None:
    """Write a JSON object on a line for each review: text, metadata, what was sent with it, result.

    Of what Redis has: what an archive alone has any more `POST /v1/exports` hands over, too.
    """
    settings = load_settings()
    with (
        open_redis(settings, tenants=[whose.tenant]) as client,
        noted(settings, whose.tenant, "kritiq extract") as objects,
    ):
        objects["reviews"] = "0"
        for number, row in enumerate(Extractor(client).reviews(whose), 1):
            objects["reviews"] = str(number)
            click.echo(row)
