"""`/metrics`: what all processes count and what Redis knows of queues and webhooks, for Prometheus."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from access.scope import Scope
from api.http.context import Context, context
from api.http.operation import operation
from api.http.parameters import LARGEST_PAGE
from api.http.problem_schemas import ProblemAnswer
from api.service.families import counted, counter, gauge
from api.service.rollout_families import rollouts
from jobs.agreement import PREFIX, agreements
from jobs.asked_retraining import RetrainingStatus
from jobs.errors import Unavailable
from store import queues
from store.metrics import ProcessReport
from store.traffic import model_key
from watch.drift import drift

blueprint = Blueprint("metrics", __name__)

#: Lists of messages by the name under which their age is told.
_AGED = {
    **{queue.partition(".")[2]: (queue,) for queue in queues.ORDER},
    "celery": queues.CELERY_LISTS,
}
#: Outcomes of attempts to send a webhook that are told from the beginning, at 0: see `telemetry.metric.Metric.known`.
OUTCOMES = (
    "ok", "dns_error", "blocked_address", "connect_error", "tls_error", "timeout", "reset", "protocol_error",
    "http_status",
)  # fmt: skip
#: Counts of workers in milliseconds, which Prometheus is told in seconds.
_MS = "_ms"


@blueprint.get("/metrics")
@operation("Metrics", scope=Scope.ADMIN, answers={200: str, 503: ProblemAnswer}, media={200: "text/plain"})
def metrics() -> Response:
    """What all processes count, in Prometheus' text format: any process of the API tells it for all of them.

    Scale workers on waiting and running sentences and on messages of Celery clients.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(context()))
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(registry), content_type=content_type)


