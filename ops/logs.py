"""`kritiq logs`: what the processes of `kritiq run` have logged, of one job if asked, through all of them."""

from pathlib import Path

import click

from jobs.settings import Settings, load_settings
from ops.kept_lines import followed, lines
from telemetry.log_line import as_text, is_about, parsed
from telemetry.printable import printable


def log_folder(settings: Settings) -> Path:
    """Where `kritiq run` keeps the lines of its processes."""
    return settings.data_dir / "logs"


@click.command("logs")
@click.option("--job", "wanted", help="Only what is about this job, batch, delivery, endpoint or trace, by its id.")
@click.option("--follow", is_flag=True, help="Go on with what comes, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, as they are kept.")
def logs_command(wanted: str | None, follow: bool, as_json: bool) -> None:
    """Show what the processes of `kritiq run` have logged, oldest first."""
    folder = log_folder(load_settings())
    shown = False
    for text in followed(folder) if follow else lines(folder):
        line = parsed(text)
        if line is not None and (wanted is None or is_about(line, wanted)):
            click.echo(text.rstrip("\n") if as_json else as_text(line))
            shown = True
    if not shown:
        click.echo(printable(f"Nothing{f' about {wanted}' if wanted else ''} in {folder}."), err=True)
