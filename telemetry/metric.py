"""What the processes count, by name: kind, labels, and the bounds of what is measured.

Labels have few values: no ids, no texts, no tenant's names, only the class that the operator gives a tenant. The API
tells these numbers to Prometheus.
"""

from dataclasses import dataclass

#: Bounds of durations, in seconds; 30 is what clients are promised.
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
#: Bounds of sizes: sentences of a batch.
SIZES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """Something that only grows: a counter, or with `buckets` a histogram with these upper bounds."""

    #: A counter's name lacks the `_total` that Prometheus shows.
    name: str
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    #: Labels that are told from the beginning, at 0: of a counter that first shows as 1, Prometheus sees no increase.
    known: tuple[tuple[str, ...], ...] = ()


#: The queues by their short names.
_QUEUES = ("high", "normal", "models", "long", "bulk")
#: How jobs end, and why they fail (`jobs.job.JobError`), but for what happens to few.
_ENDS = (
    ("succeeded", ""), ("canceled", ""), ("expired", ""), ("failed", "worker_lost"), ("failed", "prediction_failed"),
    ("failed", "out_of_memory"), ("failed", "time_limit"),
)  # fmt: skip
#: The class of a tenant of which the operator has said none.
STANDARD = "standard"

HTTP_REQUESTS = Metric(
    name="kritiq_http_requests", help="Requests that the API answered", labels=("method", "route", "status")
)
HTTP_SECONDS = Metric(
    name="kritiq_http_request_duration_seconds", help="From a request's arrival until its answer is ready",
    labels=("method", "route"), buckets=SECONDS,
)  # fmt: skip
#: `accept` is a POST of jobs or batches, `deliver` an attempt to send a webhook; the others are those of a job's
#: `timings`, once for each job.
STAGE_SECONDS = Metric(
    name="kritiq_stage_duration_seconds",
    help="A job's stages: accept, queue, tokenize, wait (for the device), infer, store, deliver",
    labels=("stage",), buckets=SECONDS,
)  # fmt: skip
JOB_SECONDS = Metric(
    name="kritiq_job_duration_seconds",
    help="Single reviews, from when they could have begun until their result was stored", buckets=SECONDS,
)  # fmt: skip
BATCH_SENTENCES = Metric(
    name="kritiq_batch_sentences", help="Sentences that went through the network together", buckets=SIZES
)
JUDGED = Metric(
    name="kritiq_jobs_judged", help="Jobs that a worker has judged, by model",
    labels=("model", "version", "outcome"),
)  # fmt: skip
#: The scripts count these three (store/lua).
JOBS_ENDED = Metric(
    name="kritiq_jobs_ended", help="Jobs by how they ended, and whose they were; chunks of batches count as one",
    labels=("queue", "status", "reason", "class"),
    known=tuple((queue, *end, STANDARD) for queue in _QUEUES for end in _ENDS),
)  # fmt: skip
JOBS_LATE = Metric(
    name="kritiq_jobs_late", help="Jobs that ended more than 30 s after they could have begun",
    labels=("queue", "class"), known=tuple((queue, STANDARD) for queue in _QUEUES),
)  # fmt: skip
ATTEMPTS_LOST = Metric(
    name="kritiq_attempts_lost", help="Attempts that came to nothing: strike (the worker was lost), released",
    labels=("reason",), known=(("strike",), ("released",)),
)  # fmt: skip
#: The scripts count it, too. `right`: somebody says that it is as it was judged.
FEEDBACK = Metric(
    name="kritiq_feedback", help="Judgements that people said are right, or corrected", labels=("verdict",),
    known=(("right",), ("corrected",)),
)  # fmt: skip
FENCED = Metric(name="kritiq_results_fenced", help="Results that came too late: another attempt had the job")

#: `missed` and, of feedback, `unsaid`: had gone from Redis before the archive read it; `refused`: what no database
#: takes.
ARCHIVED = Metric(
    name="kritiq_archive_entries",
    help="What the archive was told: ended, deleted, erased, feedback said, taken-back; missed, unsaid, refused: not in"
    " it; filed: days; unfiled: passes",
    labels=("what",), known=(("missed",), ("refused",), ("unfiled",)),
)  # fmt: skip

#: All of them, by name.
METRICS = {
    metric.name: metric
    for metric in (
        HTTP_REQUESTS, HTTP_SECONDS, STAGE_SECONDS, JOB_SECONDS, BATCH_SENTENCES, JUDGED, JOBS_ENDED, JOBS_LATE,
        ATTEMPTS_LOST, FEEDBACK, FENCED, ARCHIVED,
    )
}  # fmt: skip
