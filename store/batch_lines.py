"""The lines of batches in Redis, as they are and as they ended."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import orjson

from jobs.batch import Batch
from jobs.errors import Gone, NotFound, NothingJudged
from jobs.feedback import JudgedLine
from jobs.job import JobError, Status, task_id
from jobs.line import (
    Line,
    LineFilter,
    LinePage,
    LineStatus,
    decode_chunk,
    error_line,
    number_of,
    result_lines,
    status_of,
    waiting_line,
)
from jobs.members import known_members
from store import keys
from store.batch_record import GONE
from store.listing import MOST_LOOKED_AT
from store.results import result_of
from store.scripts import translated
from store.tries import RedisTries

_OPEN_OR_GOOD = (LineStatus.WAITING, LineStatus.SUCCEEDED, LineStatus.SKIPPED)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChunkResult:
    """What there is of a chunk: its NDJSON lines once it has ended, else None."""

    lines: bytes | None


class BatchLines(RedisTries):
    """The lines of `store.batches.BatchStore`."""

    @translated
    def chunk(self, batch: Batch, number: int) -> ChunkResult:
        """The results of a chunk, when it has ended. Raises Gone."""
        rows, ended = self._rows(batch, number)
        return ChunkResult(lines=rows if ended else None)

    @translated
    def group(self, batch: Batch, chunks: range) -> ChunkResult:
        """The results of a group of chunks (`Batch.grouped_chunks`), when all of them have ended. Raises Gone."""
        rows, ended = self._group_rows(batch, chunks)
        return ChunkResult(lines=rows if ended else None)

    @translated
    def line_page(self, batch: Batch, wanted: LineFilter, *, size: int, after: int = 0) -> LinePage:
        """Up to `size` lines behind line `after`, in order; fewer when many were looked at that do not fit."""
        theirs = self._chunks_of(batch, wanted.external_author)
        counts = self._counts(batch)
        found, last, looked = list[bytes](), after, 0
        begun = 0
        for chunks in batch.grouped_chunks():
            begun += sum(counts[chunks.start : chunks.stop])
            if begun <= after or (theirs is not None and theirs.isdisjoint(chunks)):
                continue
            rows = self._group_rows(batch, chunks)[0].splitlines()
            first = begun - len(rows) + 1
            for last, row in enumerate(rows[max(0, after - first + 1) :], max(first, after + 1)):
                looked += 1
                if wanted.shows(row):
                    found.append(row)
                if len(found) == size or looked == MOST_LOOKED_AT:
                    return LinePage(rows=found, next=last if last < batch.total else None)
        return LinePage(rows=found)

    @translated
    def judged_line(self, batch: Batch, line: int) -> JudgedLine:
        """A line with its result. Raises NotFound, NothingJudged, Gone."""
        counts, begun = self._counts(batch), 0
        for chunks in batch.grouped_chunks() if batch.has_line(line) else ():
            begun += sum(counts[chunks.start : chunks.stop])
            for number in chunks if begun >= line else ():
                version, rows = self._versioned(batch, number)
                for row in rows:
                    if number_of(row) == line:
                        return _judged(batch, row, batch.chunk_id(number), version)
        raise NotFound("The batch has no such line.")

    @translated
    def judged_lines(self, batch: Batch) -> Iterator[JudgedLine]:
        """All lines that have a result, in their order, read group by group. Raises Gone."""
        for chunks in batch.grouped_chunks():
            found = [line for number in chunks for line in self.judged_in(batch, number)]
            yield from sorted(found, key=lambda each: each.line)

    @translated
    def judged_in(self, batch: Batch, number: int) -> list[JudgedLine]:
        """Those of one of its chunks; none while it has not ended, or where it failed. Raises Gone."""
        chunk_id = batch.chunk_id(number)
        if self._redis.hget(keys.JOB(batch.tenant, chunk_id), "status") != Status.SUCCEEDED.value.encode():
            return []
        version, rows = self._versioned(batch, number)
        return [_judged(batch, row, chunk_id, version) for row in rows if status_of(row) is LineStatus.SUCCEEDED]

    def _versioned(self, batch: Batch, number: int) -> tuple[int, list[bytes]]:
        """The lines of a chunk, and the chunk's version at which they were so, or an older one."""
        version: Any = self._redis.hget(keys.JOB(batch.tenant, batch.chunk_id(number)), "version")
        return int(version or 0), self._rows(batch, number)[0].splitlines()

    def _counts(self, batch: Batch) -> list[int]:
        """How many lines there are in each chunk."""
        pipe = self._redis.pipeline(transaction=False)
        for number in range(batch.chunks):
            pipe.hget(keys.JOB(batch.tenant, batch.chunk_id(number)), "lines")
        return [int(count or 0) for count in pipe.execute()]

    def _chunks_of(self, batch: Batch, author: str | None) -> set[int] | None:
        """The chunks with lines of an author's; None: whichever."""
        if author is None:
            return None
        digests = self._sealing.authors(batch.tenant, author)
        found: Any = self._redis.hmget(keys.BATCH_AUTHORS(batch.tenant, batch.id), digests)
        return {int(number) for numbers in found for number in (numbers or b"").split()}

    def _group_rows(self, batch: Batch, chunks: range) -> tuple[bytes, bool]:
        """The same of a group of chunks, in the order of the lines."""
        found = [self._rows(batch, number) for number in chunks]
        if len(found) == 1:
            return found[0]
        rows = sorted((row for lines, _ in found for row in lines.splitlines()), key=number_of)
        return b"".join(row + b"\n" for row in rows), all(ended for _, ended in found)

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
            return result_lines(result_of(batch.tenant, meta, self._sealing)), True
        text: Any = self._redis.hget(keys.JOB(batch.tenant, chunk_id), "text")
        if text is None:
            raise Gone(GONE)
        if not state.terminal:
            rows = [waiting_line(line, batch.request) for line in self._chunk(batch.tenant, text)]
        else:
            told = orjson.loads(error) if error else {"code": state.value, "message": "Not judged."}
            why = JobError(**known_members(JobError, told))
            rows = [error_line(line, batch.request, why.code, why.message) for line in self._chunk(batch.tenant, text)]
        return b"\n".join(rows) + b"\n", state.terminal

    @translated
    def without_result(self, batch: Batch) -> Iterator[Line]:
        """The lines that ended without a result and have a text, chunk by chunk. Raises Gone.

        Those of chunks that the operator had tried again are left to that.
        """
        for chunks in batch.grouped_chunks():
            found = [line for number in chunks for line in self._without_result(batch, number)]
            yield from sorted(found, key=lambda line: line.number)

    @translated
    def _without_result(self, batch: Batch, number: int) -> list[Line]:
        rows = self._rows(batch, number)[0].splitlines()
        ended = [orjson.loads(row)["line"] for row in rows if status_of(row) not in _OPEN_OR_GOOD]
        if not ended or self._requeued(batch, number):
            return []
        text: Any = self._redis.hget(keys.JOB(batch.tenant, batch.chunk_id(number)), "text")
        if text is None:
            raise Gone(GONE)
        wanted = set(ended)
        return [line for line in self._chunk(batch.tenant, text) if line.number in wanted and line.problem is None]

    def _requeued(self, batch: Batch, number: int) -> bool:
        made: Any = self.tried_again(batch.tenant, batch.chunk_id(number))
        return made is not None and bool(self._redis.hexists(keys.BATCH(batch.tenant, made), "status"))

    @translated
    def lines(self, tenant: str, chunk_id: str) -> list[Line] | None:
        """The lines of a chunk; None for a job that is no chunk. Raises NotFound when its text is gone."""
        batch, text = cast("list[bytes | None]", self._redis.hmget(keys.JOB(tenant, chunk_id), "batch", "text"))
        if batch is None:
            return None
        if text is None:
            raise NotFound
        return self._chunk(tenant, text)

    def _chunk(self, tenant: str, text: bytes) -> list[Line]:
        """The lines of a chunk's record. Raises TextErased, TextKeyMissing."""
        return decode_chunk(self._sealing.open(tenant, text))


def _judged(batch: Batch, row: bytes, chunk_id: str, version: int) -> JudgedLine:
    """Raises NothingJudged."""
    members = orjson.loads(row)
    if members["result"] is None:
        raise NothingJudged(
            f"The line is {members['status']}: something can be said of the result of one that succeeded."
        )
    own = {name: members.get(name) for name in ("restaurant", "external_author")}
    return JudgedLine(
        tenant=batch.tenant,
        batch_id=batch.id,
        line=members["line"],
        custom_id=members["custom_id"],
        request=replace(batch.request, **own),
        model=members.get("model"),
        result=orjson.dumps(members["result"]),
        chunk_id=chunk_id,
        chunk_version=version,
    )
