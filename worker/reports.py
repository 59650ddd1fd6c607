"""What a worker whose tasks run by themselves counts and tells, as the batch consumer does."""

from dataclasses import dataclass
from functools import cache

from celery import Celery

from store.connection import connect
from telemetry.meter import Meter
from worker.consumer.model_teller import ModelTeller


@dataclass(frozen=True, kw_only=True, slots=True)
class Reports:
    """What a process has one of; the `Reporter` of `worker.plain_steps` tells it."""

    meter: Meter
    models: ModelTeller


@cache
def reports_of(app: Celery) -> Reports:
    """Those of a Celery application; no connection is made."""
    settings = app.settings
    client = connect(settings, timeout_s=5.0)
    return Reports(meter=Meter(on=settings.metrics), models=ModelTeller(client, on=settings.metrics))
