"""The batches' model in memory, over the `ModelStore` that keeps and hands out their chunks."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

import orjson

from jobs.allowance import NO_LIMIT, Allowance
from jobs.batch import Batch, BatchFilter, Chunk, grouped, groups_of, with_chunks
from jobs.batch_status import BatchStatus
from jobs.errors import Gone, NotCancelable, NotFound, TriedAgain
from jobs.job import Job, JobError, Status, task_id
from jobs.line import (
    Line,
    LineFilter,
    LinePage,
    decode_chunk,
    encode_chunk,
    encode_results,
    error_line,
    result_lines,
    waiting_line,
)
from jobs.line_erasure import erase_lines, erase_results
from store.batch_lines import ChunkResult
from store.listing import Slice
from tests.support.model_queries import Record
from tests.support.model_store import ModelStore

#: More chunks than any batch has.
ALL = 1_000_000


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
        own: Allowance = NO_LIMIT,
    ) -> Batch:
        return self._create(batch, groups_of(lines, target), idempotency, digest, limit, own)

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
        return self._create(batch, list(grouped(lines, target)), idempotency, digest, limit, own)

    def _create(
        self,
        batch: Batch,
        groups: Sequence[Sequence[Sequence[Line]]],
        idempotency: str | None,
        digest: str,
        limit: int,
        own: Allowance,
    ) -> Batch:
        store, chunks = self._store, [chunk for group in groups for chunk in group]
        asked = [Chunk.of(batch.request, chunk).asked(batch.request) for chunk in chunks]
        with store.lock:
            if (first := store.made_before(batch.tenant, idempotency, digest)) is not None:
                return self.get(batch.tenant, first)
            self._demand_untried(batch)
            later = batch.due_at is not None and batch.due_at > store._now()
            weight = sum(line.weight for chunk in chunks for line in chunk)
            store.demand_room(weight, limit, later=later)
            request_bytes = len(batch.request.encode())
            sizes = [len(encode_chunk(chunk)) + len(of.encode()) for chunk, of in zip(chunks, asked, strict=True)]
            size = request_bytes + sum(sizes)
            store.demand_own(batch.tenant, weight, size, own, later=later)
            store.use_request(batch.tenant, batch.request.restaurant, weight)
            status = BatchStatus.SCHEDULED if later else BatchStatus.RUNNING
            told = [Chunk.of(batch.request, chunk) for chunk in chunks]
            batch = with_chunks(batch, told, list(map(len, groups)))
            made = replace(batch, status=status, created_at=store._now())
            store.batches[batch.tenant, batch.id] = made
            store.batch_bytes[batch.tenant, batch.id] = request_bytes
            for number, chunk in enumerate(chunks):
                job = Job(
                    id=batch.chunk_id(number), tenant=batch.tenant, request=asked[number], ttl_ms=batch.ttl_ms,
                    weight=sum(line.weight for line in chunk), due_at=batch.due_at, day=batch.day,
                    trace=batch.trace,
                )  # fmt: skip
                text = encode_chunk(chunk).decode()
                record = Record(job=job, text=text, digest="", queued_at=store._now(), batch=batch.id, lines=len(chunk))
                store.put(record, weight)
            store.remember(batch.tenant, idempotency, digest, batch.id)
            store.tries[batch.tenant, batch.request.retry_of or ""] = batch.id
            return made

    def _demand_untried(self, batch: Batch) -> None:
        """Raises TriedAgain when what tries the same again is still there."""
        with suppress(KeyError, NotFound):
            made = self._store.tries[batch.tenant, batch.request.retry_of or ""]
            if batch.request.retry_of is not None and self.get(batch.tenant, made):
                raise TriedAgain

    def get(self, tenant: str, batch_id: str) -> Batch:
        with self._store.lock:
            if (tenant, batch_id) not in self._store.batches:
                raise NotFound
            batch = self._store.batches[tenant, batch_id]
            if batch is None or (batch.expires_at is not None and batch.expires_at <= self._store._now()):
                raise Gone
            return batch

    def page(
        self, tenant: str, wanted: BatchFilter, *, size: int, before: tuple[int, str] | None = None
    ) -> Slice[Batch]:
        with self._store.lock:
            found: list[tuple[tuple[int, str], Batch]] = []
            for (owner, name), batch in self._store.batches.items():
                with suppress(NotFound):
                    if owner == tenant and batch is not None and wanted.shows(self.get(tenant, name)):
                        if wanted.external_author not in (None, *self._authors(batch)):
                            continue
                        found.append(((batch.created_at, name), batch))
            places = sorted((each for each in found if before is None or each[0] < before), reverse=True)[:size]
            last = places[-1][0] if len(places) == size else None
            return Slice(found=[batch for _, batch in places], next=last)

    def _authors(self, batch: Batch) -> set[str | None]:
        """Whose lines it has."""
        texts = [record.text for record in self._store._chunks((batch.tenant, batch.id))]
        return {line.asked(batch.request).external_author for text in texts for line in decode_chunk(text)}

    def chunk(self, batch: Batch, number: int) -> ChunkResult:
        with self._store.lock:
            rows, ended = self._rows(batch, number)
            return ChunkResult(lines=rows if ended else None)

    def group(self, batch: Batch, chunks: range) -> ChunkResult:
        with self._store.lock:
            found = [self._rows(batch, number) for number in chunks]
            rows = sorted(
                (row for lines, _ in found for row in lines.splitlines()), key=lambda row: orjson.loads(row)["line"]
            )
            ended = all(over for _, over in found)
            return ChunkResult(lines=b"".join(row + b"\n" for row in rows) if ended else None)

    def line_page(self, batch: Batch, wanted: LineFilter, *, size: int, after: int = 0) -> LinePage:
        with self._store.lock:
            rows = [row for number in range(batch.chunks) for row in self._rows(batch, number)[0].splitlines()]
            rows.sort(key=lambda row: orjson.loads(row)["line"])
            numbered = [(number, row) for number, row in enumerate(rows, 1) if number > after]
            found = [pair for pair in numbered if wanted.shows(pair[1])][:size]
            last = found[-1][0] if len(found) == size else batch.total
            return LinePage(rows=[row for _, row in found], next=last if last < batch.total else None)

    def _rows(self, batch: Batch, number: int) -> tuple[bytes, bool]:
        record = self._store._records.get((batch.tenant, batch.chunk_id(number)))
        if record is None:
            raise Gone
        job = record.job
        if job.status is Status.SUCCEEDED:
            return result_lines(record.result or b""), True
        if not job.status.terminal:
            rows = [waiting_line(line, batch.request) for line in decode_chunk(record.text)]
        else:
            why = job.error or JobError(code=job.status.value, message="Not judged.")
            rows = [error_line(line, batch.request, why.code, why.message) for line in decode_chunk(record.text)]
        return b"\n".join(rows) + b"\n", job.status.terminal

    def without_result(self, batch: Batch) -> Iterator[Line]:
        with self._store.lock:
            found = list[Line]()
            for number in range(batch.chunks):
                rows = [orjson.loads(row) for row in self._rows(batch, number)[0].splitlines()]
                open_ = {row["line"] for row in rows if row["status"] not in ("waiting", "succeeded", "skipped")}
                text = self._store._records[batch.tenant, batch.chunk_id(number)].text
                found += [line for line in decode_chunk(text) if line.number in open_ and not line.problem]
            yield from sorted(found, key=lambda line: line.number)

    def erase(self, batch: Batch, author: str) -> int:
        """See `store.line_erasure.LineEraser`."""
        store, place, erased = self._store, (batch.tenant, batch.id), 0
        with store.lock:
            changed = store.batches[place]
            assert changed is not None
            for record in store._chunks(place):
                found = erase_lines(decode_chunk(record.text), record.job.request, author)
                if found is None:
                    continue
                record.text = encode_chunk(found.lines).decode()
                record.job = replace(record.job, request=found.request, version=record.job.version + 1)
                record.redo = record.job.status is Status.RUNNING
                lost = skipped = 0
                if record.result is not None:
                    rows = result_lines(record.result).splitlines()
                    results = erase_results(rows, found, record.tally or {}, record.job.day or "")
                    record.result, record.tally = encode_results(results.rows), results.tally
                    lost, skipped = results.lost, results.skipped
                changed = replace(
                    changed, version=changed.version + 1, succeeded=changed.succeeded - lost,
                    skipped=changed.skipped - skipped, failed=changed.failed + lost + skipped,
                )  # fmt: skip
                erased += len(found.numbers)
            if changed.request.external_author == author:
                without = replace(changed.request, external_author=None)
                changed = replace(changed, request=without, version=changed.version + 1)
                store.batch_bytes[place] = len(without.encode())
            store.batches[place] = changed
        return erased

    def cancel(self, tenant: str, batch_id: str, *, most: int = ALL) -> Batch:
        """`most`: whoever calls it off goes away after so many chunks."""
        store, key = self._store, (tenant, batch_id)
        with store.lock:
            batch = store.batches.get(key)
            if batch is None or not store._chunks(key):
                # None, or past its time, and the reconciler has been there.
                return self.get(tenant, batch_id)
            if batch.status is BatchStatus.COMPLETED:
                raise NotCancelable
            if not batch.status.terminal and not batch.cancel_requested:
                store.batches[key] = replace(batch, cancel_requested=True, version=batch.version + 1)
                store.on_change(task_id(tenant, batch_id))
                store.rests[key] = 0
            if not batch.status.terminal and key in store.rests:
                store.go_on(key, most)
            return self.get(tenant, batch_id)

    def delete(self, tenant: str, batch_id: str, *, most: int = ALL) -> None:
        """`most`: whoever deletes it goes away after so many chunks."""
        store, key = self._store, (tenant, batch_id)
        with store.lock:
            store.told.append(("deleted", batch_id))
            if key not in store.rests or store.batches[key] is not None:
                if store.batches.get(key) is None or not store._chunks(key):
                    # None, or past its time, and the reconciler has been there.
                    self.get(tenant, batch_id)
                store.batches[key] = None
                store.rests[key] = 0
            store.go_on(key, most)
