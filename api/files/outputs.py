"""What became of a batch, as two files: lines that are as they should be, with a result or without a text to judge, and
lines that have no result and should. They are read from the batch itself.
"""

import re
from collections.abc import Iterator

from api.http.context import check_batch, context, tenant
from jobs.batch import Batch
from jobs.errors import Gone, NotFound
from jobs.file import File
from jobs.line import LineStatus, status_of

#: Kinds of files of a batch, and what the first of them has.
OUTPUT, ERRORS = "output", "errors"
_GOOD = (LineStatus.SUCCEEDED, LineStatus.SKIPPED)
_ID = re.compile(rf"file_([0-9A-Z]{{26}})_({OUTPUT}|{ERRORS})")
UNKNOWN = "There is no such file."


def output_ids(batch: Batch) -> tuple[str | None, str | None]:
    """Ids of the file with the results and of that with the errors; None while the batch goes on, and for no lines."""
    name = batch.id.removeprefix("batch_")
    if not batch.status.terminal:
        return None, None
    good = batch.succeeded + batch.skipped
    bad = batch.total - good
    return (f"file_{name}_{OUTPUT}" if good else None), (f"file_{name}_{ERRORS}" if bad else None)


def is_output(file_id: str) -> bool:
    """Whether an id is one of a batch's files."""
    return _ID.fullmatch(file_id) is not None


def batch_of(file_id: str) -> tuple[Batch, str]:
    """The batch whose file this is, and which of the two. Raises NotFound, Gone."""
    found = _ID.fullmatch(file_id)
    if found is None:
        raise NotFound(UNKNOWN)
    batch_id = f"batch_{found[1]}"
    try:
        check_batch(batch_id)
        batch = context().batches.get(tenant(), batch_id)
    except Gone:
        raise Gone("The file's batch was deleted or is past its time.") from None
    except NotFound:
        raise NotFound(UNKNOWN) from None
    if file_id not in output_ids(batch):
        raise NotFound(UNKNOWN)
    return batch, found[2]


def as_file(batch: Batch, file_id: str, kind: str) -> File:
    """It as a file's record. How large it is, nobody has counted."""
    return File(
        id=file_id, tenant=batch.tenant, filename=f"{batch.id}_{kind}.jsonl", bytes=-1,
        created_at=batch.finished_at or 0, expires_at=batch.expires_at or 0,
    )  # fmt: skip


def lines_of(batch: Batch, kind: str) -> Iterator[bytes]:
    """What is in it, chunk by chunk. Raises Gone when the batch goes at the beginning; later it ends there."""
    batches = context().batches

    def part(chunks: range) -> bytes:
        rows = (batches.group(batch, chunks).lines or b"").splitlines(keepends=True)
        return b"".join(row for row in rows if (status_of(row) in _GOOD) is (kind == OUTPUT))

    groups = batch.grouped_chunks()
    first = part(groups[0])

    def rest() -> Iterator[bytes]:
        yield first
        for chunks in groups[1:]:
            yield part(chunks)

    return rest()
