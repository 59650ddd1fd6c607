"""Messages that Celery clients sent by themselves: `send_task("kritiq.analyze", [text])` becomes a job as any other."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol, TypeGuard

import orjson
from billiard.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded
from celery.exceptions import InvalidTaskError, NotRegistered
from celery.utils.time import maybe_iso8601, maybe_make_aware
from kombu.exceptions import ContentDisallowed, DecodeError
from kombu.utils import json as kombu_json

from jobs.celery_task import CeleryMessage, CeleryTask
from jobs.errors import KritiqError, NotFound
from jobs.job import DEFAULT_TENANT, Claim, Job, Status, job_id_of
from jobs.request import Priority
from jobs.settings import Settings
from jobs.store import JobStore
from jobs.submission import new_job
from store import queues
from store.job_record import job_reference
from telemetry.traces import Tracer, carried, headers_of
from worker.consumer.celery_decode import NotATaskError, TaskRequest, decode
from worker.consumer.celery_headers import shown_headers
from worker.review_call import ReviewCall, analyze

log = logging.getLogger(__name__)

#: A character of JSON has up to so many bytes (two escapes), and beside the text there is room for links and chains.
_BYTES_A_CHAR, _BESIDE = 12, 1 << 20
#: The longest time limit, in seconds: ten years. What is longer, and what is infinite, limits nothing.
_LONGEST_S = 10 * 365 * 86_400
#: Why a task ends at once, in classes that every Celery client has.
REFUSED = (TypeError, ValueError, NotRegistered, InvalidTaskError, DecodeError, ContentDisallowed)


class Ends(Protocol):
    """Celery's side of ended tasks; see `worker.consumer.celery_ends.CeleryEnds`."""

    def freeze(self, request: TaskRequest) -> tuple[dict[str, Any], list[Any]]:
        """The request with ids for what follows it, and its children."""

    def exception_meta(self, error: Exception) -> Mapping[str, Any]:
        """An exception as the result backend keeps it."""

    def refuse(self, request: TaskRequest, error: Exception) -> None:
        """End a task that never was a job."""


class Told(Protocol):
    """Where it is told what becomes of messages that are no claims; see `worker.consumer.celery_events.TaskEvents`."""

    def set_aside(self, job: Job, headers: bytes, status: Status) -> None:
        """A task became a job that waits, is scheduled, or has ended already."""

    def refused(self, task_id: str, headers: bytes, error: Exception) -> None:
        """A task failed before it was a job."""


#: Why a task is put aside whose id is an organisation's.
FOREIGN = "its id begins with the name of an organisation"


