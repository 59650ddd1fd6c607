"""What has no result and kept its text is tried again: dead jobs, and lines of batches."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from jobs.batch import Batch
from jobs.errors import NothingToRetry, NotRetryable
from jobs.job import Job
from jobs.line import Line
from jobs.settings import Settings
from jobs.submission import again, new_batch, submit_again
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
        batch = new_batch(again(dead.request, dead.id, dead.ttl_ms), settings, tenant=dead.tenant)
        made = batches.create(batch, list(renumbered(lines)), target=settings.batch_sentences, idempotency=key).id
    store.forget_dead(dead.tenant, dead.id)
    return made


def retry_lines(
    batches: BatchStore, settings: Settings, old: Batch, *, idempotency: str | None = None, trace: str = ""
) -> Batch:
    """Try the lines of a batch that ended without a result once more, as a new batch in their order, with `retry_of`.

    Lines that had no text that could be judged are left out. Raises NotRetryable while lines wait, NothingToRetry,
    IdempotencyMismatch, Unavailable, QueueFull, OverLimit, TooMuch, Gone.
    """
    if not old.status.terminal:
        raise NotRetryable("The batch has not ended: cancel it, or wait.")

    def lines() -> Iterator[Line]:
        some = False
        for line in renumbered(batches.without_result(old)):
            some = True
            yield line
        if not some:
            raise NothingToRetry

    batch = new_batch(again(old.request, old.id, old.ttl_ms), settings, tenant=old.tenant, trace=trace)
    return batches.create_in_parts(
        batch, lines(), target=settings.batch_sentences, idempotency=idempotency, digest=f"retry:{old.id}",
        limit=settings.max_backlog, own=settings.allowance,
    )  # fmt: skip


def renumbered(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines as those of another batch."""
    return (replace(line, number=number) for number, line in enumerate(lines, 1))
