"""What a plain worker does beside Celery's own consumer: it sends what is owed, and tells what it does."""

import os
from typing import Any

from celery import bootsteps

from store.connection import connect
from store.jobs import RedisStore
from store.metrics import MetricsStore
from store.reporter import Reporter
from telemetry.collector import open_tracer
from worker.consumer.celery_ends import CeleryEnds
from worker.consumer.follow_ups import FollowUps
from worker.liveness import EXIT_BROKEN, Watchdog, liveness_of
from worker.reports import reports_of


class TracesStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Sends the spans of this worker's tasks."""

    requires = frozenset({"celery.worker.components:Pool"})

    def start(self, worker: Any) -> None:
        """From now on there are some."""
        endpoint = worker.app.settings.otlp_endpoint
        worker.app.tracer = open_tracer(endpoint, process="worker", name=worker.hostname)

    def stop(self, worker: Any) -> None:
        """Send what was not sent yet."""
        worker.app.tracer.close()


class FollowUpsStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Sends what follows the tasks that this worker, or anybody, has ended."""

    requires = frozenset({TracesStep})

    def start(self, worker: Any) -> None:
        """Begin to look into the outbox."""
        settings, tracer = worker.app.settings, worker.app.tracer
        store, ends = RedisStore(connect(settings, timeout_s=5.0)), CeleryEnds(settings, tracer)
        self._follow_ups = FollowUps(store, ends, look_s=0.2)
        self._follow_ups.start()

    def stop(self, worker: Any) -> None:
        """Send what is there, and end."""
        self._follow_ups.stop()


class ReporterStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Tells what the tasks counted, how the process is, and what its model is asked and answers."""

    requires = frozenset({TracesStep})

    def start(self, worker: Any) -> None:
        """Begin to tell."""
        reports, store = reports_of(worker.app), MetricsStore(connect(worker.app.settings, timeout_s=5.0))
        self._reporter = Reporter(
            store, reports.meter, process="worker", name=worker.hostname, also=reports.models.tell
        )
        self._reporter.start()

    def stop(self, worker: Any) -> None:
        """Tell what is left, and sign off."""
        self._reporter.stop()


class AliveStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Touches the file that probes look at, and ends a worker whose task has stopped moving."""

    requires = frozenset({"celery.worker.components:Pool"})

    def start(self, worker: Any) -> None:
        """Begin to look."""
        settings = worker.app.settings
        self._watchdog = Watchdog(
            liveness_of(worker.app),
            stuck_s=settings.stuck_s,
            on_stuck=lambda thread: os._exit(EXIT_BROKEN),
            alive_file=settings.alive_file,
        )
        self._watchdog.start()

    def stop(self, worker: Any) -> None:
        """Look no more."""
        self._watchdog.stop()
