"""What has no result and kept its text is tried again: dead jobs, and lines of batches."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from jobs.batch import Batch
from jobs.errors import NotFound, NothingToRetry, NotRetryable, TriedAgain
from jobs.job import Job
from jobs.line import Line
from jobs.settings import Settings
from jobs.submission import again, new_batch, submit_again
from jobs.tries import try_again
from store.batches import BatchStore
from store.jobs import RedisStore


def requeue(store: RedisStore, batches: BatchStore, settings: Settings, dead: Job) -> str:
    """Try a dead job again as a new job, or a dead chunk as a new batch of its lines; the id of what tries it.

    That is what was made before where that goes on, or has a result; for a chunk also what tries its whole batch.
    Raises NotFound when the text is gone, Unavailable, QueueFull.
    """
    lines = batches.lines(dead.tenant, dead.id)
    if lines is None:
        made = submit_again(store, settings, dead).job.id
    else:
        made = _tries(batches, dead.tenant, dead.id.rpartition(".")[0]) or _requeue_lines(
            batches, settings, dead, lines
        )
    store.forget_dead(dead.tenant, dead.id)
    return made


def _requeue_lines(batches: BatchStore, settings: Settings, dead: Job, lines: Iterable[Line]) -> str:
    batch = new_batch(again(dead.request, dead.id, dead.ttl_ms), settings, tenant=dead.tenant)
    try:
        return batches.create(batch, list(renumbered(lines)), target=settings.batch_sentences).id
    except TriedAgain:
        return _tries(batches, dead.tenant, dead.id) or _requeue_lines(batches, settings, dead, lines)


def _tries(batches: BatchStore, tenant: str, old_id: str) -> str | None:
    """The batch that tries a batch or a chunk again, where it is still there."""
    made = batches.tried_again(tenant, old_id)
    try:
        return None if made is None else batches.get(tenant, made).id
    except NotFound:
        return None


def retry_lines(
    batches: BatchStore, settings: Settings, old: Batch, *, idempotency: str | None = None, trace: str = ""
) -> Batch:
    """Try the lines of a batch that ended without a result once more, as a new batch in their order, with `retry_of`.

    Where they were tried before, those of them that have no result yet; none while that goes on, and where all have
    one: then that is the answer. Lines that had no text that could be judged are left out. Raises NotRetryable while
    lines of `old` wait, NothingToRetry, IdempotencyMismatch, Unavailable, QueueFull, OverLimit, TooMuch, Gone.
    """
    digest = f"retry:{old.id}"

    def make(last: Batch) -> Batch:
        if not last.status.terminal:
            raise NotRetryable("The batch has not ended: cancel it, or wait.")
        batch = new_batch(again(last.request, last.id, last.ttl_ms), settings, tenant=old.tenant, trace=trace)
        return batches.create_in_parts(
            batch, _some(renumbered(batches.without_result(last))), target=settings.batch_sentences,
            idempotency=idempotency, digest=digest, limit=settings.max_backlog, own=settings.allowance,
        )  # fmt: skip

    return try_again(
        batches, old, get=lambda batch_id: batches.get(old.tenant, batch_id), make=make, there=lambda batch: batch,
        key=idempotency, digest=digest,
    )  # fmt: skip


def _some(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines. Raises NothingToRetry at the end of none."""
    some = False
    for line in lines:
        some = True
        yield line
    if not some:
        raise NothingToRetry


def renumbered(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines as those of another batch."""
    return (replace(line, number=number) for number, line in enumerate(lines, 1))