class _Numbers(Collector):
    """All that is told, each read once in one answer; nothing of it takes longer the more there waits."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def collect(self) -> Iterator[Metric]:
        """Raises Unavailable."""
        yield from self._queues()
        yield from self._workers()
        found = self._ctx.metrics.processes()
        examples = [each for report in found for each in report.exemplars.items()]
        # Of several, the newest.
        exemplars = dict(sorted(examples, key=lambda each: each[1][2]))
        yield from counted(self._ctx.metrics.totals(), exemplars)
        yield from self._processes(found)
        yield from self._models()
        yield from rollouts(self._ctx)
        yield from self._redis()
        yield from self._deliveries()
        yield from self._archive()

    def _queues(self) -> Iterator[Metric]:
        backlog = self._ctx.store.backlog()
        jobs = {(priority,): float(count) for priority, count in backlog.waiting_jobs.items()}
        sentences = {(priority,): float(count) for priority, count in backlog.waiting.items()}
        yield gauge("kritiq_waiting_jobs", "Jobs in the queue", jobs, ("priority",))
        yield gauge("kritiq_waiting_sentences", "Estimated sentences in the queue", sentences, ("priority",))
        for name, help_, value in (
            ("scheduled_jobs", "Jobs whose time has not come, in no queue yet", backlog.scheduled_jobs),
            ("scheduled_sentences", "Estimated sentences of scheduled jobs", backlog.scheduled),
            ("celery_messages", "Tasks of Celery clients that no worker has looked at", backlog.celery),
            ("running_sentences", "Estimated sentences that workers hold", backlog.running),
            ("workers", "Workers that are up", backlog.workers),
            ("sentences_per_second", "What the workers measured, together", backlog.rate or 0),
        ):
            yield gauge(f"kritiq_{name}", help_, {(): value})
        # The newest are enough: of those that have not ended there is one for each version at most.
        newest = self._ctx.retrainings.page(size=LARGEST_PAGE).found
        found = Counter(each.status for each in newest)
        kept = {(status.value,): float(found[status]) for status in RetrainingStatus if not status.terminal}
        yield gauge("kritiq_retrainings", "Retrainings that have not ended", kept, ("status",))
        ages = self._ctx.metrics.ages()
        oldest: dict[tuple[str], float] = {
            (name,): max((ages.queues.get(queue, 0.0) for queue in queues), default=0.0)
            for name, queues in _AGED.items()
        }
        help_ = "How long what is next has waited; of scheduled jobs, how long the first is overdue"
        yield gauge("kritiq_oldest_waiting_seconds", help_, {**oldest, ("scheduled",): ages.scheduled}, ("queue",))

    def _workers(self) -> Iterator[Metric]:
        counts = self._ctx.store.counters()
        agreed = agreements(counts)
        for what in ("sentences", "same"):
            judged = {(each.alias, each.version): float(getattr(each, what)) for each in agreed}
            help_ = "Sentences that versions judged without being answered, or judged as it was answered (same)"
            yield counter(f"kritiq_shadow_{what}", help_, judged, ("alias", "version"))
        counts = {name: count for name, count in counts.items() if not name.startswith(PREFIX)}
        for name, count in sorted(({"rejected": 0} | counts).items()):
            told, value = name, float(count)
            if name.endswith(_MS):
                told, value = f"{name.removesuffix(_MS)}_seconds", count / 1000
            yield counter(f"kritiq_{told}", "Counted by the workers since this Redis began", {(): value})

    def _processes(self, found: Sequence[ProcessReport]) -> Iterator[Metric]:
        up = Counter((report.process,) for report in found)
        yield gauge("kritiq_processes", "Processes that were heard of in the last 20 s", dict(up), ("process",))
        labels = ("process", "name")

        def by_process(attribute: str) -> Mapping[tuple[str, ...], float]:
            told = {(report.process, report.name): getattr(report, attribute) for report in found}
            return {names: value for names, value in told.items() if value is not None}

        cpu = "Processor time of each process, user and system"
        yield counter("process_cpu_seconds", cpu, by_process("cpu_s"), labels)
        yield gauge("process_resident_memory_bytes", "Memory of each process", by_process("rss_bytes"), labels)
        device = "Memory that each worker holds on its device"
        yield gauge("kritiq_device_memory_bytes", device, by_process("device_bytes"), labels)
        latency = "How long each process' last write to Redis took"
        yield gauge("kritiq_store_latency_seconds", latency, by_process("store_s"), labels)

    def _models(self) -> Iterator[Metric]:
        """Where the models are, and what became of their traffic, of all organisations together."""
        states = Counter((model.version, model.state.value) for each in self._ctx.served.all() for model in each.models)
        loaded = {(version.rpartition("/")[0], version.rpartition("/")[2]) for version, _ in states}
        yield gauge("kritiq_models", "Workers by what they have of each model", dict(states), ("version", "state"))
        indices: dict[tuple[str, ...], float] = {}
        shifted: dict[tuple[str, ...], float] = {}
        right: dict[tuple[str, ...], float] = {}
        traffic = self._ctx.traffic
        for name, version in sorted(
            {(info.model["name"], info.model["version"]) for info in self._ctx.store.workers()} | loaded
        ):
            model = model_key(name, version)
            reference = traffic.reference(model)
            if reference is None:
                continue
            found = drift(traffic.windows(None, model), reference)
            shifted[name, version] = len(found.shifts)
            indices |= {(name, version, feature): index for feature, index in found.indices.items()}
            if found.expected_right is not None:
                right[name, version] = found.expected_right
        labels = ("model", "version")
        help_ = "Features of a model's traffic that differ from its reference by more than chance"
        yield gauge("kritiq_model_shifted_features", help_, shifted, labels)
        index = "Population stability index of each feature of a model's traffic"
        yield gauge("kritiq_model_stability_index", index, indices, (*labels, "feature"))
        expected = "About the share of answers that are right, by how sure the model is"
        yield gauge("kritiq_model_expected_right", expected, right, labels)

    def _redis(self) -> Iterator[Metric]:
        # The names are those of redis_exporter: its dashboards work with them.
        use = self._ctx.metrics.redis_use()
        yield gauge("redis_memory_used_bytes", "Memory that Redis uses", {(): use.used_bytes})
        yield gauge("redis_memory_max_bytes", "Memory that Redis may use; 0: no limit", {(): use.most_bytes})
        kept = {(kind,): float(size) for kind, size in use.kept.items()}
        yield gauge("kritiq_kept_bytes", "About what Redis uses for what gives way or has a bound", kept, ("kind",))
        yield gauge("redis_connected_clients", "Connections to Redis", {(): use.clients})
        calls = {(name,): float(count) for name, (count, _) in use.commands.items()}
        seconds = {(name,): took for name, (_, took) in use.commands.items()}
        yield counter("redis_commands", "Commands that Redis ran", calls, ("cmd",))
        yield counter("redis_commands_duration_seconds", "Time that they took", seconds, ("cmd",))

    def _deliveries(self) -> Iterator[Metric]:
        """The webhooks' numbers; left out when their store does not answer."""
        deliveries = self._ctx.webhooks.deliveries
        try:
            stats, up = dict(deliveries.stats()), len(deliveries.deliverers())
        except Unavailable:
            return
        yield gauge("kritiq_delivery_workers", "Delivery workers that are up", {(): up})
        yield gauge("kritiq_pending_deliveries", "Webhooks that have not ended", {(): stats.pop("pending")})
        oldest = "How late the latest webhook is, whatever holds it"
        yield gauge("kritiq_oldest_due_seconds", oldest, {(): stats.pop("oldest_due_ms") / 1000})
        counts: dict[str, dict[tuple[str, ...], float]] = defaultdict(dict)
        counts["attempt"] = {(outcome,): 0 for outcome in OUTCOMES}
        for name, count in sorted(stats.items()):
            kind, colon, outcome = name.partition(":")
            counts["attempt" if colon else "status"][(outcome or kind,)] = count
        yield counter("kritiq_deliveries", "Webhooks by what became of them", counts["status"], ("status",))
        attempts = "Attempts by their outcome"
        yield counter("kritiq_delivery_attempts", attempts, counts["attempt"], ("outcome",))

    def _archive(self) -> Iterator[Metric]:
        """How far the archive is behind, where there is one."""
        lag = self._ctx.outbox.lag()
        if lag.on:
            waiting = "Ends and deletions that the archive has not been told of"
            yield gauge("kritiq_archive_waiting", waiting, {(): lag.waiting})
            yield gauge("kritiq_archive_lag_seconds", "How long the first of them has waited", {(): lag.oldest_s})
            dropped = "Ends that found the archive's outbox full: it will not hear of them"
            yield counter("kritiq_archive_dropped", dropped, {(): lag.dropped})
        if lag.files_s is not None:
            files = "How long ago the archive's files last had all that it has"
            yield gauge("kritiq_archive_files_age_seconds", files, {(): lag.files_s})
