"""`kritiq feedback`: what people said of judgements, as data to learn from."""

from pathlib import Path
from typing import IO

import click

from jobs.feedback import FeedbackFilter
from jobs.job import DEFAULT_TENANT
from jobs.settings import load_settings
from ops.audit import noted
from store.checks import open_redis
from store.feedback import FeedbackStore, example_lines
from telemetry.counted import counted


@click.group("feedback")
def feedback_command() -> None:
    """Export what people corrected."""


@feedback_command.command("export")
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="The organisation.")
@click.option("--restaurant", help="Only on its reviews.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write (default: standard output)."
)
def export_command(tenant: str, restaurant: str | None, out: Path | None) -> None:
    """Write every sentence that something was said of as JSON lines, which `kritiq train --train` reads.

    A line has the sentence, all of its aspects as people left them, and under `source` where that is from: job,
    sentence, model, and of each aspect that somebody spoke of what had been judged, by whom and when it was said. The
    sentences are parts of reviews, so personal data: whoever keeps the file sees to its end.
    """
    settings, count = load_settings(), 0
    with (
        open_redis(settings, tenants=[tenant]) as client,
        _target(out) as target,
        noted(settings, tenant, "kritiq feedback export") as objects,
    ):
        objects["sentences"] = "0"
        for line in example_lines(FeedbackStore(client), tenant, FeedbackFilter(restaurant=restaurant)):
            count += 1
            objects["sentences"] = str(count)
            target.write(line)
    click.echo(f"{counted(count, 'sentence')} of {tenant}", err=True)


def _target(out: Path | None) -> IO[bytes]:
    try:
        return out.open("wb") if out is not None else click.open_file("-", "wb")
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror or error}") from None
