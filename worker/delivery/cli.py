"""`kritiq delivery`: the delivery worker, a process of its own without a model."""

import os
import signal
import socket
from types import FrameType

import click
import redis

from jobs.settings import Settings, load_settings
from store.checks import await_redis
from store.connection import connect
from store.metrics import MetricsStore
from store.reporter import Reporter
from store.webhooks import open_deliveries, policy_of
from telemetry.collector import open_tracer
from telemetry.logs import LEVELS, set_up_logging
from telemetry.meter import Meter
from telemetry.traces import Tracer
from worker.delivery.deliverer import Deliverer
from worker.delivery.loop import DeliveryWorker
from worker.delivery.sender import trust


def build(settings: Settings, client: redis.Redis, name: str, meter: Meter, tracer: Tracer) -> DeliveryWorker:
    """The delivery worker as the settings describe it; makes no connection."""
    deliveries = open_deliveries(settings, client)
    tls = trust(str(settings.webhook_ca_file) if settings.webhook_ca_file else None)
    deliverer = Deliverer(
        deliveries, policy=policy_of(settings), tls=tls, public_url=settings.public_url, meter=meter, tracer=tracer
    )
    return DeliveryWorker(
        deliveries, deliverer.deliver, name=name, threads=settings.delivery_threads, alive_file=settings.alive_file
    )


@click.command("delivery")
@click.option("--name", default=f"delivery-{os.getpid()}@{socket.gethostname()}", help="Name of this worker.")
@click.option("--log-level", type=click.Choice(LEVELS, case_sensitive=False), help="Instead of KRITIQ_LOG_LEVEL.")
def delivery_command(name: str, log_level: str | None) -> None:
    """Send webhooks that are due, until stopped; SIGTERM finishes what is being sent."""
    settings = load_settings()
    level = log_level or settings.log_level
    set_up_logging("delivery", level=level, form=settings.log_format)
    await_redis(settings)
    client = connect(settings, timeout_s=5.0, connections=settings.delivery_threads + 8)
    meter = Meter(on=settings.metrics)
    reporter = Reporter(MetricsStore(client), meter, process="delivery", name=name)
    tracer = open_tracer(settings.otlp_endpoint, process="delivery", name=name)
    worker = build(settings, client, name, meter, tracer)

    def stop(number: int, frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    reporter.start()
    worker.run()
    reporter.stop()
    tracer.close()
