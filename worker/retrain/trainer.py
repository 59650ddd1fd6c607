"""`kritiq trainer`: a process that retrains models for whoever asks, and what becomes of what was asked."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import click
from celery.states import PENDING

from jobs.asked_retraining import PROGRESS
from jobs.errors import NotFound
from jobs.retraining import KEPT_MS
from jobs.settings import load_settings
from store import queues
from store.checks import await_redis, open_redis
from store.jobs import RedisStore
from telemetry.logs import LEVELS, set_up_logging
from telemetry.printable import printable
from worker.app import create_app, run
from worker.retrain.results import result_of

PATH = click.Path(path_type=Path)
#: How often it is asked how far a retraining is, in seconds.
LOOKS_S = 1.0


@click.group("trainer")
def trainer_command() -> None:
    """Retrain models in a process of its own: `kritiq retrain --background` sends it what to do."""


@trainer_command.command("run")
@click.option("--name", default=f"trainer-{os.getpid()}@%h", show_default=True, help="Name of the process, for Flower.")
@click.option("--corpus", type=PATH, multiple=True, help="Labelled data to replay; default: the repository's.")
@click.option("--dev", type=PATH, multiple=True, help="Labelled data to measure on; default: a tenth of the corpus.")
@click.option("--output", type=PATH, help="Folder of the new models; default: retrained, in KRITIQ_DATA_DIR.")
@click.option("--log-level", type=click.Choice(LEVELS, case_sensitive=False), help="Instead of KRITIQ_LOG_LEVEL.")
def run_command(
    name: str, corpus: tuple[Path, ...], dev: tuple[Path, ...], output: Path | None, log_level: str | None
) -> None:
    """Take what is asked for from the queue kritiq.retrain, one after another, until stopped.

    What was killed goes on in a trainer that has the same folder, a minute or two later.
    """
    settings = load_settings()
    level = log_level or settings.log_level
    set_up_logging("trainer", level=level, form=settings.log_format)
    await_redis(settings)
    # Only now: it is large.
    from worker.retrain.task import Workshop, add_retraining

    folder = output or settings.data_dir / "retrained"
    app = create_app(settings)
    # For as long as what was asked for is there, and what it took until the end.
    app.conf.result_expires = KEPT_MS // 1000 + 86_400
    add_retraining(
        app, Workshop(settings=settings, folder=folder, corpus=tuple(map(str, corpus)), dev=tuple(map(str, dev)))
    )
    sys.exit(run(app, queues.RETRAIN_QUEUE, name=name, level=level))


@trainer_command.command("follow")
@click.argument("task")
def follow_command(task: str) -> None:
    """Tell how far a retraining is, by its task's id, until it ends; then what came of it, as JSON."""
    settings = load_settings()
    open_redis(settings).close()
    result, shown = result_of(settings, task), ""
    while not result.ready():
        told: Any = result.info if result.state == PROGRESS else {}
        if told and told["said"] != shown:
            shown = told["said"]
            click.echo(printable(f"{100 * told['share']:3.0f} %  {shown}"), err=True)
        elif not shown and result.state == PENDING:
            # Celery knows no difference.
            shown = "nothing is known of it: it waits for a trainer (kritiq trainer run), or there is no such task"
            click.echo(shown, err=True)
        time.sleep(LOOKS_S)
    if not result.successful():
        raise click.ClickException(
            printable(f"it ended as {result.state}: {result.info or 'nobody wants it any more'}")
        )
    click.echo(json.dumps(result.info, ensure_ascii=False))


@trainer_command.command("cancel")
@click.argument("task")
def cancel_command(task: str) -> None:
    """Have a retraining end, also one that has not begun; nothing of it is kept."""
    settings = load_settings()
    client = open_redis(settings)
    if result_of(settings, task).ready():
        raise NotFound("It has ended already.")
    RedisStore(client).revoke([task], for_ms=settings.retention.revoked_ms)
