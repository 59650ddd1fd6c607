"""Every call about batches, as flows."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from kritiq_client.batch_answers import Batch, BatchLine
from kritiq_client.errors import FieldError, Invalid
from kritiq_client.exchange import Link, ask, row_of
from kritiq_client.job_calls import SILENCE_S, changes, paged, remove, wishes
from kritiq_client.named import id_of, in_path
from kritiq_client.retrying import Core
from kritiq_client.reviews import BatchOptions, BatchReview, batch_body
from kritiq_client.sse import LineParser
from kritiq_client.steps import Close, Emit, Flow, Request, Sleep, Stream

#: Most reviews that the service takes in one batch.
MOST_REVIEWS = 10_000
#: Seconds to store a full batch.
INTAKE_S = 60.0


def submit_batch(
    core: Core,
    reviews: Iterable[str | BatchReview],
    *,
    options: BatchOptions | None = None,
    idempotency_key: str | None = None,
) -> Flow[Batch]:
    """Submit up to 10,000 reviews. A bad one fails alone; its line of the results says why. One without a text is
    `skipped`.

    The idempotency key, yours or a fresh one, goes with every try. Raises Invalid, of one review too many before
    anything is sent; RateLimited, Unavailable.
    """
    some = list(islice(reviews, MOST_REVIEWS + 1))
    if len(some) > MOST_REVIEWS:
        # What the service would say, had all of it been sent.
        where = FieldError(pointer="#/reviews", detail=f"should have 1 to {MOST_REVIEWS} reviews, has more")
        detail = "The request is not valid: see #/reviews."
        raise Invalid(status=422, code="invalid-request", detail=detail, errors=[where])
    body, media = batch_body(some, options)
    return (yield from submit_batch_body(core, body, media, idempotency_key=idempotency_key))


def submit_batch_body(core: Core, body: bytes, media: str, *, idempotency_key: str | None = None) -> Flow[Batch]:
    """`submit_batch` with a body that is ready: NDJSON (`application/x-ndjson`) or JSON."""
    headers = {"content-type": media, "idempotency-key": idempotency_key or core.new_key()}
    request = Request(method="POST", path="/v1/batches", headers=headers, body=body, wait_s=INTAKE_S)
    return (yield from ask(core, request, Batch))


def get_batch(core: Core, batch_id: str | Batch) -> Flow[Batch]:
    """The batch and its counts. Raises NotFound, Gone."""
    return (yield from ask(core, Request(method="GET", path=path(batch_id)), Batch))


def batches(
    core: Core,
    *,
    status: str | None = None,
    restaurant: str | None = None,
    external_author: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    page_size: int = 100,
) -> Stream[Batch]:
    """Batches newest first, page by page as they are asked for; `restaurant` is the batch's own."""
    params = wishes(
        status=status, restaurant=restaurant, external_author=external_author, since=since, until=until,
        page_size=page_size,
    )  # fmt: skip
    yield from paged(core, "/v1/batches", params, "batches", Batch)
    return Batch


def batch_lines(
    core: Core,
    batch: str | Batch,
    *,
    status: str | None = None,
    external_author: str | None = None,
    page_size: int = 100,
) -> Stream[BatchLine]:
    """The lines of a batch in their order, page by page: all, or those that are `waiting`, `succeeded`, `failed`, …"""
    batch_id = id_of(batch)
    params = wishes(status=status, external_author=external_author, page_size=page_size)
    yield from paged(core, path(batch_id) + "/lines", params, "lines", BatchLine)
    return BatchLine


def batch_progress(core: Core, batch: str | Batch, *, every_s: float = 1.0) -> Stream[Batch]:
    """The batch at every change of its counts, looked at every `every_s` seconds, until it has ended."""
    batch_id = id_of(batch)
    version = 0
    while True:
        seen = yield from get_batch(core, batch_id)
        if seen.version > version:
            version = seen.version
            yield Emit(seen)
        if seen.ended:
            return Batch
        yield Sleep(every_s)


def batch_events(core: Core, batch: str | Batch, *, last_event_id: str = "") -> Stream[Batch]:
    """The batch at every change of its counts, from the version after `last_event_id` on, until it has ended.

    Nothing is asked again and again, as `batch_progress` does. A stream that breaks off is opened again behind the last
    change. Raises NotFound, Gone, TransportError.
    """
    yield from changes(core, path(batch) + "/events", "batch", Batch, last_event_id)
    return Batch


def batch_results(core: Core, batch: str | Batch, *, after: int = 0) -> Stream[BatchLine]:
    """What became of each review, in their order, each as soon as all before it are there; behind line `after`.

    A stream that breaks off is opened again behind the last line. Raises NotFound, Gone, TransportError.
    """
    known = (yield from get_batch(core, batch)) if isinstance(batch, str) else batch
    last = after

    def request() -> Request:
        return Request(method="GET", path=path(known.id) + "/results", params={"after": str(last)}, wait_s=SILENCE_S)

    link, parser = Link(core, request), LineParser()
    while last < known.counts.total:
        data = yield from link.read()
        if data is None:
            parser = LineParser()
            continue
        for row in parser.feed(data):
            line = row_of(BatchLine, row, "results")
            # After a reconnection nothing is handed out twice, whatever the service begins with.
            if line.line > last:
                link.advanced()
                last = line.line
                yield Emit(line)
    yield Close()
    return BatchLine


def cancel_batch(core: Core, batch_id: str | Batch) -> Flow[Batch]:
    """Stop what has not started. Raises Conflict when the batch has ended."""
    return (yield from ask(core, Request(method="POST", path=path(batch_id) + "/cancel"), Batch))


def retry_batch(core: Core, batch_id: str | Batch, *, idempotency_key: str | None = None) -> Flow[Batch]:
    """A new batch of the lines that ended without a result, in their order. Raises Conflict when there are none.

    One idempotency key, yours or a fresh one, goes with every try.
    """
    headers = {"idempotency-key": idempotency_key or core.new_key()}
    request = Request(method="POST", path=path(batch_id) + "/retry", headers=headers, wait_s=INTAKE_S)
    return (yield from ask(core, request, Batch))


def delete_batch(core: Core, batch_id: str | Batch) -> Flow[None]:
    """Purge the batch with its reviews and results. Raises NotFound, Gone."""
    yield from remove(core, path(batch_id))


def path(batch: str | Batch) -> str:
    """The address of a batch."""
    return f"/v1/batches/{in_path(batch)}"
