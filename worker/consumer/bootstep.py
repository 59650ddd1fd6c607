"""The batch consumer as a part of an ordinary `celery worker`."""

import atexit
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

from celery import bootsteps
from celery.worker import state as celery_state

from jobs.errors import SettingsError
from jobs.lane import Lane
from jobs.settings import Settings
from model.predictor import Predictor
from model.runtime.tuning import give_memory_back, prepare_threads
from store import keys, queues
from store.connection import connect
from store.differing import DifferingStore
from store.forms import KnownForm
from store.jobs import RedisStore
from store.metrics import MetricsStore
from store.reporter import Reporter
from store.schema import BUNDLES
from store.served import Catalogue
from telemetry.collector import open_tracer
from telemetry.meter import Meter
from worker.consumer.celery_ends import CeleryEnds
from worker.consumer.celery_events import TaskEvents
from worker.consumer.celery_messages import CeleryMessages
from worker.consumer.consumer import BatchConsumer
from worker.consumer.differing import keep_differences
from worker.consumer.follow_ups import FollowUps
from worker.consumer.models import WorkerModels, load_predictor
from worker.consumer.watcher import QueueWatcher
from worker.liveness import EXIT_BROKEN, Watchdog
from worker.lost_attempts import lost_spans
from worker.predict.budget import bytes_on, choose_budget
from worker.predict.pipeline import Pipeline
from worker.predict.probe import warm_up
from worker.predict.shelf import Shelf

log = logging.getLogger(__name__)


@contextmanager
def _ended_by_settings() -> Iterator[None]:
    """Celery would write where in the code it was, and name no setting."""
    try:
        yield
    except SettingsError as error:
        log.error("%s", error)
        raise SystemExit(1) from None


class BatchConsumerStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Loads the model before the worker says that it is ready, then runs the consumer until the worker stops."""

    requires = frozenset({"celery.worker.components:Pool"})

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        self._consumer: BatchConsumer | None = None

    @_ended_by_settings()
    def start(self, worker: Any) -> None:
        """Load the model and begin to claim. Raises SystemExit, said in a line, for settings that cannot be served."""
        settings: Settings = worker.app.settings
        prepare_threads()
        started = time.perf_counter()
        predictor = self.load_predictor(settings)
        predictor.token_budget = settings.token_budget or choose_budget(predictor)
        warm_up(predictor)
        seconds = time.perf_counter() - started
        log.info("loaded %s %s in %.1f s", predictor.info.name, predictor.info.version, seconds)
        client = connect(settings, timeout_s=5.0, again=False)
        models = WorkerModels(settings, client, predictor, worker=worker.hostname)
        shelf = models.shelf
        watched = {
            lane: [*queues.WATCHED[lane], *(keys.MODEL_LIST(lane, name) for name in shelf.serves)] for lane in Lane
        }
        self.follow(shelf, {lane: QueueWatcher(client, lists) for lane, lists in watched.items()})
        self._events = TaskEvents(worker.app, worker.hostname, predictor.info.name)
        # Where remote control finds the worker's tasks: see `worker.control`.
        worker.app.task_events = self._events
        self._shutdown_s = settings.shutdown_s
        self._tracer = open_tracer(settings.otlp_endpoint, process="worker", name=worker.hostname)
        store = RedisStore(client)
        store.on_lost = lost_spans(self._tracer)
        ends = CeleryEnds(settings, self._tracer)
        self._follow_ups = FollowUps(store, ends, tell=self._events.ended_elsewhere)
        meter = Meter(on=settings.metrics)
        device_bytes = partial(bytes_on, predictor.device)
        self._reporter = Reporter(
            MetricsStore(client), meter, process="worker", name=worker.hostname, device_bytes=device_bytes,
            also=models.teller.tell,
        )  # fmt: skip
        self._consumer = BatchConsumer(
            store,
            Pipeline(predictor, shelf=shelf),
            self._watchers,
            self._events,
            CeleryMessages(
                store,
                settings,
                ends,
                self._events,
                self._tracer,
                Catalogue(client).missing,
                KnownForm(MetricsStore(client), BUNDLES),
            ).adopt,
            name=worker.hostname,
            batch_jobs=settings.batch_jobs,
            batch_sentences=settings.batch_sentences,
            lease_ms=settings.lease_ms,
            strikes=settings.max_strikes,
            stuck_s=settings.stuck_s,
            on_idle=give_memory_back,
            on_round=models.look_after,
            on_celery_end=self._follow_ups.wake,
            on_differing=partial(keep_differences, DifferingStore(client)),
            meter=meter,
            tracer=self._tracer,
            device_bytes=device_bytes,
        )
        self._consumer.on_crash = lambda error: os._exit(EXIT_BROKEN)
        for watcher in self._watchers.values():
            watcher.start()
        self._consumer.start()
        self._follow_ups.start()
        self._reporter.start()
        self._watchdog = Watchdog(
            self._consumer.liveness,
            stuck_s=settings.stuck_s,
            on_stuck=lambda thread: os._exit(EXIT_BROKEN),
            alive_file=settings.alive_file,
        )
        self._watchdog.start()

    def stop(self, worker: Any) -> None:
        """Finish what is held, or hand it back when that takes too long."""
        if self._consumer is None:
            return
        self._watchdog.stop()
        for name in (signal.SIGTERM, signal.SIGQUIT):
            # Asked once more while it finishes what it holds: hand that back instead, at once.
            signal.signal(name, self._hurry)
        for watcher in self._watchers.values():
            watcher.stop()
        finished = self._consumer.stop(self._shutdown_s)
        self._follow_ups.stop()
        self._reporter.stop()
        self._tracer.close()
        self._events.close()
        if self._consumer.works:
            # A thread that comes back from native code while the interpreter is taken down aborts the whole process
            # ("terminate called without an active exception"): what asked this worker to end would see a crash.
            atexit.register(leave, worker)
        self._consumer = None
        log.info("consumer stopped", extra={"finished": finished})

    def follow(self, shelf: Shelf, watchers: Mapping[Lane, QueueWatcher]) -> None:
        """Watch for what `shelf` has, whatever becomes of its models."""
        self._shelf, self._watchers = shelf, watchers
        shelf.on_failed, shelf.on_back = self._leave, self._watch

    def _leave(self, version: str) -> None:
        """A model is out of service: what waits for it is others'."""
        for lane, watcher in self._watchers.items():
            watcher.leave(keys.MODEL_LIST(lane, version))
        if not self._shelf.usable:
            log.critical("the worker's own model cannot be had any more: what it holds goes back, and it ends")
            celery_state.should_stop = EXIT_BROKEN

    def _watch(self, version: str) -> None:
        """A model is back, or was found: what waits for it is ours, too."""
        for lane, watcher in self._watchers.items():
            watcher.watch(keys.MODEL_LIST(lane, version))

    def _hurry(self, number: int, frame: FrameType | None) -> None:
        if self._consumer is not None:
            self._consumer.hurry.set()

    def terminate(self, worker: Any) -> None:
        """Hand back what is held, at once: SIGQUIT."""
        if self._consumer is not None:
            self._consumer.hurry.set()
        self.stop(worker)

    @staticmethod
    def load_predictor(settings: Settings) -> Predictor:
        """Where the model comes from; the benchmarks' own worker has another one."""
        return load_predictor(settings)


def leave(worker: Any) -> None:
    """End the process here and now, with the exit status that Celery meant to end it with."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(worker.exitcode or 0)
