"""Celery's own consumer, with patience for a Redis that takes no writes for the moment."""

import logging
import time
import warnings

import redis
from celery.exceptions import CPendingDeprecationWarning
from celery.worker.consumer import Consumer
from celery.worker.state import maybe_shutdown

from jobs.errors import Unavailable
from store.connection import connect
from store.jobs import RedisStore
from store.scripts import passes

log = logging.getLogger(__name__)

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
        super().on_connection_error_before_connected(exc)

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Raises `exc` when it is no use to wait."""
        self._wait(exc)
        with warnings.catch_warnings():
            # At each lost connection: it is about what Celery will do with tasks some day, and ours are no such.
            warnings.simplefilter("ignore", CPendingDeprecationWarning)
            super().on_connection_error_after_connected(exc)

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
