"""`kritiq worker`: a Celery worker with the batch consumer, or without it."""

import logging
import os
import sys

import click

from jobs.settings import load_settings
from store import queues
from store.checks import await_redis
from telemetry.logs import LEVELS, set_up_logging
from worker.app import create_app, run

log = logging.getLogger(__name__)


@click.command("worker")
@click.option("--name", default=f"kritiq-{os.getpid()}@%h", show_default=True, help="Name of the worker, for Flower.")
@click.option("--plain", is_flag=True, help="No batch consumer: a stock worker with one task per review.")
@click.option("--log-level", type=click.Choice(LEVELS, case_sensitive=False), help="Instead of KRITIQ_LOG_LEVEL.")
def worker_command(name: str, plain: bool, log_level: str | None) -> None:
    """Run one worker process, which owns one model."""
    settings = load_settings()
    level = log_level or settings.log_level
    set_up_logging("worker", level=level, form=settings.log_format)
    await_redis(settings)
    # Only now: what both need is large.
    if plain:
        from worker.plain import make_plain, unused

        if ignored := unused(settings):
            log.warning("--plain makes no use of %s: see docs/decisions/0001-own-consumer.md", ", ".join(ignored))
        app, listens = make_plain(create_app(settings)), ",".join((*queues.CELERY_ORDER, queues.CELERY_QUEUE))
    else:
        from worker.main import app

        listens = queues.PLAIN_QUEUE
    sys.exit(run(app, listens, name=name, level=level))
