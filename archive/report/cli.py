"""`kritiq report`: a restaurant's month as a page to print."""

import os
from pathlib import Path

import click

from archive.noted import note
from archive.reading import demand, has_restaurant
from archive.report.figures import figures
from archive.report.month import Month
from archive.report.page import page
from archive.report.pdf import printed
from archive.report.words import LANGUAGES
from archive.schema import check, open_archive, reading
from jobs.job import DEFAULT_TENANT
from jobs.settings import load_settings
from store.sealing import open_sealing


def _a_month(ctx: click.Context, parameter: click.Parameter, value: str) -> Month:
    try:
        return Month.parse(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command("report")
@click.option("--restaurant", required=True, help="The restaurant's id.")
@click.option("--month", callback=_a_month, required=True, help="Such as 2026-10.")
@click.option("--language", type=click.Choice(sorted(LANGUAGES)), default="de", show_default=True)
@click.option("--name", help="How the restaurant calls itself, instead of its id.")
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="The organisation.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path),
    help="Instead of the standard output; one that ends with .pdf is printed by Chromium.",
)  # fmt: skip
def report_command(
    restaurant: str, month: Month, language: str, name: str | None, tenant: str, out: Path | None
) -> None:
    """Write what guests praise and blame in a month, as HTML or PDF, out of the archive (`kritiq archive`)."""
    settings = load_settings()
    engine, sealing = open_archive(settings), open_sealing(settings)
    with reading(engine):
        check(engine)
        demand(engine, tenant)
        told = figures(engine, tenant, restaurant, month, sealing)
        if not told.reviews and not has_restaurant(engine, tenant, restaurant):
            # It may be a new one, or a slip of the pen.
            click.echo(f"The archive has no review of a restaurant {restaurant!r}: the page is empty.", err=True)
        html = page(told, LANGUAGES[language], name)
    note(settings, tenant, "kritiq report", restaurant=restaurant, month=f"{month.first:%Y-%m}")
    content = printed(html) if out is not None and out.suffix.lower() == ".pdf" else html.encode()
    # Guests' sentences are in it.
    os.umask(0o077)
    with click.open_file(str(out or "-"), "wb") as file:
        file.write(content)
