"""Messages that Celery clients sent by themselves: `send_task("kritiq.analyze", [text])` becomes a job as any other."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
from celery.exceptions import InvalidTaskError, NotRegistered
from kombu.exceptions import ContentDisallowed, DecodeError
from kombu.utils import json as kombu_json

from jobs.celery_task import CeleryMessage, CeleryTask
from jobs.errors import KritiqError, NotFound
from jobs.job import DEFAULT_TENANT, Claim, Job, job_id_of
from jobs.request import Form
from jobs.review_call import ReviewCall, analyze
from jobs.settings import Settings
from jobs.store import JobStore
from jobs.submission import new_job
from store import queues
from store.celery_reviews import ERASED
from store.job_record import job_reference
from telemetry.traces import Tracer, carried, headers_of
from worker import builtin_tasks, bundle_call
from worker.consumer.celery_decode import NotATaskError, TaskRequest, decode
from worker.consumer.celery_ended import Ends, Told
from worker.consumer.celery_headers import shown_headers
from worker.consumer.celery_options import ignored, is_new, limit_of, mark_of, moment, priority_of
from worker.consumer.owners import Owners

log = logging.getLogger(__name__)

#: A character of JSON has up to so many bytes (two escapes), and beside the text there is room for links and chains.
_BYTES_A_CHAR, _BESIDE = 12, 1 << 20
#: Why a task ends at once, in classes that every Celery client has.
REFUSED = (
    TypeError, ValueError, NotImplementedError, NotRegistered, InvalidTaskError, DecodeError, ContentDisallowed,
)  # fmt: skip


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
        bundles: Callable[[], bool] = lambda: True,
    ) -> None:
        """`told` is left out where Celery's own consumer tells. `missing`: see `store.served.Catalogue`.
        `bundles`: whether all processes know them."""
        self._tracer = tracer or Tracer()
        self._store, self._settings, self._ends, self._told, self._missing = store, settings, ends, told, missing
        self._bundles = bundles
        #: Which organisation's a task is.
        self.owners = Owners(store, settings)
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
        tenant = self.owners.tenant_of(request)
        if request.context.get(ERASED):
            self.revoke(request)
            self._store.drop(message)
            if self._told is not None:
                self._told.revoked(request.id, _shown(request))
            return None
        try:
            if request.error is not None:
                raise request.error
            if request.task == queues.PREDICT:
                self._own(message, request)
                return None
            if request.task in builtin_tasks.DONE:
                self.answer(request, tenant)
                self._store.drop(message)
                return None
            return self.claim(message, request, tenant, lease_ms=lease_ms)
        except REFUSED as error:
            log.info("refused a task: %s", type(error).__name__, extra={"task_id": request.id})
            self._ends.refuse(request, error)
            self._store.drop(message)
            if self._told is not None:
                self._told.refused(request.id, _shown(request), error)
            return None

    def claim(self, message: CeleryMessage, request: TaskRequest, tenant: str, *, lease_ms: int) -> Claim | None:
        """A claim for what the message asks for; None when there is nothing to do now. Raises what is in `REFUSED`."""
        self.owners.demand_own_groups(request, tenant)
        call, models = asked_by(request, self._settings)
        if call.request.form is Form.BUNDLE and not self._bundles():
            raise NotImplementedError(
                f"{request.task} is not done yet: within the last hour a process of an older release ran."
            )
        for model in models:
            if model is not None and (why := self._missing(model)):
                raise ValueError(f"model: {model} {why}")
        parent, about = carried(request.context), {"kritiq.task_id": request.id}
        with self._tracer.span(
            f"{request.task} receive", kind="consumer", parent=parent, attributes=about
        ) as span:  # fmt: skip
            job, task = self._job(request, call, tenant, span.place)
            span.tell({"kritiq.job_id": job.id})
            adopted = self._store.adopt(message, job, call.text, lease_ms=lease_ms, task=task)
        if isinstance(adopted, Claim):
            return adopted
        # Of a task whose id was taken, what was there before has been told.
        if adopted is not None and self._told is not None:
            self._told.set_aside(job, task.headers, adopted)
        return None

    def answer(self, request: TaskRequest, tenant: str) -> None:
        """Do a task that needs no job, now or never. Raises what is in `REFUSED`.

        A second one with its id does it again, as in Celery, unless a job has that id.
        """
        self.owners.demand_own_groups(request, tenant)
        now = time.time() * 1000
        if (moment(request, "expires") or now + 1) <= now:
            raise InvalidTaskError(f"{request.task} has expired.")
        if (moment(request, "eta") or 0) > now:
            raise NotImplementedError(
                f"{request.task} is done at once or not at all: send it without eta and countdown."
            )
        value = builtin_tasks.DONE[request.task](*request.args, **request.kwargs)
        if self._is_job(request.id):
            return
        self._ends.answer(request, value)
        if self._told is not None:
            self._told.answered(request.id, _shown(request))

    def revoke(self, request: TaskRequest) -> None:
        """End a task whose review was erased before anybody took it (`store.celery_reviews`)."""
        self._ends.revoke(request, stored=not self._is_job(request.id))

    def _is_job(self, task: str) -> bool:
        try:
            self._store.get(*job_reference(task, DEFAULT_TENANT))
        except NotFound:
            return False
        return True

    def _own(self, message: CeleryMessage, request: TaskRequest) -> None:
        """One that looks like ours, which somebody else has sent: of a job, its own message is enough."""
        if not self._is_job(request.id):
            raise builtin_tasks.unknown(request.task)
        self._store.drop(message)

    def _job(self, request: TaskRequest, call: ReviewCall, tenant: str, trace: str) -> tuple[Job, CeleryTask]:
        priority = call.request.priority if call.prioritized else priority_of(request)
        job = replace(
            new_job(
                call.text,
                replace(call.request, priority=priority),
                self._settings,
                tenant=tenant,
                job_id=job_id_of(request.id if tenant == DEFAULT_TENANT else request.id.partition(":")[2]),
            ),
            due_at=moment(request, "eta"), deadline_at=moment(request, "expires"), trace=trace,
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
        limit = limit_of(request)
        error = limit[1] if limit else None
        task = CeleryTask(
            request=followed, mark=mark_of(request) if followed else "", anew=is_new(request), meta=meta,
            ignored=ignored(request), headers=shown_headers(request.context, error),
        )  # fmt: skip
        if limit is None or error is None:
            return task
        late: dict[str, Any] = {"task_id": request.id, "status": "FAILURE", "traceback": None} | more
        late["result"] = self._ends.exception_meta(error)
        return replace(task, limit_ms=max(1, round(limit[0] * 1000)), limit_meta=orjson.dumps(late))


def _shown(request: TaskRequest) -> bytes:
    return shown_headers({**request.context, "task": request.task})


def asked_by(request: TaskRequest, settings: Settings) -> tuple[ReviewCall, set[str | None]]:
    """What a task asks for, and the models that it names. Raises what is in `REFUSED`."""
    most = settings.max_text_chars
    if (call_each := bundle_call.TASKS.get(request.task)) is not None:
        call, found = bundle_call.bundle(call_each, request.args, request.kwargs, priority_of(request), most)
        return call, {asked.model for _, asked in found.reviews}
    if request.task not in (queues.ANALYZE, queues.REVIEW):
        raise builtin_tasks.unknown(request.task)
    call = analyze(*request.args, **request.kwargs)
    if len(call.text) > most:
        raise ValueError(f"text has {len(call.text)} characters, at most {most} are taken")
    return call, {call.request.model}
