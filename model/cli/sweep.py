"""`kritiq sweep`: many trainings over ranges of settings."""

from __future__ import annotations

from pathlib import Path

import click

from model.cli.data import announce
from model.cli.errors import reported
from telemetry.printable import printable

PATH = click.Path(path_type=Path)


@click.command("sweep")
@click.option("--config", type=PATH, required=True, help="YAML: train, dev, trials, and under search what is tried.")
@click.option("--output", type=PATH, required=True, help="Folder of the models, the page and the pictures.")
@click.option(
    "--storage", help="Where trials are kept, sqlite:///FILE or redis://HOST/DB; default: sweep.db in OUTPUT."
)
@click.option(
    "--processes", type=click.IntRange(min=1), default=1, show_default=True, help="That train at once, on this machine."
)
def sweep_command(config: Path, output: Path, storage: str | None, processes: int) -> None:
    """Train over encoders, methods, settings and seeds, and tell which is best at what pace.

    What is there already is not tried again: the same command goes on, and more trials can be added. On other machines
    it does its part of the same sweep with the same --storage.
    """
    from model.sweep.plan import read_plan

    with reported():
        plan = read_plan(config)
        try:
            from model.sweep.page import table, write_page
            from model.sweep.running import sweep
        except ModuleNotFoundError as error:
            raise click.ClickException(f"a sweep needs {error.name}: pip install '.[sweep]'") from None
        kept = storage or f"sqlite:///{(output / 'sweep.db').resolve()}"
        study = sweep(plan, output, kept, processes=processes, announce=announce)
        trials = write_page(study, output)
    for row in table(trials):
        click.echo(printable("  ".join(cell.ljust(14) for cell in row).rstrip()))
    announce(f"{output / 'sweep.html'} shows it")
