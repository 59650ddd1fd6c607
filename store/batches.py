"""Batches in Redis: their records and chunks."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import repeat
from typing import Any

import redis

from jobs.allowance import NO_LIMIT, Allowance
from jobs.batch import Batch, BatchFilter, Chunk, authors, grouped, groups_of, with_chunks
from jobs.batch_status import BatchStatus
from jobs.errors import IdempotencyMismatch, NotCancelable, NotFound, QueueFull, Unavailable, VersionMoved
from jobs.line import Line, encode_chunk
from store import keys, queues
from store.batch_lines import BatchLines
from store.batch_record import READ, batch_from, own_fields
from store.job_record import pairs, shared_fields
from store.listing import Slice, newest
from store.messages import MessageFactory
from store.refusals import over
from store.scripts import translated
from store.sealing import Sealing

#: Chunks of a batch that one call deletes or calls off: some 2 ms of Redis, and then others have their turn.
CHUNKS_A_CALL = 10
#: What `batch/delete` answers while there is more that people said of the lines of a batch that has gone.
_ONCE_MORE = -2
#: And when the batch has another version than it was to have.
_MOVED = -3


class BatchStore(BatchLines):
    """Keeps batches. Errors as in `jobs.store.JobStore`."""

    def __init__(self, client: Any, *, chunks_a_call: int = CHUNKS_A_CALL) -> None:
        """`chunks_a_call`: how many one call deletes or calls off."""
        super().__init__(client)
        self._chunks_a_call = chunks_a_call
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
        own: Allowance = NO_LIMIT,
    ) -> Batch:
        """Store a batch and queue its chunks of about `target` sentences, all at once.

        The same key with the same digest gives the first batch. Raises IdempotencyMismatch, QueueFull, OverLimit,
        TooMuch, and TriedAgain when what it would try again already is.
        """
        groups = groups_of(lines, target)
        runs = [run for group in groups for run in group]
        chunks = [Chunk.of(batch.request, run) for run in runs]
        texts = [self._sealing.seal(batch.tenant, encode_chunk(run)) for run in runs]
        request_bytes = len(self._request(batch))
        sizes = [self._size(batch, chunk, text, request_bytes) for chunk, text in zip(chunks, texts, strict=True)]
        of_batch = with_chunks(batch, chunks, list(map(len, groups)))
        return self._commit(of_batch, chunks, texts, sizes, [idempotency or "", digest, limit, own])

    @translated
    def create_in_parts(
        self,
        batch: Batch,
        lines: Iterable[Line],
        *,
        target: int,
        idempotency: str | None = None,
        digest: str = "",
        limit: int = 0,
        own: Allowance = NO_LIMIT,
    ) -> Batch:
        """`create` for so many lines that they are not held at once: each chunk waits in Redis until all are there.

        The batch is there in whole or not at all, whatever `lines` raises. What is more than the organisation may have
        stored is read to its end, so that the answer is that of `create`, but none of it waits in Redis.
        """
        chunks, sizes, groups = list[Chunk](), list[int](), list[int]()
        size = request_bytes = len(self._request(batch))
        made, fits = None, True
        try:
            for group in grouped(lines, target):
                groups.append(len(group))
                for run in group:
                    chunk_id = batch.chunk_id(len(chunks))
                    text = self._sealing.seal(batch.tenant, encode_chunk(run))
                    chunks.append(Chunk.of(batch.request, run))
                    sizes.append(self._size(batch, chunks[-1], text, request_bytes))
                    size += sizes[-1]
                    if fits:
                        staged = [batch.tenant, chunk_id, text, self._retention.upload_ms, size, own.bytes]
                        fits = bool(self._run("batch/stage", args=staged))
            of_batch = with_chunks(batch, chunks, groups)
            made = self._commit(of_batch, chunks, repeat(b""), sizes, [idempotency or "", digest, limit, own])
            return made
        finally:
            if made is None or made.id != batch.id:
                # What cannot be taken away, for Redis does not answer, goes by itself a little later.
                with suppress(redis.RedisError):
                    self._run("batch/unstage", args=[batch.tenant, batch.id, len(chunks)])

    def _commit(
        self, batch: Batch, chunks: Sequence[Chunk], texts: Iterable[bytes], sizes: Sequence[int], bound: Sequence[Any]
    ) -> Batch:
        """`sizes`: bytes of each chunk; an empty text was staged. `bound`: idempotency key, digest, limit and what the
        organisation may have."""
        weight = sum(chunk.weight for chunk in chunks)
        queue = queues.queue_of(batch.request, weight)
        request = self._request(batch)
        shared, request_bytes = shared_fields(batch, request), len(request)
        of_batch = pairs({**shared, **own_fields(batch), "bytes": request_bytes})
        of_chunks = pairs({**shared, "day": batch.day})
        idempotency, plain, limit, own = bound
        digest = self._sealing.digest(batch.tenant, plain)
        args: list[Any] = [batch.tenant, batch.id, weight, limit, idempotency, digest]
        args += [self._retention.idempotency_ms]
        args += [batch.due_at or 0, batch.request.restaurant or "", own.waiting, own.day, own.bytes]
        args += [request_bytes + sum(sizes), batch.request.retry_of or ""]
        args += [len(of_batch), *of_batch, len(of_chunks), *of_chunks]
        by_author = authors(chunks)
        args += [len(by_author)]
        for author, numbers in by_author.items():
            args += [self._sealing.author(batch.tenant, author), " ".join(map(str, numbers))]
        for number, (chunk, size, text) in enumerate(zip(chunks, sizes, texts, strict=False)):
            chunk_id = batch.chunk_id(number)
            message = self._messages.build(batch.tenant, chunk_id, queue)
            own_request = self._own_request(batch, chunk) if chunk.model is not None else b""
            args += [chunk_id, message, chunk.weight, chunk.lines, size, text, own_request, chunk.model or ""]
        answer = self._run("batch/create", [queue], args)
        match answer[0]:
            case b"created":
                status = BatchStatus(answer[2].decode())
                return replace(batch, status=status, created_at=int(answer[1]))
            case b"late":
                raise Unavailable("The lines were not read in time.")
            case b"seen" | b"mismatch" if self._sealing.matches(batch.tenant, answer[2].decode(), plain):
                return self.get(batch.tenant, answer[1].decode())
            case b"mismatch":
                raise IdempotencyMismatch
            case b"own" | b"ahead" | b"day" | b"bytes" | b"keys" | b"tried":
                raise over(answer, weight, lambda: 5)
            case _ if (batch.due_at or 0) > self._now_ms():
                raise QueueFull.of_scheduled(int(answer[1]))
            case _:
                raise QueueFull(f"{int(answer[1])} sentences are waiting already.", retry_after_s=5)

    def _size(self, batch: Batch, chunk: Chunk, text: bytes, request_bytes: int) -> int:
        """The bytes of a chunk with these lines: it has what is asked of all of them (`request_bytes`), too."""
        own = chunk.model is not None
        return len(text) + (len(self._own_request(batch, chunk)) if own else request_bytes)

    def _own_request(self, batch: Batch, chunk: Chunk) -> bytes:
        return self._sealing.seal_request(batch.tenant, chunk.asked(batch.request))

    def _request(self, batch: Batch) -> bytes:
        return self._sealing.seal_request(batch.tenant, batch.request)

    @translated
    def get(self, tenant: str, batch_id: str) -> Batch:
        """A batch with its counts. Raises NotFound, Gone."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.hmget(keys.BATCH(tenant, batch_id), READ)
        pipe.time()
        values, (seconds, micros) = pipe.execute()
        return batch_from(tenant, batch_id, values, seconds * 1000 + micros // 1000, self._sealing)

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
            shown = [_shown(tenant, *row, wanted, now, self._sealing) for row in zip(ids, pipe.execute(), strict=True)]
            if wanted.external_author is None:
                return shown
            digests = self._sealing.authors(tenant, wanted.external_author)
            for batch_id in ids:
                pipe.hmget(keys.BATCH_AUTHORS(tenant, batch_id), digests)
            return [batch if any(theirs) else None for batch, theirs in zip(shown, pipe.execute(), strict=True)]

        return newest(
            self._redis, [keys.BATCHES(tenant)], read, size=size, before=before, since_ms=wanted.since_ms,
            until_ms=wanted.until_ms,
        )  # fmt: skip

    @translated
    def cancel(self, tenant: str, batch_id: str, *, version: int | None = None) -> Batch:
        """Stop what has not started; with `version` at that alone.

        Raises NotFound, Gone, NotCancelable, VersionMoved.
        """
        answer = self._run("batch/cancel", args=[tenant, batch_id, self._chunks_a_call, version or ""])
        if answer[0] == b"moved":
            raise VersionMoved
        if answer[0] == b"ended":
            raise NotCancelable("The batch has already ended.")
        if answer[0] == b"canceled":
            self._go_on(tenant, batch_id, int(answer[1]))
        return self.get(tenant, batch_id)

    @translated
    def delete(self, tenant: str, batch_id: str, *, version: int | None = None) -> None:
        """Purge a batch and everything in it: none of it is seen from the first step on. With `version` at that alone.

        Raises NotFound, Gone, VersionMoved.
        """
        args = [tenant, batch_id, self._chunks_a_call, version or ""]
        while (left := int(self._run("batch/delete", args=args))) == _ONCE_MORE:
            pass
        if left == _MOVED:
            raise VersionMoved
        self._go_on(tenant, batch_id, left)
        if left < 0:
            self.get(tenant, batch_id)

    def _go_on(self, tenant: str, batch_id: str, left: int) -> None:
        """Do what is begun for the rest of a batch's chunks. If Redis goes away meanwhile, the reconciler does."""
        with suppress(redis.ConnectionError, redis.TimeoutError):
            while left > 0:
                left = int(self._run("batch/go_on", args=[tenant, batch_id, self._chunks_a_call]))


def _shown(
    tenant: str, batch_id: str, values: Sequence[bytes | None], wanted: BatchFilter, now_ms: int, sealing: Sealing
) -> Batch | None:
    """The batch whose fields `READ` are `values`, when a listing shows it."""
    try:
        batch = batch_from(tenant, batch_id, values, now_ms, sealing)
    except NotFound:
        return None
    return batch if wanted.shows(batch) else None
