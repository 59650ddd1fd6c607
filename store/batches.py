"""Batches in Redis: their records, chunks and results."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from jobs.batch import Batch, BatchStatus, Line, cut, decode_chunk, encode_chunk, error_line, result_lines
from jobs.errors import Gone, IdempotencyMismatch, NotCancelable, NotFound, QueueFull
from jobs.job import JobError, Status, task_id
from jobs.request import JobRequest, Priority
from jobs.timestamp import milliseconds
from store import keys
from store.job_record import MessageFactory, pairs, result_of, shared_fields
from store.jobs import CHECK_MS, IDEMPOTENCY_MS
from store.scripts import RedisBase, translated

#: What `batch_from` reads, in its order.
READ = (
    "status", "version", "total", "succeeded", "failed", "canceled", "expired", "chunks", "cancel_requested",
    "created_at", "finished_at", "expires_at", "ttl_ms", "request", "gone",
)  # fmt: skip
GONE = "The batch was deleted or is past its time."


@dataclass(frozen=True, kw_only=True, slots=True)
class ChunkResult:
    """What there is of a chunk: its NDJSON lines once it has ended, else None."""

    lines: bytes | None


class BatchStore(RedisBase):
    """Keeps batches. Errors as in `jobs.store.JobStore`."""

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self._messages = MessageFactory()

    @translated
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
        """Store a batch and queue its chunks of about `target` sentences, all at once.

        The same key with the same digest gives the first batch. Raises IdempotencyMismatch, QueueFull.
        """
        chunks = cut(lines, target)
        queue = keys.QUEUES[Priority.BULK]
        shared = shared_fields(batch.tenant, batch.request, batch.ttl_ms)
        of_batch, of_chunks = pairs({**shared, "total": len(lines)}), pairs(shared)
        weight = sum(line.weight for line in lines)
        args: list[Any] = [batch.tenant, batch.id, weight, limit, idempotency or "", digest, IDEMPOTENCY_MS, CHECK_MS]
        args += [batch.due_at or 0]
        args += [len(of_batch), *of_batch, len(of_chunks), *of_chunks]
        for number, chunk in enumerate(chunks):
            chunk_id = batch.chunk_id(number)
            message = self._messages.build(batch.tenant, chunk_id, queue)
            args += [chunk_id, message, sum(line.weight for line in chunk), len(chunk), encode_chunk(chunk)]
        answer = self._run("batch/create", [queue], args)
        match answer[0]:
            case b"created":
                status = BatchStatus(answer[2].decode())
                return replace(batch, status=status, created_at=int(answer[1]), total=len(lines), chunks=len(chunks))
            case b"seen":
                return self.get(batch.tenant, answer[1].decode())
            case b"mismatch":
                raise IdempotencyMismatch
            case _ if (batch.due_at or 0) > self._now_ms():
                raise QueueFull.of_scheduled(int(answer[1]))
            case _:
                raise QueueFull(f"{int(answer[1])} sentences are waiting already.", retry_after_s=5)

    @translated
    def get(self, tenant: str, batch_id: str) -> Batch:
        """A batch with its counts. Raises NotFound, Gone."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.hmget(keys.BATCH(tenant, batch_id), READ)
        pipe.time()
        values, (seconds, micros) = pipe.execute()
        return batch_from(tenant, batch_id, values, seconds * 1000 + micros // 1000)

    @translated
    def chunk(self, batch: Batch, number: int) -> ChunkResult:
        """The results of a chunk, when it has ended. Raises Gone."""
        chunk_id = batch.chunk_id(number)
        pipe = self._redis.pipeline(transaction=False)
        pipe.hmget(keys.JOB(batch.tenant, chunk_id), "status", "error")
        pipe.get(keys.RESULT(task_id(batch.tenant, chunk_id)))
        (status, error), meta = pipe.execute()
        if status is None:
            raise Gone(GONE)
        state = Status(status.decode())
        if not state.terminal:
            return ChunkResult(lines=None)
        if state is Status.SUCCEEDED:
            # Redis takes the result away on the dot, the reconciler the record a little later.
            if meta is None:
                raise Gone(GONE)
            return ChunkResult(lines=result_lines(result_of(meta)))
        text: Any = self._redis.hget(keys.JOB(batch.tenant, chunk_id), "text")
        if text is None:
            raise Gone(GONE)
        why = JobError(**orjson.loads(error)) if error else JobError(code=state.value, message="Not judged.")
        rows = [error_line(line, why.code, why.message) for line in decode_chunk(text)]
        return ChunkResult(lines=b"\n".join(rows) + b"\n")

    @translated
    def lines(self, tenant: str, chunk_id: str) -> list[Line] | None:
        """The lines of a chunk; None for a job that is no chunk. Raises NotFound when its text is gone."""
        batch, text = self._redis.hmget(keys.JOB(tenant, chunk_id), "batch", "text")
        if batch is None:
            return None
        if text is None:
            raise NotFound
        return decode_chunk(text)

    @translated
    def cancel(self, tenant: str, batch_id: str) -> Batch:
        """Stop what has not started. Raises NotFound, Gone, NotCancelable."""
        answer = self._run("batch/cancel", args=[tenant, batch_id])
        if answer[0] == b"ended":
            raise NotCancelable("The batch has already ended.")
        return self.get(tenant, batch_id)

    @translated
    def delete(self, tenant: str, batch_id: str) -> None:
        """Purge a batch and everything in it. Raises NotFound, Gone."""
        if not self._run("batch/delete", args=[tenant, batch_id]):
            self.get(tenant, batch_id)


def batch_from(tenant: str, batch_id: str, values: Sequence[bytes | None], now_ms: int) -> Batch:
    """The batch whose fields `READ` are `values`, when a client may see it at `now_ms`. Raises NotFound, Gone."""
    raw = dict(zip(READ, values, strict=True))
    if raw["gone"]:
        raise Gone(GONE)
    if raw["status"] is None:
        raise NotFound("There is no such batch.")

    def number(name: str) -> int:
        return int(raw[name] or 0)

    expires = number("expires_at") or None
    if expires is not None and expires <= now_ms:
        raise Gone(GONE)
    return Batch(
        id=batch_id,
        tenant=tenant,
        status=BatchStatus(raw["status"].decode()),
        version=number("version"),
        total=number("total"),
        succeeded=number("succeeded"),
        failed=number("failed"),
        canceled=number("canceled"),
        expired=number("expired"),
        chunks=number("chunks"),
        cancel_requested=raw["cancel_requested"] is not None,
        created_at=number("created_at"),
        finished_at=number("finished_at") or None,
        expires_at=expires,
        ttl_ms=number("ttl_ms"),
        request=(request := JobRequest.decode(raw["request"])),
        due_at=None if request.not_before is None else milliseconds(request.not_before),
    )
