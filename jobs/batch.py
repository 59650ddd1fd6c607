"""A batch: many reviews in one call, cut into chunks that travel as one message each on the bulk queue."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

import orjson

from jobs.job import DEFAULT_TENANT, DEFAULT_TTL_MS, estimate_sentences
from jobs.request import JobRequest, Priority


class BatchStatus(StrEnum):
    """Where a batch is."""

    #: It waits for its time, and with it every line.
    SCHEDULED = "scheduled"
    #: Some lines have not ended.
    RUNNING = "running"
    #: Every line has ended, well or not.
    COMPLETED = "completed"
    #: Its owner called it off, and every line has ended.
    CANCELED = "canceled"

    @property
    def terminal(self) -> bool:
        """Whether nothing follows."""
        return not TRANSITIONS[self]


#: What a new batch may be.
FIRST = frozenset({BatchStatus.SCHEDULED, BatchStatus.RUNNING})
#: Which state may follow which.
TRANSITIONS: Mapping[BatchStatus, frozenset[BatchStatus]] = MappingProxyType(
    {
        BatchStatus.SCHEDULED: frozenset({BatchStatus.RUNNING, BatchStatus.CANCELED}),
        BatchStatus.RUNNING: frozenset({BatchStatus.COMPLETED, BatchStatus.CANCELED}),
        BatchStatus.COMPLETED: frozenset(),
        BatchStatus.CANCELED: frozenset(),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a batch: a review, or what is wrong with it."""

    #: Its number in the request, from 1.
    number: int
    #: The client's own id.
    custom_id: str | None
    #: The review; empty when `problem` says why there is none.
    text: str = ""
    problem: str | None = None

    @property
    def weight(self) -> int:
        """Estimated sentences."""
        return estimate_sentences(self.text)


_CHUNK_ID = re.compile(r"batch_[0-9A-HJKMNP-TV-Z]{26}\.[0-9]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """A batch's record. Times are milliseconds since the epoch, by Redis' clock."""

    id: str
    tenant: str = DEFAULT_TENANT
    status: BatchStatus = BatchStatus.RUNNING
    #: What is asked of each line.
    request: JobRequest = field(default_factory=lambda: JobRequest(priority=Priority.BULK))
    version: int = 1
    total: int = 0
    succeeded: int = 0
    failed: int = 0
    canceled: int = 0
    expired: int = 0
    chunks: int = 0
    cancel_requested: bool = False
    created_at: int = 0
    finished_at: int | None = None
    #: When a scheduled batch's chunks go into their queue.
    due_at: int | None = None
    expires_at: int | None = None
    ttl_ms: int = DEFAULT_TTL_MS

    @property
    def waiting(self) -> int:
        """Lines that have not ended."""
        return self.total - self.succeeded - self.failed - self.canceled - self.expired

    def chunk_id(self, number: int) -> str:
        """The job id of a chunk."""
        return f"{self.id}.{number}"


def is_chunk_id(job_id: str) -> bool:
    """Whether `job_id` is what `Batch.chunk_id` makes: of a job that only its batch shows."""
    return _CHUNK_ID.fullmatch(job_id) is not None


def cut(lines: Sequence[Line], target: int) -> list[Sequence[Line]]:
    """`lines` in runs of about equal weight, none much over `target` sentences unless one line alone is."""
    total = sum(line.weight for line in lines)
    share = total / max(1, -(-total // target))
    chunks: list[Sequence[Line]] = []
    begin = weight = done = 0
    for index, line in enumerate(lines):
        weight += line.weight
        if done + weight >= share * (len(chunks) + 1) or index == len(lines) - 1:
            chunks.append(lines[begin : index + 1])
            begin, done, weight = index + 1, done + weight, 0
    return chunks


def encode_chunk(lines: Sequence[Line]) -> bytes:
    """A chunk as its record keeps it."""
    return orjson.dumps([[line.number, line.custom_id, line.text, line.problem] for line in lines])


def decode_chunk(data: str | bytes) -> list[Line]:
    """The opposite of `encode_chunk`."""
    return [Line(number=n, custom_id=c, text=t, problem=p) for n, c, t, p in orjson.loads(data)]


def encode_results(rows: Sequence[bytes]) -> bytes:
    """Result lines as one JSON list that `result_lines` turns into lines again without reading it."""
    return b"[\n" + b"\n,".join(rows) + b"\n]"


def result_lines(data: bytes) -> bytes:
    """The lines of `encode_results` as NDJSON. JSON has no raw line feed inside a string, so none is cut wrongly."""
    return data[2:-1].replace(b"\n,", b"\n")


def error_line(line: Line, code: str, message: str) -> bytes:
    """The result line of a review without a result."""
    return orjson.dumps(
        {
            "line": line.number,
            "custom_id": line.custom_id,
            "status": "failed" if code not in ("canceled", "expired") else code,
            "result": None,
            "error": {"code": code, "message": message},
        }
    )


def success_line(line: Line, result: bytes) -> bytes:
    """The result line of a judged review."""
    return orjson.dumps(
        {
            "line": line.number,
            "custom_id": line.custom_id,
            "status": "succeeded",
            "result": orjson.Fragment(result),
            "error": None,
        }
    )
