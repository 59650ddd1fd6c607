"""Celery's own consumer, with patience for a Redis that is away or takes no writes for the moment."""

import logging
import time
import warnings
from typing import Any

import redis
from celery.exceptions import CPendingDeprecationWarning
from celery.worker.consumer import Consumer
from celery.worker.consumer.consumer import CONNECTION_RETRY
from celery.worker.consumer.consumer import logger as celerys
from celery.worker.state import maybe_shutdown

from jobs.errors import Unavailable
from store.connection import connect
from store.jobs import RedisStore
from store.scripts import passes
from telemetry.short_error import in_short
from telemetry.trouble import Trouble

log = logging.getLogger(__name__)

#: Celery says it at each try, once for every Sentinel.
away = Trouble(log, "Celery's part has no connection to Redis")


def _is_not_said_here(record: logging.LogRecord) -> bool:
    return not (isinstance(record.args, tuple) and CONNECTION_RETRY in record.args)


celerys.addFilter(_is_not_said_here)

#: How often it is asked whether it takes some again, in seconds.
EVERY_S = 0.5


class PatientConsumer(Consumer):  # type: ignore[misc]
    """Waits where Celery's own ends the worker: while it is demoted, or has too few replicas, no disk or no memory,
    Redis answers with an error and closes no connection. To load the model again would take longer than a failover.

    Needs `broker_channel_error_retry`. Whatever else Redis refuses ends the worker, as ever.
    """

    def on_connection_error_before_connected(self, exc: Exception) -> None:
        """Raises `exc` when it is no use to wait."""
        self._wait(exc)
        away.met(in_short(str(exc)))

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Raises `exc` when it is no use to wait."""
        self._wait(exc)
        away.met(in_short(str(exc)))
        with warnings.catch_warnings():
            # At each lost connection: it is about what Celery will do with tasks some day, and ours are no such.
            warnings.simplefilter("ignore", CPendingDeprecationWarning)
            super().on_connection_error_after_connected(exc)

    def ensure_connected(self, conn: Any) -> Any:
        """As Celery's own, which is told to try without end: see `worker.app`."""

        def say(exc: Exception, interval: float) -> None:
            away.met(in_short(str(exc)))

        found = conn.ensure_connection(say, self.app.conf.broker_connection_max_retries, callback=maybe_shutdown)
        away.over()
        self.first_connection_attempt, self.broker_connection_retry_attempt = False, 0
        return found

    def _wait(self, exc: Exception) -> None:
        if isinstance(exc, self.connection_errors):
            return
        if not (isinstance(exc, redis.ResponseError) and passes(exc)):
            raise exc
        log.warning("Celery's part waits until Redis takes writes: %s", exc)
        # Not before replicas have it: Celery asks for none.
        with connect(self.app.settings.model_copy(update={"redis_replicas": 0})) as client:
            store = RedisStore(client)
            while not _takes_writes(store):
                # Raises what ends the worker once it is asked to end.
                maybe_shutdown()
                time.sleep(EVERY_S)


def _takes_writes(store: RedisStore) -> bool:
    try:
        store.check_writable()
    except Unavailable:
        return False
    return True
