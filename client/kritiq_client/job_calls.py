"""Every call about single jobs, as flows. Both clients offer them as methods, without the first argument."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from kritiq_client.errors import ApiError, Gone, UnexpectedAnswer
from kritiq_client.exchange import Link, ask, body_of, perform
from kritiq_client.job_answers import Job, Queue, Timeout
from kritiq_client.named import Named, id_of, in_path
from kritiq_client.reading import read
from kritiq_client.retrying import Core
from kritiq_client.reviews import Review
from kritiq_client.sse import EventParser
from kritiq_client.steps import Close, Emit, Flow, Request, Sleep, Stream
from kritiq_client.usage_answers import Usage

JSON = "application/json"
#: Longest wait that the service grants in one request, in seconds.
LONGEST_WAIT_S = 30
#: The service has too many waiting clients, in all or of one organisation: ask without waiting.
CROWDED = frozenset({"too-many-waiting", "too-many-of-yours-waiting"})
#: A stream tells at least so often, in seconds, that it is there: with room for a slow one, every 10.
SILENCE_S = 30.0
#: Seconds between two looks when the service may not be asked to wait.
LOOK_S = 0.25


def submit(core: Core, review: str | Review, *, wait_s: float = 0.0, idempotency_key: str | None = None) -> Flow[Job]:
    """Submit a review, wait at most `wait_s` (30) seconds for its end, and return the job in whatever state it is.

    One idempotency key, yours or a fresh one, goes with every try: a request whose answer was lost makes no second
    job. Raises Invalid, RateLimited, Unavailable, TransportError.
    """
    key = idempotency_key or core.new_key()
    return (yield from _submit(core, "POST", "/v1/jobs", review, wait_s, {"idempotency-key": key}))


def put(core: Core, job_id: str, review: str | Review, *, wait_s: float = 0.0) -> Flow[Job]:
    """`submit` under an id of yours (1 to 64 letters, digits, `-`, `_`). Repeating the call gives the same job."""
    return (yield from _submit(core, "PUT", path(job_id), review, wait_s, {}))


def analyze(core: Core, review: str | Review, *, timeout_s: float = 60.0) -> Flow[Job]:
    """Submit a review and return the job when it has ended.

    Raises Timeout (its `job` keeps running) and whatever `submit` raises.
    """
    end = core.clock() + timeout_s
    job = yield from submit(core, review, wait_s=timeout_s)
    return job if job.ended else (yield from wait(core, job, timeout_s=max(0.0, end - core.clock())))


def _submit(
    core: Core, method: str, where: str, review: str | Review, wait_s: float, headers: Mapping[str, str]
) -> Flow[Job]:
    body = (Review(text=review) if isinstance(review, str) else review).body()
    seconds = max(0, int(min(LONGEST_WAIT_S, wait_s)))
    while True:
        prefer = {"prefer": f"wait={seconds}"} if seconds else {}
        request = Request(
            method=method, path=where, headers={"content-type": JSON, **headers, **prefer}, body=body, wait_s=seconds
        )
        try:
            answer = yield from perform(core, request, hand_back=CROWDED if seconds else frozenset())
        except ApiError as error:
            if error.code not in CROWDED or not seconds:
                raise
            seconds = 0
            continue
        return read(Job, body_of(answer))


def get(core: Core, job_id: str | Job) -> Flow[Job]:
    """The job as it is now. Raises NotFound, Gone."""
    return (yield from ask(core, Request(method="GET", path=path(job_id)), Job))


def wait(core: Core, job: str | Job, *, timeout_s: float = 60.0) -> Flow[Job]:
    """The job when it has ended. Raises Timeout after `timeout_s` seconds with the job as it was; NotFound, Gone."""
    job_id = id_of(job)
    end = core.clock() + timeout_s
    crowded_s = 0.0
    while True:
        seconds = 0 if crowded_s else max(0, int(min(LONGEST_WAIT_S, end - core.clock())))
        params = {"wait": str(seconds)} if seconds else {}
        request = Request(method="GET", path=path(job_id), params=params, wait_s=seconds)
        try:
            answer = yield from perform(core, request, hand_back=CROWDED if seconds else frozenset())
        except ApiError as error:
            if error.code not in CROWDED or not seconds:
                raise
            crowded_s = error.retry_after or LOOK_S
            continue
        seen = read(Job, body_of(answer))
        left = end - core.clock()
        if seen.ended:
            return seen
        if left <= 0:
            raise Timeout(f"{job_id} is still {seen.status}; it keeps running", job=seen)
        if not seconds:
            yield Sleep(min(left, crowded_s or LOOK_S))
        crowded_s = 0.0


def events(core: Core, job: str | Job, *, last_event_id: str = "") -> Stream[Job]:
    """The job at every change, from the version after `last_event_id` on, until it has ended.

    A stream that breaks off is opened again behind the last change. Raises NotFound, Gone, TransportError.
    """
    where = path(job) + "/events"
    yield from changes(core, where, "job", Job, last_event_id)
    return Job


def changes(core: Core, where: str, name: str, cls: type[Any], last_event_id: str) -> Stream[object]:
    """Something at every change that the events `name` at `where` tell, until it has ended."""
    last = last_event_id

    def request() -> Request:
        resume = {"last-event-id": last} if last else {}
        return Request(method="GET", path=where, headers={"accept": "text/event-stream", **resume}, wait_s=SILENCE_S)

    link, parser = Link(core, request), EventParser()
    while True:
        data = yield from link.read()
        if data is None:
            parser = EventParser()
            continue
        for event in parser.feed(data):
            if event.event != name:
                continue
            link.advanced()
            seen, last = read(cls, _json(event.data)), event.id
            yield Emit(seen)
            if seen.ended:
                yield Close()
                return cls
        link.pause_s = parser.retry_s if parser.retry_s is not None else link.pause_s


def cancel(core: Core, job_id: str | Job) -> Flow[Job]:
    """Call the job off; while a worker still has to let go of it, `cancel_requested` is true. Raises Conflict."""
    return (yield from ask(core, Request(method="POST", path=path(job_id) + "/cancel"), Job))


def retry(core: Core, job_id: str | Job, *, idempotency_key: str | None = None) -> Flow[Job]:
    """A new job of the same review. One idempotency key, yours or a fresh one, goes with every try. Raises Conflict."""
    headers = {"idempotency-key": idempotency_key or core.new_key()}
    return (yield from ask(core, Request(method="POST", path=path(job_id) + "/retry", headers=headers), Job))


def delete(core: Core, job_id: str | Job) -> Flow[None]:
    """Purge text and result. Raises NotFound, Gone."""
    yield from remove(core, path(job_id))


def remove(core: Core, where: str, params: Mapping[str, str] | None = None) -> Flow[None]:
    """DELETE, where 410 after an answer that was lost means that it worked."""
    try:
        yield from perform(core, Request(method="DELETE", path=where, params=params or {}))
    except Gone as error:
        if error.attempts == 1:
            raise


def jobs(
    core: Core,
    *,
    status: str | None = None,
    restaurant: str | None = None,
    external_author: str | None = None,
    model: str | None = None,
    error: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    page_size: int = 100,
) -> Stream[Job]:
    """Jobs newest first, without results, page by page as they are asked for.

    `model` is the one that judged them (`kritiq-mini`, `kritiq-mini/1`), `error` the code that they ended with.
    """
    params = wishes(
        status=status, restaurant=restaurant, external_author=external_author, model=model, error=error, since=since,
        until=until, page_size=page_size,
    )  # fmt: skip
    yield from paged(core, "/v1/jobs", params, "jobs", Job)
    return Job


def wishes(**wanted: str | int | datetime | Named | None) -> dict[str, str]:
    """Parameters of a list, without those that are None."""
    return {name: _wish(value) for name, value in wanted.items() if value is not None}


def _wish(value: str | int | datetime | Named) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int) else id_of(value)


def paged(core: Core, where: str, params: Mapping[str, str], member: str, cls: type[object]) -> Stream[object]:
    """Every entry of a list, over all its pages."""
    token: str | None = None
    while True:
        given = {**params, "page_token": token} if token else params
        page = body_of((yield from perform(core, Request(method="GET", path=where, params=given))))
        for entry in _members(page, member):
            yield Emit(read(cls, entry))
        token = page.get("next_page_token")
        if not token:
            return cls


def queue(core: Core) -> Flow[Queue]:
    """What waits and what runs."""
    return (yield from ask(core, Request(method="GET", path="/v1/queue"), Queue))


def usage(core: Core, month: str | None = None) -> Flow[Usage]:
    """What your organisation used in a month (`2026-11`; this one unless given), by day, restaurant and model."""
    params = {} if month is None else {"month": month}
    return (yield from ask(core, Request(method="GET", path="/v1/usage", params=params), Usage))


def path(job: str | Job) -> str:
    """The address of a job."""
    return f"/v1/jobs/{in_path(job)}"


def _json(data: str) -> object:
    try:
        return json.loads(data)
    except ValueError:
        raise UnexpectedAnswer("An event is not JSON.") from None


def _members(page: object, member: str) -> Iterator[object]:
    found = page.get(member) if isinstance(page, dict) else None
    if not isinstance(found, list):
        raise UnexpectedAnswer(f"The page has no {member!r}.")
    return iter(found)
