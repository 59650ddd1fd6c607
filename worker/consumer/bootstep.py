"""The batch consumer as a part of an ordinary `celery worker`."""

import atexit
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import redis
from celery import bootsteps

from jobs.errors import Unavailable
from jobs.feedback import Answers
from jobs.lane import Lane
from jobs.settings import Settings
from model.predictor import Predictor
from model.runtime.tuning import give_memory_back, prepare_libraries, prepare_threads
from store import keys
from store.answers import AnswerStore
from store.connection import connect
from store.jobs import RedisStore
from store.metrics import MetricsStore
from store.model_cards import CardStore
from store.reporter import Reporter
from store.traffic import TrafficStore, model_key
from telemetry.collector import open_tracer
from telemetry.meter import Meter
from worker.consumer.celery_ends import CeleryEnds
from worker.consumer.celery_events import TaskEvents
from worker.consumer.celery_messages import CeleryMessages
from worker.consumer.consumer import BatchConsumer
from worker.consumer.follow_ups import FollowUps
from worker.consumer.watcher import QueueWatcher
from worker.liveness import EXIT_BROKEN, Watchdog
from worker.predict.budget import bytes_on, choose_budget
from worker.predict.card import read_card
from worker.predict.pipeline import Pipeline
from worker.predict.sentence_cache import RedisCache
from worker.predict.traffic import TrafficCounter, read_reference

log = logging.getLogger(__name__)

#: One text for each language that has sentence parameters of its own.
WARM_UP = ("Das Essen war gut. Der Service auch.", "The food was good. The service was too.")


class BatchConsumerStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Loads the model before the worker says that it is ready, then runs the consumer until the worker stops."""

    requires = frozenset({"celery.worker.components:Pool"})

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        self._consumer: BatchConsumer | None = None

    def start(self, worker: Any) -> None:
        """Load the model and begin to claim. Raises model.errors.ModelError for a model that cannot be served."""
        settings: Settings = worker.app.settings
        prepare_threads()
        started = time.perf_counter()
        predictor = self.load_predictor(settings)
        predictor.token_budget = settings.token_budget or choose_budget(predictor)
        # Whatever is loaded or compiled at its first uses, such as Punkt's parameters, no review should wait for.
        for _ in range(2):
            inputs = [read for text in WARM_UP for sentence in predictor.split(text)[1] for read in sentence.inputs]
            predictor.judge(predictor.encode(inputs))
        seconds = time.perf_counter() - started
        log.info("loaded %s %s in %.1f s", predictor.info.name, predictor.info.version, seconds)
        client = connect(settings, timeout_s=5.0, again=False)
        self._watchers = {lane: QueueWatcher(client, keys.WATCHED[lane]) for lane in Lane}
        cache = load_cache(settings, client, predictor)
        tell_answers(settings, client, predictor)
        self._events = TaskEvents(worker.app, worker.hostname, predictor.info.name)
        # Where remote control finds the worker's tasks: see `worker.control`.
        worker.app.task_events = self._events
        self._shutdown_s = settings.shutdown_s
        store = RedisStore(client)
        ends = CeleryEnds(settings)
        self._follow_ups = FollowUps(store, ends, tell=self._events.ended_elsewhere)
        self._tracer = open_tracer(settings.otlp_endpoint, process="worker", name=worker.hostname)
        meter, traffic = Meter(on=settings.metrics), TrafficCounter(on=settings.metrics)
        device_bytes = partial(bytes_on, predictor.device)
        self._reporter = Reporter(
            MetricsStore(client), meter, process="worker", name=worker.hostname, device_bytes=device_bytes,
            also=watch(settings, client, predictor, traffic),
        )  # fmt: skip
        self._consumer = BatchConsumer(
            store,
            Pipeline(predictor, cache, traffic=traffic),
            self._watchers,
            self._events,
            CeleryMessages(store, settings, ends, self._events, self._tracer).adopt,
            name=worker.hostname,
            batch_jobs=settings.batch_jobs,
            batch_sentences=settings.batch_sentences,
            lease_ms=settings.lease_ms,
            strikes=settings.max_strikes,
            stuck_s=settings.stuck_s,
            on_idle=give_memory_back,
            on_celery_end=self._follow_ups.wake,
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


def load_predictor(settings: Settings) -> Predictor:
    """The predictor that the settings ask for."""
    prepare_libraries()
    device = None if settings.device == "auto" else settings.device
    dtype = None if settings.dtype == "auto" else settings.dtype
    return Predictor.load(settings.model, device=device, dtype=dtype, backend=settings.backend)


def watch(settings: Settings, client: redis.Redis, predictor: Predictor, traffic: TrafficCounter) -> Callable[[], None]:
    """What tells what `traffic` counted; the first time also what it is to be compared with."""
    store, model = TrafficStore(client), model_key(predictor.info.name, predictor.info.version)
    untold = [reference for reference in [read_reference(Path(settings.model))] if reference is not None]

    def tell() -> None:
        while untold:
            store.set_reference(model, untold[0])
            untold.pop()
        traffic.tell(store, model)

    return tell


def tell_answers(settings: Settings, client: redis.Redis, predictor: Predictor) -> None:
    """Tell what the model may say, which what people say of its judgements is held against, and its card."""
    info = predictor.info
    answers = Answers(aspects=info.scheme.aspects, polarities=info.scheme.polarities)
    try:
        AnswerStore(client).set(model_key(info.name, info.version), answers)
        CardStore(client).set(model_key(info.name, info.version), read_card(Path(settings.model), info))
    except Unavailable as error:
        log.warning("what the model may say is not told, so no feedback on it is taken: %s", error)


def load_cache(settings: Settings, client: redis.Redis, predictor: Predictor) -> RedisCache | None:
    """The cache that the settings ask for."""
    if not settings.cache:
        return None
    info = predictor.info
    return RedisCache(
        client, model_digest=info.digest, method=info.method, ttl_s=settings.cache_ttl_s, most=settings.cache_sentences
    )
