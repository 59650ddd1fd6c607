"""`/v1/files`: uploaded once, made batches of, and read back."""

from collections.abc import Iterator
from contextlib import ExitStack

import orjson
from flask import Blueprint, Response

from access.scope import Scope
from api.files import outputs
from api.files.answer_schemas import FileAnswer, FilePage
from api.files.answers import file_dict
from api.files.schemas import UploadMembers
from api.files.upload import FORM, RAW, Upload
from api.files.uploaded import uploaded
from api.http import streams
from api.http.context import caller, context, tenant, while_in
from api.http.negotiation import gzip_wanted, gzipped
from api.http.operation import operation
from api.http.paging import PAGES, page_size, place, token_of
from api.http.parameters import OWN
from api.http.problem_schemas import ProblemAnswer
from jobs.errors import Conflict
from jobs.file import File
from jobs.job import new_id

blueprint = Blueprint("files", __name__, url_prefix="/v1/files")

NDJSON = "application/x-ndjson"
MISSING = {404: ProblemAnswer, 410: ProblemAnswer, 503: ProblemAnswer}
_FILE = {
    "type": "string",
    "format": "binary",
    "description": "A review on each line, as `POST /v1/batches` takes them.",
}


@blueprint.post("")
@operation(
    "Upload a file",
    scope=Scope.JOBS_WRITE,
    uploads={
        FORM: {
            "type": "object",
            "required": ["file"],
            "properties": {
                "file": _FILE,
                "purpose": {"type": "string", "enum": ["batch"]},
                "ttl_s": {**OWN["files", "ttl_s"], "description": "Seconds that it is kept."},
            },
        },
        RAW[0]: {"description": _FILE["description"]},
    },
    answers={201: FileAnswer, 409: ProblemAnswer, 413: ProblemAnswer, 415: ProblemAnswer, 422: ProblemAnswer,
             503: ProblemAnswer},
    query={
        "filename": "What you call it, when the body is the file itself.",
        "ttl_s": "Seconds that it is kept.",
        "purpose": "`batch`, if you like.",
    },
)  # fmt: skip
def upload_file() -> Response:
    """Up to 50,000 reviews as NDJSON, to make batches of (`input_file_id`), as a form or as the body itself.

    It is kept for a day unless `ttl_s` (of OpenAI's library `expires_after`) says it; batches that were made of it
    stay. A line that is no review is one of the batch's, with its error: here nothing is looked at.
    """
    ctx = context()
    upload = Upload(ctx.settings.max_file_bytes)
    new = File(id=new_id("file"), tenant=tenant(), restaurants=tuple(sorted(caller().restaurants)))

    def told() -> tuple[str, int]:
        members: UploadMembers = upload.told()
        return members.filename, (members.ttl_s or ctx.settings.file_ttl_s) * 1000

    # A slow client may send for longer than its key is good.
    file = ctx.files.create(new, while_in(upload.parts()), told=told, budget=ctx.settings.max_files_bytes)
    answer = file_dict(file, ctx.settings.public_url)
    response = Response(orjson.dumps(answer), 201, content_type="application/json")
    response.headers["Location"] = answer["links"]["self"]
    return response


@blueprint.get("")
@operation("List files", scope=Scope.JOBS_READ, answers={200: FilePage, 422: ProblemAnswer, 503: ProblemAnswer},
           query=PAGES)  # fmt: skip
def list_files() -> Response:
    """Uploaded files, newest first. The files of a batch are named by the batch."""
    ctx = context()
    page = ctx.files.page(tenant(), restaurants=caller().restaurants, size=page_size(), before=place())
    body = {
        "files": [file_dict(file, ctx.settings.public_url) for file in page.found],
        "next_page_token": token_of(page.next),
    }
    return Response(orjson.dumps(body), content_type="application/json")


@blueprint.get("/<file_id>")
@operation("Get a file", scope=Scope.JOBS_READ, answers={200: FileAnswer, **MISSING})
def get_file(file_id: str) -> Response:
    """What there is of it: an uploaded one, or one of a batch that has ended."""
    public_url = context().settings.public_url
    if outputs.is_output(file_id):
        batch, kind = outputs.batch_of(file_id)
        found = file_dict(outputs.as_file(batch, file_id, kind), public_url, purpose="batch_output")
    else:
        found = file_dict(uploaded(file_id), public_url)
    return Response(orjson.dumps(found), content_type="application/json")


@blueprint.get("/<file_id>/content")
@operation("Read a file", scope=Scope.JOBS_READ, answers={200: {"type": "string"}, **MISSING}, media={200: NDJSON})
def file_content(file_id: str) -> Response:
    """What is in it, byte by byte as it was uploaded; of a batch its result lines, or its lines without a result.

    Compressed when `Accept-Encoding` asks for gzip.
    """
    parts: Iterator[bytes]
    if outputs.is_output(file_id):
        parts = outputs.lines_of(*outputs.batch_of(file_id))
    else:
        parts = context().files.parts(uploaded(file_id))
    parts, zipped = while_in(parts), gzip_wanted()
    response = streams.streamed(gzipped(parts) if zipped else parts, NDJSON, ExitStack())
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response


@blueprint.delete("/<file_id>")
@operation("Delete a file", scope=Scope.JOBS_WRITE, answers={204: None, 409: ProblemAnswer, **MISSING})
def delete_file(file_id: str) -> Response:
    """Purge it. Batches that were made of it stay; the files of a batch go with the batch.

    The id answers 410 from now on, to a second DELETE too: after an answer that was lost that means done.
    """
    if outputs.is_output(file_id):
        batch, _ = outputs.batch_of(file_id)
        raise Conflict(f"The file is what became of {batch.id}: it goes with its batch.")
    context().files.delete(tenant(), uploaded(file_id).id)
    return Response(status=204)
