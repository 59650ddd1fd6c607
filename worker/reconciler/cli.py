"""`kritiq reconciler`: the reconciler, a small process of its own without a model."""

import os
import signal
import socket
import threading
from types import FrameType

import click

from jobs.settings import load_settings
from store.activity import ActivityStore
from store.audit import open_audit
from store.checks import await_redis
from store.connection import connect
from store.forms import KnownForm
from store.history import open_history
from store.jobs import RedisStore
from store.leftovers import Leftovers
from store.packed_record import KNOWN_WHOLE
from store.packed_results import PackedResults
from store.plain_results import PlainResults
from store.recalled_results import RecalledResults
from store.reporter import Reporter
from store.without_result import KNOWN_WITH_INDEX, EndsWithoutResult
from telemetry.collector import open_tracer
from telemetry.logs import LEVELS, set_up_logging
from telemetry.meter import Meter
from worker.lost_attempts import lost_spans
from worker.reconciler.erasures import Erasures
from worker.reconciler.loop import Lifetimes, Reconciler
from worker.reconciler.lost_models import LostModels
from worker.reconciler.rollouts import Rollouts


@click.command("reconciler")
@click.option("--name", default=f"reconciler-{os.getpid()}@{socket.gethostname()}", help="Name of this process.")
@click.option("--log-level", type=click.Choice(LEVELS, case_sensitive=False), help="Instead of KRITIQ_LOG_LEVEL.")
def reconciler_command(name: str, log_level: str | None) -> None:
    """Take back what lost workers held, expire and purge, and carry out erasures, until stopped.

    Safe to run more than once.
    """
    settings = load_settings()
    level = log_level or settings.log_level
    set_up_logging("reconciler", level=level, form=settings.log_format)
    await_redis(settings)
    client = connect(settings, timeout_s=5.0)
    lifetimes = Lifetimes(rejects_s=settings.result_ttl_s, files_s=settings.erase_files_s)
    numbers = ActivityStore(client)
    reporter = Reporter(numbers, Meter(on=settings.metrics), process="reconciler", name=name)
    tracer = open_tracer(settings.otlp_endpoint, process="reconciler", name=name)
    store = RedisStore(client)
    store.on_lost = lost_spans(tracer)
    rollouts = Rollouts(client, open_audit(settings, client))
    erasures = Erasures(client, open_audit(settings, client))
    lost_models = LostModels(store, after_s=settings.lost_model_s)
    # An erasure may take minutes, for which the rounds go on.
    erasing = threading.Thread(target=erasures.run, name="erasures")
    ends = EndsWithoutResult(client, KnownForm(numbers, KNOWN_WITH_INDEX))
    plain = PlainResults(client, after_s=settings.plain_result_s)
    packed = PackedResults(client, KnownForm(numbers, KNOWN_WHOLE), after_s=settings.plain_result_s)
    recalled = RecalledResults(client, for_s=settings.plain_result_s)
    history = open_history(settings, client)
    notes = (numbers.note_heads, history.shorten, rollouts.round, lost_models.round, ends.find, plain.seal, packed.pack,
             recalled.recall, *((numbers.note,) if settings.metrics else ()))  # fmt: skip
    reconciler = Reconciler(
        store, name=name, strikes=settings.max_strikes, alive_file=settings.alive_file,
        notes=notes, leftovers=(Leftovers(client), lifetimes), budgets=settings.budgets,
    )  # fmt: skip

    def stop(number: int, frame: FrameType | None) -> None:
        reconciler.stop()
        erasures.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    reporter.start()
    erasing.start()
    try:
        reconciler.run()
    finally:
        erasures.stop()
        erasing.join()
    reporter.stop()
    tracer.close()
