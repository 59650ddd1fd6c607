"""Dead jobs: those that failed because their workers died. They keep their text and may be tried again."""

from dataclasses import replace

from jobs.job import Job
from jobs.settings import Settings
from jobs.submission import new_batch, submit_again
from store.batches import BatchStore
from store.jobs import RedisStore


def requeue(store: RedisStore, batches: BatchStore, settings: Settings, dead: Job) -> str:
    """Try a dead job again as a new job, or a dead chunk as a new batch of its lines; the id of what was made.

    Asking twice makes one (for a day). Raises NotFound when the text is gone, Unavailable, QueueFull.
    """
    key = f"requeue {dead.id}"
    lines = batches.lines(dead.tenant, dead.id)
    if lines is None:
        made = submit_again(store, settings, dead, idempotency=key).job.id
    else:
        renumbered = [replace(line, number=number) for number, line in enumerate(lines, 1)]
        again = replace(dead.request, retry_of=dead.id, not_before=None, ttl_s=dead.ttl_ms // 1000)
        batch = new_batch(again, settings, tenant=dead.tenant)
        made = batches.create(batch, renumbered, target=settings.batch_sentences, idempotency=key).id
    store.forget_dead(dead.tenant, dead.id)
    return made
