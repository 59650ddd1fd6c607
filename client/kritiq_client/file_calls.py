"""Every call about files, as flows."""

from pathlib import Path

from kritiq_client.batch_answers import Batch
from kritiq_client.exchange import ask, error_of
from kritiq_client.file_answers import File
from kritiq_client.job_calls import JSON, paged, remove, wishes
from kritiq_client.named import id_of, in_path
from kritiq_client.retrying import Core
from kritiq_client.reviews import BatchOptions, encode, given
from kritiq_client.steps import Answer, Close, Emit, Flow, Open, Read, Request, Stream

#: Seconds that a large file may take to be stored, or a batch to be made of it.
INTAKE_S = 120.0


def upload_file(core: Core, source: Path | bytes, *, filename: str = "", ttl_s: int | None = None) -> Flow[File]:
    """Upload up to 50,000 reviews as NDJSON, to make batches of: a file, which is not held in memory, or its bytes.

    It is kept for `ttl_s` seconds (a day unless the service says otherwise). Raises Invalid, Conflict when there is no
    room for it, Unavailable, and OSError for a file that cannot be read.
    """
    name = filename or (source.name if isinstance(source, Path) else "")
    request = Request(
        method="POST", path="/v1/files", params=wishes(filename=name or None, ttl_s=ttl_s),
        headers={"content-type": "application/x-ndjson"}, body=source, wait_s=INTAKE_S,
    )  # fmt: skip
    return (yield from ask(core, request, File))


def files(core: Core, *, page_size: int = 100) -> Stream[File]:
    """Uploaded files newest first, page by page as they are asked for."""
    yield from paged(core, "/v1/files", wishes(page_size=page_size), "files", File)
    return File


def get_file(core: Core, file_id: str | File) -> Flow[File]:
    """An uploaded file, or a batch's `output_file_id` or `error_file_id`. Raises NotFound, Gone."""
    return (yield from ask(core, Request(method="GET", path=path(file_id)), File))


def file_content(core: Core, file: str | File) -> Stream[bytes]:
    """What is in it, piece by piece as it comes; the pieces are no lines. Raises NotFound, Gone, TransportError."""
    answer: Answer = yield Open(Request(method="GET", path=path(file) + "/content", wait_s=INTAKE_S))
    if answer.status >= 400:
        raise error_of(answer)
    while (data := (yield Read())) is not None:
        yield Emit(data)
    yield Close()
    return bytes


def delete_file(core: Core, file_id: str | File) -> Flow[None]:
    """Purge an uploaded file; batches that were made of it stay. Raises NotFound, Gone, Conflict for a batch's."""
    yield from remove(core, path(file_id))


def submit_batch_file(
    core: Core, file: str | File, *, options: BatchOptions | None = None, idempotency_key: str | None = None
) -> Flow[Batch]:
    """A batch of all reviews of an uploaded file, up to 50,000. Raises Invalid, NotFound, Gone, Unavailable.

    The idempotency key, yours or a fresh one, goes with every try; with it the same reviews make one batch, however
    often they were uploaded.
    """
    members = {**(given(options) if options is not None else {}), "input_file_id": id_of(file)}
    headers = {"content-type": JSON, "idempotency-key": idempotency_key or core.new_key()}
    request = Request(method="POST", path="/v1/batches", headers=headers, body=encode(members), wait_s=INTAKE_S)
    return (yield from ask(core, request, Batch))


def path(file_id: str | File) -> str:
    """The address of a file."""
    return f"/v1/files/{in_path(file_id)}"
