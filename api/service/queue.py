"""How busy the service is, and with which models: for clients, and for Prometheus."""

from collections import defaultdict

from flask import Blueprint, Response, jsonify
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from access.scope import Scope
from api.http.answer_schemas import BacklogAnswer, ModelsAnswer, ProblemAnswer
from api.http.context import context
from api.http.openapi import operation
from jobs.errors import Unavailable

blueprint = Blueprint("queue", __name__)


@blueprint.get("/v1/queue")
@operation("How long is the queue?", scope=Scope.JOBS_READ, answers={200: BacklogAnswer, 503: ProblemAnswer})
def queue() -> Response:
    """What waits and runs, in jobs and estimated sentences, and when it will be done.

    A task that a Celery client sent counts in `celery`, as a sentence, until a worker has looked at it.
    """
    ctx = context()
    backlog = ctx.store.backlog()
    total = sum(backlog.waiting.values()) + backlog.celery + backlog.running
    return jsonify(
        waiting={
            priority: {"jobs": backlog.waiting_jobs[priority], "sentences": backlog.waiting[priority]}
            for priority in backlog.waiting
        },
        scheduled={"jobs": backlog.scheduled_jobs, "sentences": backlog.scheduled},
        celery=backlog.celery,
        running_sentences=backlog.running,
        capacity_sentences=ctx.settings.max_backlog,
        sentences_per_second=round(backlog.rate, 1) if backlog.rate else None,
        eta_s=round(total / backlog.rate, 2) if backlog.rate else None,
        estimated=True,
        workers=backlog.workers,
    )


@blueprint.get("/v1/models")
@operation("Which models are loaded?", scope=Scope.JOBS_READ, answers={200: ModelsAnswer, 503: ProblemAnswer})
def models() -> Response:
    """The models of the workers that are up."""
    loaded: dict[tuple[str, str], list[str]] = defaultdict(list)
    for info in context().store.workers():
        loaded[info.model["name"], info.model["version"]].append(info.device)
    return jsonify(
        models=[
            {"name": name, "version": version, "devices": sorted(set(devices)), "workers": len(devices)}
            for (name, version), devices in sorted(loaded.items())
        ]
    )


@blueprint.get("/metrics")
@operation("Metrics", scope=Scope.ADMIN, answers={200: str, 503: ProblemAnswer}, media={200: "text/plain"})
def metrics() -> Response:
    """The same numbers in Prometheus' text format. Scale workers on waiting and running sentences and on messages of
    Celery clients."""
    ctx = context()
    backlog = ctx.store.backlog()
    registry = CollectorRegistry()
    jobs = Gauge("kritiq_waiting_jobs", "Jobs in the queue", ["priority"], registry=registry)
    sentences = Gauge("kritiq_waiting_sentences", "Estimated sentences in the queue", ["priority"], registry=registry)
    for priority in backlog.waiting:
        jobs.labels(priority).set(backlog.waiting_jobs[priority])
        sentences.labels(priority).set(backlog.waiting[priority])
    later = Gauge("kritiq_scheduled_jobs", "Jobs whose time has not come, in no queue yet", registry=registry)
    later.set(backlog.scheduled_jobs)
    later = Gauge("kritiq_scheduled_sentences", "Estimated sentences of scheduled jobs", registry=registry)
    later.set(backlog.scheduled)
    unread = Gauge("kritiq_celery_messages", "Tasks of Celery clients that no worker has looked at", registry=registry)
    unread.set(backlog.celery)
    Gauge("kritiq_running_sentences", "Estimated sentences that workers hold", registry=registry).set(backlog.running)
    Gauge("kritiq_workers", "Workers that are up", registry=registry).set(backlog.workers)
    rate = Gauge("kritiq_sentences_per_second", "What the workers measured, together", registry=registry)
    rate.set(backlog.rate or 0)
    for name, count in sorted(({"rejected": 0} | dict(ctx.store.counters())).items()):
        counter = Gauge(f"kritiq_{name}_total", "Counted by the workers since this Redis began", registry=registry)
        counter.set(count)
    _deliveries(registry)
    return Response(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


def _deliveries(registry: CollectorRegistry) -> None:
    """The webhooks' numbers; left out when their store does not answer."""
    deliveries = context().webhooks.deliveries
    try:
        stats, up = dict(deliveries.stats()), len(deliveries.deliverers())
    except Unavailable:
        return
    Gauge("kritiq_delivery_workers", "Delivery workers that are up", registry=registry).set(up)
    pending = Gauge("kritiq_pending_deliveries", "Webhooks that have not ended", registry=registry)
    pending.set(stats.pop("pending"))
    oldest = Gauge("kritiq_oldest_due_seconds", "How late the latest webhook is, whatever holds it", registry=registry)
    oldest.set(stats.pop("oldest_due_ms") / 1000)
    ended = Gauge("kritiq_deliveries_total", "Webhooks by what became of them", ["status"], registry=registry)
    attempts = Gauge("kritiq_delivery_attempts_total", "Attempts by their outcome", ["outcome"], registry=registry)
    for name, count in sorted(stats.items()):
        kind, _, outcome = name.partition(":")
        if kind == "attempt":
            attempts.labels(outcome).set(count)
        else:
            ended.labels(name).set(count)
