"""`GET /v1/batches/{id}/results` and `/events`: a batch's lines in the order of the request, and how far it is."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any

from flask import Response, request

from access.scope import Scope
from api.batches import parquet
from api.batches.answer_schemas import BatchEventAnswer, BatchLineAnswer, BatchLines
from api.batches.answers import batch_dict
from api.batches.forms import CsvWriter, Ending, JsonWriter, NdjsonWriter, Writer
from api.http import streams
from api.http.context import check_batch, context, still_in, tenant
from api.http.negotiation import NDJSONS, accepted, gzip_wanted, gzipped
from api.http.operation import operation
from api.http.pauses import Signal, pause, stopping
from api.http.problem_schemas import ProblemAnswer
from api.http.problems import InvalidRequest
from api.http.waiting import STREAM_LOOKS_S, watch_job
from jobs.batch import Batch
from jobs.errors import Gone, KritiqError, Unauthenticated
from jobs.table import has_parquet
from store.batches import BatchStore

log = logging.getLogger(__name__)

MISSING = {404: ProblemAnswer, 410: ProblemAnswer, 503: ProblemAnswer}
NDJSON, JSON, CSV, PARQUET = NDJSONS[0], "application/json", "text/csv", "application/vnd.apache.parquet"
#: Media types that the results come in; what a client likes equally is decided by the order.
FORMS = (*NDJSONS, JSON, CSV)
NO_PARQUET = f"For {PARQUET} pyarrow would have to be installed beside the API."
#: A stream of results ends after this many seconds; `?after=` goes on behind the last line.
STREAM_S = 600.0

#: Why results may end early -> how a document calls it.
_ENDS: Mapping[type[KritiqError], str] = {Gone: "gone", Unauthenticated: "unauthorized"}
_TEXT: Mapping[str, str] = {"type": "string"}


@operation(
    "Get a batch's results",
    scope=Scope.JOBS_READ,
    answers={200: BatchLineAnswer, 406: ProblemAnswer, 422: ProblemAnswer, **MISSING},
    media={200: NDJSON},
    media_also={200: {JSON: BatchLines, CSV: _TEXT, PARQUET: _TEXT}},
    query={
        "follow": "`false`: only what is there now. Otherwise the stream goes on until the batch has ended.",
        "after": "Number of the last line that you have: the stream begins behind it.",
    },
)
def batch_results(batch_id: str) -> Response:
    """A line for each review in the order of the request, each as soon as all before it are there.

    By `Accept` as NDJSON, as one JSON object, or as a table with a row for each aspect of each sentence: CSV, or
    Parquet where the service has pyarrow. Compressed when `Accept-Encoding` asks for gzip. While nothing is to be told,
    a line feed comes every 10 seconds: an empty line of NDJSON or CSV, white space in JSON. A stream ends after 10
    minutes, when the service is restarted, or when the batch is deleted: NDJSON then has fewer lines, JSON
    `"complete": false` and an `error`, a table a last row with the status `incomplete`; `after` goes on behind the last
    line.
    """
    ctx, owner = context(), tenant()
    after = request.args.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 8):
        raise InvalidRequest("?after", "should be the number of a line")
    follow = request.args.get("follow", "true")
    if follow not in ("true", "false"):
        raise InvalidRequest("?follow", "should be true or false")
    check_batch(batch_id)
    batch = ctx.batches.get(owner, batch_id)
    also = has_parquet()
    media = accepted((*FORMS, PARQUET) if also else FORMS, "" if also else NO_PARQUET)
    zipped = media != PARQUET and gzip_wanted()
    writer = _writer(media, batch_id)
    with ExitStack() as stack:
        changed = stack.enter_context(watch_job(ctx.hub, owner, batch_id)) if follow == "true" else None
        lines = _Lines(ctx.batches, batch, int(after), changed, still_in(), partial(stopping, request.environ))
        held = stack.pop_all()
    parts = _document(writer, lines, request.environ)
    response = streams.streamed(gzipped(parts) if zipped else parts, media, held)
    if media == CSV:
        response.content_type = "text/csv; charset=utf-8; header=present"
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept, Accept-Encoding"
    return response


def _writer(media: str, batch_id: str) -> Writer:
    if media == JSON:
        return JsonWriter(batch_id)
    if media == CSV:
        return CsvWriter()
    return parquet.ParquetWriter() if media == PARQUET else NdjsonWriter()


class _Lines:
    """A batch's lines behind `after`, chunk by chunk, waited for while there is something to be `changed`.

    Looks at once: raises KritiqError when what is there now cannot be read.
    """

    def __init__(
        self,
        batches: BatchStore,
        batch: Batch,
        after: int,
        changed: Signal | None,
        check_caller: Callable[[], None],
        stops: Callable[[], bool],
    ) -> None:
        self._check_caller, self._stops = check_caller, stops
        self._batches, self._batch, self._after = batches, batch, after
        #: Set when there may be more; None where nobody waits for more.
        self.changed = changed
        #: How it ended; good once all have been read.
        self.ending = Ending(complete=False)
        self._rest = self._read()
        self._first = next(self._rest, b"")

    def __iter__(self) -> Iterator[bytes | None]:
        """NDJSON, or None when there is nothing yet. Never raises: a batch that is gone by now is an ending."""
        yield self._first
        try:
            yield from self._rest
        except KritiqError as error:
            code = next((code for kind, code in _ENDS.items() if isinstance(error, kind)), "unavailable")
            if code == "unavailable":
                log.warning("results end before their time: %s", error, extra={"batch_id": self._batch.id})
            self.ending = Ending(complete=False, code=code, detail=str(error))

    def _read(self) -> Iterator[bytes | None]:
        until = time.monotonic() + STREAM_S
        begun = 0
        for chunks in self._batch.grouped_chunks():
            while (lines := self._look(chunks)) is None:
                if self.changed is None:
                    return
                if time.monotonic() > until or self._stops():
                    self.ending = Ending(complete=False, code="time_limit", detail="More follows: see `after`.")
                    return
                yield None
            count = lines.count(b"\n")
            # Lines are numbered from 1 without a gap, so whole chunks can be passed over by counting.
            skip = max(0, self._after - begun)
            begun += count
            if skip < count:
                yield lines if not skip else b"".join(lines.splitlines(keepends=True)[skip:])
        self.ending = Ending(complete=True)

    def _look(self, chunks: range) -> bytes | None:
        if self.changed is not None:
            self.changed.clear()
        self._check_caller()
        return self._batches.group(self._batch, chunks).lines


def _document(writer: Writer, lines: _Lines, environ: Mapping[str, Any]) -> Iterator[bytes]:
    """The lines as one document. Also of a batch that nobody judges something comes at once, and again and again."""
    heard = -math.inf
    # An empty part would be the end of a chunked answer to some servers.
    if begin := writer.begin():
        yield begin
    for ndjson in lines:
        now = time.monotonic()
        if ndjson == b"":
            continue
        if ndjson is None and now - heard < streams.HEARTBEAT_S:
            part = b""
        else:
            part = writer.heartbeat() if ndjson is None else writer.lines(ndjson)
        if part:
            heard = now
            yield part
        if ndjson is None and lines.changed is not None:
            yield from pause(environ, lines.changed, STREAM_LOOKS_S)
    if end := writer.end(lines.ending):
        yield end


@operation(
    "Listen to a batch",
    scope=Scope.JOBS_READ,
    answers={200: BatchEventAnswer, **MISSING},
    media={200: "text/event-stream"},
    headers={"Last-Event-ID": "The `id` of the last event you have: the stream goes on behind it."},
)
def batch_events(batch_id: str) -> Response:
    """Server-sent events: `batch` with the batch as data at every change of its counts; `end` when it has ended."""
    ctx, owner = context(), tenant()
    check_batch(batch_id)

    check_caller = still_in()

    def look() -> streams.Seen:
        check_caller()
        batch = ctx.batches.get(owner, batch_id)
        return streams.Seen(
            version=batch.version, body=batch_dict(batch, ctx.settings.public_url), ended=batch.status.terminal
        )

    return streams.server_sent("batch", look, watch_job(ctx.hub, owner, batch_id))
