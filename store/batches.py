"""Batches in Redis: their records, chunks and results."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from jobs.batch import Batch, BatchFilter, BatchStatus, cut
from jobs.errors import Gone, IdempotencyMismatch, NotCancelable, NotFound, QueueFull
from jobs.job import JobError, Status, task_id
from jobs.line import Line, LineStatus, decode_chunk, encode_chunk, error_line, result_lines, waiting_line
from jobs.request import JobRequest
from jobs.timestamp import milliseconds
from store import keys
from store.job_record import MessageFactory, pairs, result_of, shared_fields
from store.jobs import CHECK_MS, IDEMPOTENCY_MS
from store.listing import MOST_LOOKED_AT, Slice, newest
from store.scripts import RedisBase, translated

#: What `batch_from` reads, in its order.
READ = (
    "status", "version", "total", "succeeded", "failed", "canceled", "expired", "chunks", "cancel_requested",
    "created_at", "finished_at", "expires_at", "ttl_ms", "request", "others", "gone",
)  # fmt: skip
#: Between ids of restaurants, which have no comma.
_SEPARATOR = ","
GONE = "The batch was deleted or is past its time."


@dataclass(frozen=True, kw_only=True, slots=True)
class ChunkResult:
    """What there is of a chunk: its NDJSON lines once it has ended, else None."""

    lines: bytes | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LinePage:
    """Some lines of a batch, each as JSON."""

    rows: Sequence[bytes]
    #: Number of the line behind which the next page begins; None at the end.
    next: int | None = None


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
        weight = sum(line.weight for line in lines)
        queue = keys.queue_of(batch.request.priority, weight)
        shared = shared_fields(batch.tenant, batch.request, batch.ttl_ms)
        of_batch, of_chunks = (
            pairs({**shared, "total": len(lines), "others": _SEPARATOR.join(batch.others) if batch.others else None}),
            pairs({**shared, "day": batch.day}),
        )
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
    def page(
        self, tenant: str, wanted: BatchFilter, *, size: int, before: tuple[int, str] | None = None
    ) -> Slice[Batch]:
        """Up to `size` batches, newest first, older than `before`; fewer when many were looked at that do not fit."""
        now = self._now_ms()

        def read(ids: list[str]) -> list[Batch | None]:
            pipe = self._redis.pipeline(transaction=False)
            for batch_id in ids:
                pipe.hmget(keys.BATCH(tenant, batch_id), READ)
            return [_shown(tenant, *row, wanted, now) for row in zip(ids, pipe.execute(), strict=True)]

        return newest(
            self._redis, keys.BATCHES(tenant), read, size=size, before=before, since_ms=wanted.since_ms,
            until_ms=wanted.until_ms,
        )  # fmt: skip

    @translated
    def chunk(self, batch: Batch, number: int) -> ChunkResult:
        """The results of a chunk, when it has ended. Raises Gone."""
        rows, ended = self._rows(batch, number)
        return ChunkResult(lines=rows if ended else None)

    @translated
    def line_page(self, batch: Batch, status: LineStatus | None, *, size: int, after: int = 0) -> LinePage:
        """Up to `size` lines behind line `after`, in order; fewer when many were looked at that do not fit."""
        pipe = self._redis.pipeline(transaction=False)
        for number in range(batch.chunks):
            pipe.hget(keys.JOB(batch.tenant, batch.chunk_id(number)), "lines")
        found, last, looked = list[bytes](), after, 0
        begun = 0
        for number, count in enumerate(pipe.execute()):
            begun += int(count or 0)
            if begun <= after:
                continue
            rows = self._rows(batch, number)[0].splitlines()
            first = begun - len(rows) + 1
            for last, row in enumerate(rows[max(0, after - first + 1) :], max(first, after + 1)):
                looked += 1
                if status is None or orjson.loads(row)["status"] == status:
                    found.append(row)
                if len(found) == size or looked == MOST_LOOKED_AT:
                    return LinePage(rows=found, next=last if last < batch.total else None)
        return LinePage(rows=found)

    def _rows(self, batch: Batch, number: int) -> tuple[bytes, bool]:
        """The lines of a chunk as NDJSON, and whether it has ended. Raises Gone."""
        chunk_id = batch.chunk_id(number)
        pipe = self._redis.pipeline(transaction=False)
        pipe.hmget(keys.JOB(batch.tenant, chunk_id), "status", "error")
        pipe.get(keys.RESULT(task_id(batch.tenant, chunk_id)))
        (status, error), meta = pipe.execute()
        if status is None:
            raise Gone(GONE)
        state = Status(status.decode())
        if state is Status.SUCCEEDED:
            # Redis takes the result away on the dot, the reconciler the record a little later.
            if meta is None:
                raise Gone(GONE)
            return result_lines(result_of(meta)), True
        text: Any = self._redis.hget(keys.JOB(batch.tenant, chunk_id), "text")
        if text is None:
            raise Gone(GONE)
        if not state.terminal:
            rows = [waiting_line(line, batch.request) for line in decode_chunk(text)]
        else:
            why = JobError(**orjson.loads(error)) if error else JobError(code=state.value, message="Not judged.")
            rows = [error_line(line, batch.request, why.code, why.message) for line in decode_chunk(text)]
        return b"\n".join(rows) + b"\n", state.terminal

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


def _shown(
    tenant: str, batch_id: str, values: Sequence[bytes | None], wanted: BatchFilter, now_ms: int
) -> Batch | None:
    """The batch whose fields `READ` are `values`, when a listing shows it."""
    try:
        batch = batch_from(tenant, batch_id, values, now_ms)
    except NotFound:
        return None
    return batch if wanted.shows(batch) else None


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
        others=() if raw["others"] is None else tuple(raw["others"].decode().split(_SEPARATOR)),
        cancel_requested=raw["cancel_requested"] is not None,
        created_at=number("created_at"),
        finished_at=number("finished_at") or None,
        expires_at=expires,
        ttl_ms=number("ttl_ms"),
        request=(request := JobRequest.decode(raw["request"])),
        due_at=None if request.not_before is None else milliseconds(request.not_before),
    )
