"""`kritiq sweep`: many trainings over ranges of settings; `kritiq sweep-worker`: a worker that does some of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobs.settings import load_settings
from model.cli.data import announce
from model.cli.errors import reported
from model.errors import DataError
from store import queues
from store.checks import await_redis, open_redis
from telemetry.logs import LEVELS, set_up_logging
from telemetry.printable import printable

if TYPE_CHECKING:
    from model.sweep.plan import SweepPlan

PATH = click.Path(path_type=Path)


def sweep_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with what both sides of a sweep are told."""
    for option in (
        click.option(
            "--storage", help="Where trials are kept, sqlite:///FILE or redis://HOST/DB; default: sweep.db in OUTPUT."
        ),
        click.option("--output", type=PATH, required=True, help="Folder of the models, the page and the pictures."),
        click.option(
            "--config", type=PATH, required=True, help="YAML: train, dev, trials, and under search what is tried."
        ),
    ):
        command = option(command)
    return command


@click.command("sweep")
@sweep_options
@click.option(
    "--processes", type=click.IntRange(min=1), default=1, show_default=True, help="That train at once, on this machine."
)
@click.option("--celery", is_flag=True, help="Leave the trials to workers: `kritiq sweep-worker`, on any machine.")
def sweep_command(config: Path, output: Path, storage: str | None, processes: int, celery: bool) -> None:
    """Train over encoders, methods, settings and seeds, and say which is best, and how fast each is.

    What is there already is not tried again: the same command goes on, and more trials can be added. On other machines
    it does its part of the same sweep with the same --storage.
    """
    if celery and processes > 1:
        raise click.UsageError(
            "--processes is for this machine: with --celery the workers that are up share the trials."
        )
    with reported():
        plan, kept = _prepared(config, output, storage)
        from model.sweep.page import table, write_page
        from model.sweep.running import sweep

        if celery:
            from worker.sweep.sending import send_trials

            settings = load_settings()
            study = send_trials(settings, open_redis(settings), plan, kept, announce=announce)
        else:
            study = sweep(plan, output, kept, processes=processes, announce=announce)
        trials = write_page(study, output)
    for row in table(trials):
        click.echo(printable("  ".join(cell.ljust(14) for cell in row).rstrip()))
    announce(f"{output / 'sweep.html'} shows it")


@click.command("sweep-worker")
@sweep_options
@click.option("--name", default=f"sweep-{os.getpid()}@%h", show_default=True, help="Name of the process, for Flower.")
@click.option("--log-level", type=click.Choice(LEVELS, case_sensitive=False), help="Instead of KRITIQ_LOG_LEVEL.")
def worker_command(config: Path, output: Path, storage: str | None, name: str, log_level: str | None) -> None:
    """Run the trials that `kritiq sweep --celery` sends, one after another, until stopped.

    It takes the same --config, --output and --storage: messages say only that something is to be tried. A trial whose
    worker is killed goes to another one a minute or two later, and begins anew there.
    """
    settings = load_settings()
    level = log_level or settings.log_level
    set_up_logging("trainer", level=level, form=settings.log_format)
    with reported():
        plan, kept = _prepared(config, output, storage)
    await_redis(settings)
    # Only now: it is large.
    from worker.app import create_app, run
    from worker.sweep.task import add_trial

    app = create_app(settings)
    add_trial(app, settings, plan, output, kept)
    sys.exit(run(app, queues.SWEEP_QUEUE, name=name, level=level))


def _prepared(config: Path, output: Path, storage: str | None) -> tuple[SweepPlan, str]:
    """The plan, and where its trials are kept; the output is there. Raises DataError."""
    from model.sweep.plan import read_plan

    plan = read_plan(config)
    if missing := [name for name in ("optuna", "resvg_py") if find_spec(name) is None]:
        raise DataError(f"a sweep needs {missing[0]}: pip install '.[sweep]'")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{output} cannot be written: {error.strerror or error}") from error
    return plan, storage or f"sqlite:///{(output / 'sweep.db').resolve()}"
