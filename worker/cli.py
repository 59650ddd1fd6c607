"""`kritiq worker`: a Celery worker with the batch consumer, or without it."""

import logging
import os
import sys

import click

from jobs.settings import load_settings
from store import keys
from store.checks import await_redis
from worker.app import create_app, run


@click.command("worker")
@click.option("--name", default=f"kritiq-{os.getpid()}@%h", show_default=True, help="Name of the worker, for Flower.")
@click.option("--plain", is_flag=True, help="No batch consumer: a stock worker with one task per review.")
@click.option("--log-level", default="INFO", show_default=True)
def worker_command(name: str, plain: bool, log_level: str) -> None:
    """Run one worker process, which owns one model."""
    logging.basicConfig(level=log_level, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    settings = load_settings()
    await_redis(settings)
    if plain:
        app, queues = create_app(settings), ",".join((*keys.ORDER, keys.CELERY_QUEUE))
    else:
        from worker.main import app

        queues = keys.PLAIN_QUEUE
    options = ["--pool", "solo", "-E", "--without-gossip", "--without-mingle", "-Q", queues, "-n", name]
    sys.exit(run(app, *options, "-l", log_level))
