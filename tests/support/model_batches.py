"""The batches' model in memory, over the `ModelStore` that keeps and hands out their chunks."""

from collections.abc import Sequence
from dataclasses import replace

from jobs.batch import Batch, BatchStatus, Line, cut, decode_chunk, encode_chunk, error_line, result_lines
from jobs.errors import Gone, NotCancelable, NotFound
from jobs.job import Job, JobError, Status, task_id
from store.batches import ChunkResult
from tests.support.model_queries import Record
from tests.support.model_store import ModelStore


class ModelBatches:
    """See `store.batches.BatchStore`. Deleted batches answer Gone for ever here, for a day there."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store

    def create(
        self,
        batch: Batch,
        lines: Sequence[Line],
        *,
        target: int,
        idempotency: str | None = None,
        digest: str = "",
        limit: int = 0,
    ) -> Batch:
        store = self._store
        with store.lock:
            if (first := store.made_before(batch.tenant, idempotency, digest)) is not None:
                return self.get(batch.tenant, first)
            chunks = cut(lines, target)
            later = batch.due_at is not None and batch.due_at > store._now()
            store.demand_room(sum(line.weight for line in lines), limit, later=later)
            status = BatchStatus.SCHEDULED if later else BatchStatus.RUNNING
            made = replace(batch, status=status, total=len(lines), chunks=len(chunks), created_at=store._now())
            store.batches[batch.tenant, batch.id] = made
            for number, chunk in enumerate(chunks):
                job = Job(
                    id=batch.chunk_id(number), tenant=batch.tenant, request=batch.request, ttl_ms=batch.ttl_ms,
                    weight=sum(line.weight for line in chunk), due_at=batch.due_at,
                )  # fmt: skip
                text = encode_chunk(chunk).decode()
                store.put(
                    Record(job=job, text=text, digest="", queued_at=store._now(), batch=batch.id, lines=len(chunk))
                )
            store.remember(batch.tenant, idempotency, digest, batch.id)
            return made

    def get(self, tenant: str, batch_id: str) -> Batch:
        with self._store.lock:
            if (tenant, batch_id) not in self._store.batches:
                raise NotFound
            batch = self._store.batches[tenant, batch_id]
            if batch is None or (batch.expires_at is not None and batch.expires_at <= self._store._now()):
                raise Gone
            return batch

    def chunk(self, batch: Batch, number: int) -> ChunkResult:
        with self._store.lock:
            record = self._store._records.get((batch.tenant, batch.chunk_id(number)))
            if record is None:
                raise Gone
            job = record.job
            if not job.status.terminal:
                return ChunkResult(lines=None)
            if job.status is Status.SUCCEEDED:
                return ChunkResult(lines=result_lines(record.result or b""))
            why = job.error or JobError(code=job.status.value, message="Not judged.")
            rows = [error_line(line, why.code, why.message) for line in decode_chunk(record.text)]
            return ChunkResult(lines=b"\n".join(rows) + b"\n")

    def cancel(self, tenant: str, batch_id: str) -> Batch:
        store = self._store
        with store.lock:
            batch = store.batches.get((tenant, batch_id))
            if batch is None:
                return self.get(tenant, batch_id)
            if batch.cancel_requested:
                return self.get(tenant, batch_id)
            if not batch.status.terminal:
                changed = replace(batch, cancel_requested=True, version=batch.version + 1)
                store.batches[tenant, batch_id] = changed
                store.on_change(task_id(tenant, batch_id))
                for record in store._chunks((tenant, batch_id)):
                    if record.job.status in (Status.SCHEDULED, Status.QUEUED):
                        store._finish(record, Status.CANCELED)
                    elif record.job.status is Status.RUNNING:
                        record.job = replace(record.job, cancel_requested=True)
            elif batch.status is not BatchStatus.CANCELED:
                raise NotCancelable
            return self.get(tenant, batch_id)

    def delete(self, tenant: str, batch_id: str) -> None:
        store = self._store
        with store.lock:
            if store.batches.get((tenant, batch_id)) is None:
                self.get(tenant, batch_id)
            for record in store._chunks((tenant, batch_id)):
                store._purge(record)
            store.batches[tenant, batch_id] = None
