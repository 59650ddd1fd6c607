"""The names of keys, queues, tasks and channels: the one place where they are spelled."""

from jobs.job import Priority

#: Tasks that any Celery client may send by name.
ANALYZE = "kritiq.analyze"
PREDICT = "kritiq.predict"

#: One queue per priority, in the order in which workers look.
QUEUES: dict[Priority, str] = {priority: f"kritiq.{priority}" for priority in Priority}
#: Celery's own default queue, where `send_task("kritiq.analyze", [text])` of an unconfigured client lands.
NATIVE_QUEUE = "celery"
#: The queues of single reviews, in the order in which workers look, and those of bulk work.
URGENT_QUEUES = (QUEUES[Priority.HIGH], QUEUES[Priority.NORMAL], NATIVE_QUEUE)
BULK_QUEUES = (QUEUES[Priority.BULK],)
ALL_QUEUES = (*URGENT_QUEUES, *BULK_QUEUES)
#: Where a stock worker (no batch consumer) looks for work that is not a review.
PLAIN_QUEUE = "kritiq.plain"

#: Messages that workers hold: delivery tag -> [queue, message].
CLAIMS = "kritiq:claims"
#: Until when they hold them: delivery tag -> Redis milliseconds.
LEASES = "kritiq:leases"
#: Jobs that have not ended: task id -> when the reconciler should look again.
LIVE = "kritiq:live"
#: Finished jobs: task id -> when text and result are purged.
EXPIRING = "kritiq:expiring"
#: Running totals of what went into and out of the queues, in jobs and in sentences.
FLOW = "kritiq:flow"
#: Live workers: name -> heartbeat expiry; and what they report of themselves.
WORKERS = "kritiq:workers"
WORKER_INFO = "kritiq:worker-info"
#: Live reconcilers: name -> heartbeat expiry (sorted set).
RECONCILERS = "kritiq:reconcilers"
#: What the workers count: hits and misses of the cache, batches, tokens (hash).
COUNTERS = "kritiq:counters"


def job_key(tenant: str, job_id: str) -> str:
    """The record of a job (hash)."""
    return f"kritiq:{tenant}:job:{job_id}"


def jobs_key(tenant: str) -> str:
    """The jobs of a tenant by time of creation (sorted set)."""
    return f"kritiq:{tenant}:jobs"


def restaurant_key(tenant: str, restaurant: str) -> str:
    """The jobs of a restaurant by time of creation (sorted set)."""
    return f"kritiq:{tenant}:restaurant:{restaurant}"


def summary_key(tenant: str, restaurant: str) -> str:
    """Counts of a restaurant: `day|aspect|polarity` -> sentences (hash)."""
    return f"kritiq:{tenant}:summary:{restaurant}"


def dead_key(tenant: str) -> str:
    """Jobs that failed for what they did to their workers, by time (sorted set)."""
    return f"kritiq:{tenant}:dead"


def idempotency_key(tenant: str, key: str) -> str:
    """What an idempotency key was used for (string: digest of the request, space, job id)."""
    return f"kritiq:{tenant}:idem:{key}"


def batch_key(tenant: str, batch_id: str) -> str:
    """The record of a batch (hash)."""
    return f"kritiq:{tenant}:batch:{batch_id}"


def cache_key(digest: str) -> str:
    """The judgement of a sentence (string)."""
    return f"kritiq:cache:{digest}"


def result_key(task_id: str) -> str:
    """The result, in the format and under the key of Celery's own Redis backend; also its pub/sub channel."""
    return f"celery-task-meta-{task_id}"


def job_channel(task_id: str) -> str:
    """Where a change of the job is announced: `version status`."""
    return f"kritiq:job:{task_id}"