class CeleryMessages:
    """Makes claims of messages, or ends their tasks."""

    def __init__(
        self,
        store: JobStore,
        settings: Settings,
        ends: Ends,
        told: Told | None = None,
        tracer: Tracer | None = None,
        missing: Callable[[str], str | None] = lambda model: None,
    ) -> None:
        """`told` is left out where Celery's own consumer tells. `missing`: see `store.served.Catalogue`."""
        self._tracer = tracer or Tracer()
        self._store, self._settings, self._ends, self._told, self._missing = store, settings, ends, told, missing
        self._most_bytes = settings.max_text_chars * _BYTES_A_CHAR + _BESIDE

    def adopt(self, message: CeleryMessage, *, lease_ms: int) -> Claim | None:
        """A claim for the message's text; None when there is nothing to do for it now, and the message is dealt with.

        Raises Unavailable: then the message comes back when its lease is over.
        """
        try:
            return self._adopt(message, lease_ms)
        except NotATaskError as error:
            reason = f"Nobody can be answered for it: {error}."
        except KritiqError:
            raise
        # Whatever it is that nobody has thought of: one message must not end a worker, and the next worker after it.
        except Exception:
            log.exception("a message cannot be dealt with")
            reason = "It cannot be dealt with."
        self._store.reject(message, reason)
        return None

    def _adopt(self, message: CeleryMessage, lease_ms: int) -> Claim | None:
        request = decode(message.message, most_bytes=self._most_bytes)
        # Its result would lie where the organisation's own does: it gets no answer, not even that it is refused.
        if self._store.is_foreign(request.id):
            raise NotATaskError(FOREIGN)
        try:
            if request.error is not None:
                raise request.error
            if request.task == queues.PREDICT:
                self._own(message, request)
                return None
            return self.claim(message, request, lease_ms=lease_ms)
        except REFUSED as error:
            log.info("refused a task: %s", type(error).__name__, extra={"task_id": request.id})
            self._ends.refuse(request, error)
            self._store.drop(message)
            if self._told is not None:
                self._told.refused(request.id, shown_headers({**request.context, "task": request.task}), error)
            return None

    def claim(self, message: CeleryMessage, request: TaskRequest, *, lease_ms: int) -> Claim | None:
        """A claim for what the message asks for; None when there is nothing to do now. Raises what is in `REFUSED`."""
        call = review_call(request, self._settings)
        model = call.request.model
        if model is not None and (why := self._missing(model)):
            raise ValueError(f"model: {model} {why}")
        parent, about = carried(request.context), {"kritiq.task_id": request.id}
        with self._tracer.span(
            f"{request.task} receive", kind="consumer", parent=parent, attributes=about
        ) as span:  # fmt: skip
            job, task = self._job(request, call, span.place)
            span.tell({"kritiq.job_id": job.id})
            adopted = self._store.adopt(message, job, call.text, lease_ms=lease_ms, task=task)
        if isinstance(adopted, Claim):
            return adopted
        # Of a task whose id was taken, what was there before has been told.
        if adopted is not None and self._told is not None:
            self._told.set_aside(job, task.headers, adopted)
        return None

    def _own(self, message: CeleryMessage, request: TaskRequest) -> None:
        """One that looks like ours, which somebody else has sent: of a job, its own message is enough."""
        try:
            self._store.get(*job_reference(request.id, DEFAULT_TENANT))
        except NotFound:
            raise InvalidTaskError(
                f"{queues.PREDICT} is what Kritiq sends for its jobs: send {queues.ANALYZE}"
            ) from None
        self._store.drop(message)

    def _job(self, request: TaskRequest, call: ReviewCall, trace: str) -> tuple[Job, CeleryTask]:
        priority = call.request.priority if call.prioritized else _priority(request)
        job = replace(
            new_job(call.text, replace(call.request, priority=priority), self._settings, job_id=job_id_of(request.id)),
            due_at=_moment(request, "eta"), deadline_at=_moment(request, "expires"), trace=trace,
        )  # fmt: skip
        return job, self._task(request, trace)

    def _task(self, request: TaskRequest, trace: str) -> CeleryTask:
        followed, children = b"", list[Any]()
        if request.follows:
            frozen, children = self._ends.freeze(request)
            # What is sent after the job is in its trace; without one of ours, in that of whoever sent the task.
            followed = kombu_json.dumps({**frozen, **headers_of(trace)}).encode()
        more = {"children": children} | {
            name: value
            for name, header in (("group_id", "group"), ("parent_id", "parent_id"))
            if isinstance(value := request.context.get(header), str) and value
        }
        meta = b"" if not followed and more == {"children": []} else orjson.dumps(more)[1:-1]
        limit = _limit(request)
        if limit is None:
            headers = shown_headers(request.context)
            return CeleryTask(request=followed, meta=meta, ignored=_ignored(request), headers=headers)
        seconds, error = limit
        headers = shown_headers(request.context, error)
        late: dict[str, Any] = {"task_id": request.id, "status": "FAILURE", "traceback": None} | more
        late["result"] = self._ends.exception_meta(error)
        return CeleryTask(
            request=followed, meta=meta, ignored=_ignored(request), limit_ms=max(1, round(seconds * 1000)),
            limit_meta=orjson.dumps(late), headers=headers,
        )  # fmt: skip


def review_call(request: TaskRequest, settings: Settings) -> ReviewCall:
    """What a task asks for. Raises what is in `REFUSED`."""
    if request.task not in (queues.ANALYZE, queues.REVIEW):
        raise NotRegistered(request.task)
    call = analyze(*request.args, **request.kwargs)
    if len(call.text) > settings.max_text_chars:
        raise ValueError(f"text has {len(call.text)} characters, at most {settings.max_text_chars} are taken")
    return call


def _ignored(request: TaskRequest) -> bool:
    return request.context.get("ignore_result") is True


def _priority(request: TaskRequest) -> Priority:
    """Ours, of the queue that a client named, or of the least urgent of Celery's priorities."""
    delivery = request.context["delivery_info"]
    for priority, queue in queues.QUEUES.items():
        if delivery.get("routing_key") == queue:
            return priority
    number = delivery.get("priority")
    return Priority.BULK if _is_number(number) and number >= 9 else Priority.NORMAL


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _moment(request: TaskRequest, header: str) -> int | None:
    """`eta` or `expires` as milliseconds since the epoch, read as Celery reads them. Raises InvalidTaskError."""
    value = request.context.get(header)
    if value is None:
        return None
    try:
        at = maybe_make_aware(maybe_iso8601(value), UTC)
        if not isinstance(at, datetime):
            raise TypeError(f"{at!r} is no time")
        return round(at.timestamp() * 1000)
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InvalidTaskError(f"{header} is no time: {error}") from None


def _limit(request: TaskRequest) -> tuple[float, Exception] | None:
    """How long an attempt may take, in seconds, and what it ends with. As in Celery, what is no pair is no limit."""
    limits = request.context.get("timelimit")
    if not isinstance(limits, list | tuple) or len(limits) < 2:
        return None
    hard, soft = (limit if _is_number(limit) and 0 < limit <= _LONGEST_S else None for limit in limits[:2])
    if soft is not None and (hard is None or soft <= hard):
        return soft, SoftTimeLimitExceeded()
    return None if hard is None else (hard, TimeLimitExceeded(hard))


def time_limit(request: TaskRequest) -> Exception | None:
    """What an attempt ends with that takes longer than its client allows."""
    limit = _limit(request)
    return limit[1] if limit else None
