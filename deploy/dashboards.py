"""Writes Grafana's dashboards, `python -m deploy.dashboards`: a row of panels each, over what `/metrics` tells.

Every process of the API tells the same numbers, so `max by (...)` comes before anything is added up.
"""

from pathlib import Path

from deploy.dashboard import Dashboard, Panel, rendered

FOLDER = Path(__file__).parent / "grafana" / "dashboards"


def quantile(metric: str, share: float, by: str = "", where: str = "") -> str:
    """A quantile of a histogram over five minutes."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, max by ({labels}) (rate({metric}_bucket{{{where}}}[5m])))"


def by_class(where: str = "", queue: str = '!="bulk"') -> str:
    """Ends a second by the tenants' class."""
    ends = f"rate({ENDED}{{queue{queue}{where}}}[5m])"
    return f"sum by (class) (max by (queue, status, reason, class) ({ends}))"


ENDED = "kritiq_jobs_ended_total"
STAGE = "kritiq_stage_duration_seconds"
HTTP = "kritiq_http_request_duration_seconds"

DASHBOARDS = (
    Dashboard(
        uid="kritiq", title="Kritiq: overview",
        panels=(
            Panel(title="Workers", queries={"": "max(kritiq_workers)"}, stat=True, wide=4),
            Panel(title="Delivery workers", queries={"": "max(kritiq_delivery_workers)"}, stat=True, wide=4),
            Panel(title="Sentences a second", queries={"": "max(kritiq_sentences_per_second)"}, stat=True, wide=4),
            Panel(
                title="Time until all is done", unit="s", stat=True, wide=4,
                queries={"": "(sum(max by (priority) (kritiq_waiting_sentences)) + max(kritiq_running_sentences))"
                         " / max(kritiq_sentences_per_second)"},
            ),
            Panel(
                title="Late or failed", unit="percentunit", stat=True, wide=4, text="In an hour; 0.1 % is promised.",
                queries={"": "kritiq:missed:ratio_rate1h"},
            ),
            Panel(title="Webhooks waiting", queries={"": "max(kritiq_pending_deliveries)"}, stat=True, wide=4),
            Panel(
                title="Waiting sentences",
                queries={"{{priority}}": "max by (priority) (kritiq_waiting_sentences)",
                         "scheduled": "max(kritiq_scheduled_sentences)", "celery": "max(kritiq_celery_messages)",
                         "running": "max(kritiq_running_sentences)"},
            ),
            Panel(
                title="Oldest job", unit="s",
                queries={"{{queue}}": "max by (queue) (kritiq_oldest_waiting_seconds)"},
            ),
            Panel(title="Jobs that ended", unit="ops", queries={"{{status}}": (
                f"sum by (status) (max by (queue, status, reason, class) (rate({ENDED}[5m])))")}),
            Panel(title="Failures", unit="ops", queries={"{{reason}}": (
                f'sum by (reason) (max by (queue, reason, class) (rate({ENDED}{{status="failed"}}[5m])))')}),
            Panel(title="Requests", unit="reqps", queries={"{{status}}": (
                "sum by (status) (max by (method, route, status) (rate(kritiq_http_requests_total[5m])))")}),
            Panel(
                title="Slowest requests", unit="s", text="95th percentile of each route.",
                queries={"{{method}} {{route}}": f"topk(10, {quantile(HTTP, 0.95, 'method, route')})"},
            ),
        ),
    ),
    Dashboard(
        uid="kritiq-queue", title="Kritiq: one queue", variables={"queue": ENDED},
        panels=(
            Panel(title="Waiting jobs", queries={"": 'max(kritiq_waiting_jobs{priority="$queue"})'}, stat=True, wide=6),
            Panel(
                title="Oldest job", unit="s", stat=True, wide=6,
                queries={"": 'max(kritiq_oldest_waiting_seconds{queue="$queue"})'},
            ),
            Panel(
                title="Late in an hour", stat=True, wide=6, text="More than 30 s.",
                queries={"": 'sum(max by (class) (increase(kritiq_jobs_late_total{queue="$queue"}[1h])))'},
            ),
            Panel(
                title="Ended in an hour", stat=True, wide=6,
                queries={"": f'sum(max by (status, reason, class) (increase({ENDED}{{queue="$queue"}}[1h])))'},
            ),
            Panel(title="Ends", unit="ops", wide=12, queries={"{{status}} {{reason}}": (
                f'sum by (status, reason) (max by (status, reason, class) (rate({ENDED}{{queue="$queue"}}[5m])))')}),
            Panel(
                title="Stages", unit="s", wide=12, text="Medians, of all queues.",
                queries={"{{stage}}": quantile(STAGE, 0.5, "stage")},
            ),
        ),
    ),
    Dashboard(
        uid="kritiq-tenants", title="Kritiq: tenants by class",
        panels=(
            Panel(title="Ends", unit="ops", wide=12, text="Without bulk work.", queries={"{{class}}": by_class()}),
            Panel(
                title="Late", unit="percentunit", wide=12, text="Share of ends after over 30 s, without bulk work.",
                queries={"{{class}}": "sum by (class) (max by (queue, class) (rate(kritiq_jobs_late_total"
                         f'{{queue!="bulk"}}[5m]))) / clamp_min({by_class()}, 0.0001)'},
            ),
            Panel(
                title="Failed", unit="percentunit", wide=12, text="Share of ends, without bulk work.",
                queries={"{{class}}": f"""{by_class(', status="failed"')} / clamp_min({by_class()}, 0.0001)"""},
            ),
            Panel(title="Ends of bulk work", unit="ops", wide=12, queries={"{{class}}": by_class(queue='="bulk"')}),
            Panel(
                title="Refused by a limit", unit="reqps", wide=12, text="429, of all classes.",
                queries={"": "sum(max by (method, route) (rate(kritiq_http_requests_total"
                         '{status="429"}[5m]))) or vector(0)'},
            ),
        ),
    ),
    Dashboard(
        uid="kritiq-workers", title="Kritiq: workers",
        panels=(
            Panel(
                title="Device busy", unit="percentunit",
                queries={"": "max(rate(kritiq_device_busy_seconds_total[5m]))"
                         " / clamp_min(max(rate(kritiq_device_busy_seconds_total[5m]))"
                         " + max(rate(kritiq_device_idle_seconds_total[5m])), 0.001)"},
            ),
            Panel(title="Sentences of a batch", queries={
                "median": quantile("kritiq_batch_sentences", 0.5), "95 %": quantile("kritiq_batch_sentences", 0.95)}),
            Panel(
                title="Padding", unit="percentunit", text="Share of what the network multiplied that was no token.",
                queries={"": "1 - max(rate(kritiq_tokens_total[5m])) / max(rate(kritiq_padded_tokens_total[5m]))"},
            ),
            Panel(title="Stages", unit="s", text="95th percentiles.",
                  queries={"{{stage}}": quantile(STAGE, 0.95, "stage")}),
            Panel(
                title="Cache", unit="percentunit", text="Share of sentences whose judgement was known.",
                queries={"": "max(rate(kritiq_cache_hits_total[5m])) / (max(rate(kritiq_cache_hits_total[5m]))"
                         " + max(rate(kritiq_cache_misses_total[5m])))"},
            ),
            Panel(title="Attempts lost", queries={
                "{{reason}}": "max by (reason) (increase(kritiq_attempts_lost_total[5m]))",
                "too late": "max(increase(kritiq_results_fenced_total[5m]))"}),
            Panel(title="Processor time", unit="percentunit", queries={
                "{{name}}": "max by (name) (rate(process_cpu_seconds_total{process!=\"\"}[5m]))"}),
            Panel(title="Memory", unit="bytes", queries={
                "{{name}}": "max by (name) (process_resident_memory_bytes{process!=\"\"})"}),
            Panel(title="Redis' memory", unit="bytes", queries={
                "used": "max(redis_memory_used_bytes)", "most": "max(redis_memory_max_bytes)"}),
            Panel(title="Redis' time", unit="percentunit", text="Share of a core by command.", queries={
                "{{cmd}}": "topk(10, max by (cmd) (rate(redis_commands_duration_seconds_total[5m])))"}),
            Panel(title="Writes to Redis", unit="s", queries={
                "{{name}}": "max by (name) (kritiq_store_latency_seconds)"}),
            Panel(title="Jobs by model", unit="ops", queries={"{{model}} {{version}} {{outcome}}": (
                "max by (model, version, outcome) (rate(kritiq_jobs_judged_total[5m]))")}),
        ),
    ),
    Dashboard(
        uid="kritiq-models", title="Kritiq: models",
        panels=(
            Panel(title="Features that have shifted", queries={
                "{{model}} {{version}}": "max by (model, version) (kritiq_model_shifted_features)"}, stat=True),
            Panel(title="Answers that are right, about", unit="percentunit", queries={
                "{{model}} {{version}}": "max by (model, version) (kritiq_model_expected_right)"}, stat=True),
            Panel(title="Jobs by model", unit="ops", queries={"{{model}} {{version}} {{outcome}}": (
                "max by (model, version, outcome) (rate(kritiq_jobs_judged_total[5m]))")}),
            Panel(
                title="Stability index", wide=24, text="Below 0.1 nothing to speak of, above 0.25 much.",
                queries={"{{feature}}": "max by (model, version, feature) (kritiq_model_stability_index)"},
            ),
            Panel(title="Retrainings", queries={"{{status}}": "max by (status) (kritiq_retrainings)"}),
        ),
    ),
    Dashboard(
        uid="kritiq-archive", title="Kritiq: archive",
        panels=(
            Panel(title="Waiting", queries={"": "max(kritiq_archive_waiting)"}, stat=True, wide=6),
            Panel(title="Behind", unit="s", queries={"": "max(kritiq_archive_lag_seconds)"}, stat=True, wide=6),
            Panel(
                title="Lost", queries={"": "max(kritiq_archive_dropped_total)"}, stat=True, wide=6,
                text="Ends that found the outbox full, since this Redis began.",
            ),
            Panel(
                title="Age of the files", unit="s", stat=True, wide=6,
                queries={"": "max(kritiq_archive_files_age_seconds)"},
            ),
            Panel(title="Entries", unit="ops", wide=12, text="What it was told, by what became of it.", queries={
                "{{what}}": "max by (what) (rate(kritiq_archive_entries_total[5m]))"}),
            Panel(title="Waiting, and behind", wide=12, text="Entries of the outbox; seconds.", queries={
                "waiting": "max(kritiq_archive_waiting)", "behind": "max(kritiq_archive_lag_seconds)"}),
        ),
    ),
    Dashboard(
        uid="kritiq-flower", title="Kritiq: Flower",
        panels=(
            Panel(title="Workers online", queries={"": "sum(flower_worker_online)"}, stat=True),
            Panel(
                title="Tasks in hand", queries={"": "sum(flower_worker_number_of_currently_executing_tasks)"},
                stat=True,
            ),
            Panel(title="Flower is scraped", queries={"": 'min(up{job="flower"})'}, stat=True),
            Panel(title="Events", unit="ops", wide=12, text="By kind, as Celery's workers tell them.", queries={
                "{{type}}": "sum by (type) (rate(flower_events_total[5m]))"}),
            Panel(title="Time of a task", unit="s", wide=12, queries={
                "median": quantile("flower_task_runtime_seconds", 0.5),
                "95 %": quantile("flower_task_runtime_seconds", 0.95)}),
        ),
    ),
    Dashboard(
        uid="kritiq-webhooks", title="Kritiq: webhooks",
        panels=(
            Panel(title="Delivery workers", queries={"": "max(kritiq_delivery_workers)"}, stat=True),
            Panel(title="Waiting", queries={"": "max(kritiq_pending_deliveries)"}, stat=True),
            Panel(title="Latest", unit="s", queries={"": "max(kritiq_oldest_due_seconds)"}, stat=True),
            Panel(title="Attempts", unit="ops", queries={
                "{{outcome}}": "max by (outcome) (rate(kritiq_delivery_attempts_total[5m]))"}),
            Panel(title="Ends", unit="ops", queries={
                "{{status}}": "max by (status) (rate(kritiq_deliveries_total[5m]))"}),
            Panel(title="Time of an attempt", unit="s", queries={
                "median": quantile(STAGE, 0.5, where='stage="deliver"'),
                "95 %": quantile(STAGE, 0.95, where='stage="deliver"')}),
        ),
    ),
)  # fmt: skip


if __name__ == "__main__":
    for each in DASHBOARDS:
        (FOLDER / f"{each.uid}.json").write_text(rendered(each), encoding="utf-8")
