"""`kritiq reconciler`: the reconciler, a small process of its own without a model."""

import logging
import os
import signal
import socket
import sys
from types import FrameType

import click

from jobs.settings import load_settings
from store.checks import await_redis
from store.connection import connect
from store.jobs import RedisStore
from worker.reconciler.loop import Reconciler


@click.command("reconciler")
@click.option("--name", default=f"reconciler-{os.getpid()}@{socket.gethostname()}", help="Name of this process.")
@click.option("--log-level", default="INFO", show_default=True)
def reconciler_command(name: str, log_level: str) -> None:
    """Take back what lost workers held, expire and purge, until stopped. Safe to run more than once."""
    logging.basicConfig(level=log_level, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    settings = load_settings()
    await_redis(settings)
    store = RedisStore(connect(settings, timeout_s=5.0))
    reconciler = Reconciler(store, name=name, strikes=settings.max_strikes, alive_file=settings.alive_file)

    def stop(number: int, frame: FrameType | None) -> None:
        reconciler.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    reconciler.run()
