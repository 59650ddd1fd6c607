"""What Celery's own code does when a task has ended: failures, links, the rest of chains, parts of chords."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson
import redis
from celery import current_app, group, signature, states
from celery._state import _task_stack
from celery.app.task import Context
from celery.exceptions import InvalidTaskError
from kombu.exceptions import OperationalError
from kombu.utils import json as kombu_json

from jobs.celery_task import FollowUp
from jobs.errors import Unavailable
from jobs.settings import Settings
from store.celery_url import celery_url, find_redis
from telemetry.traces import Tracer, carried, headers_of
from worker.app import RESULT_SETTINGS
from worker.consumer.celery_backend import BACKENDS
from worker.consumer.celery_decode import TaskRequest
from worker.consumer.reserved import FollowingCelery, demand_all_free

log = logging.getLogger(__name__)

#: The broker or the result backend is away, cannot take more for the moment, or an operator must let us in first.
AWAY = (
    redis.ConnectionError, redis.TimeoutError, redis.OutOfMemoryError, redis.ReadOnlyError,
    redis.exceptions.NoPermissionError, OperationalError, OSError,
)  # fmt: skip


def ended() -> None:
    """Stands for the task that has ended: what follows takes its root and its parent from it."""


class CeleryEnds:
    """Celery's side of ended tasks. Every call may be made again; any raises Unavailable when the broker is away."""

    def __init__(self, settings: Settings, tracer: Tracer | None = None) -> None:
        self._tracer = tracer or Tracer()
        # An application of its own, which knows no task of ours: Celery may run an errback that it knows right here.
        url = celery_url(settings)
        self.app = FollowingCelery("kritiq", broker=url, backend=url, set_as_current=False)
        self.app.conf.update(RESULT_SETTINGS)
        self.app.settings = settings
        self.app.loader.override_backends = BACKENDS
        find_redis(self.app, settings)
        self._ended = self.app.task(ended, name="kritiq.ended", shared=False)

    def freeze(self, request: TaskRequest) -> tuple[dict[str, Any], list[Any]]:
        """The request with ids for what follows it, so that it may be sent twice and counts once; and its children.

        Links are put together as Celery's tracer does it. Raises InvalidTaskError for what is no signature inside, and
        for what no worker sends.
        """
        found: dict[str, Any] = dict(request.context)
        root = found.get("root_id")
        ids = {"parent_id": request.id, "root_id": root if isinstance(root, str) and root else request.id}
        try:
            demand_all_free([found.get(name) for name in ("callbacks", "errbacks", "chain", "chord")])
            links = [signature(dict(link), app=self.app) for link in found.get("callbacks") or ()]
            if len(links) > 1:
                others = [link for link in links if not isinstance(link, group)]
                links = [link for link in links if isinstance(link, group)]
                links += [group(others, app=self.app)] if others else []
            children = [link.freeze(**ids).as_tuple() for link in links]
            found["callbacks"] = links
            if found.get("chain"):
                *rest, step = found["chain"]
                step = signature(dict(step), app=self.app)
                children.append(step.freeze(**ids).as_tuple())
                found["chain"] = [*rest, step]
            return found, children
        except (TypeError, ValueError, KeyError, AttributeError, IndexError, RecursionError) as error:
            raise InvalidTaskError(f"What follows the task is no signature: {error!r}") from None

    def exception_meta(self, error: Exception) -> Mapping[str, Any]:
        """An exception as the result backend keeps it."""
        found: Mapping[str, Any] = self.app.backend.prepare_exception(error)
        return found

    def refuse(self, request: TaskRequest, error: Exception) -> None:
        """End a task that never was a job: the failure is stored, and whoever waits for the task is told."""
        with self._broker():
            stored = request.context.get("ignore_result") is not True
            try:
                with self._as(request.context, request.id, request.task) as context, self.app.backend.after(request.id):
                    self.app.backend.mark_as_failure(request.id, error, request=context, store_result=stored)
                    if not stored:
                        self.app.backend._fail_chain(context.chain, error, store_result=True)
            except AWAY:
                raise
            # A message may be wrong in many places at once, and its headers may be named as anything.
            except Exception:
                log.exception("what follows a refused task is broken", extra={"task_id": request.id})
                if stored:
                    self.app.backend.store_result(request.id, error, states.FAILURE)

    def revoke(self, request: TaskRequest, *, stored: bool = True) -> None:
        """End a task that never was a job, and all behind it, as revoked. `stored`: as its result, too."""
        stored = stored and request.context.get("ignore_result") is not True
        with self._broker():
            try:
                with self._as(request.context, request.id, request.task) as context:
                    self.app.backend.mark_as_revoked(request.id, "revoked", request=context, store_result=stored)
            except AWAY:
                raise
            except Exception:
                log.exception("what follows a revoked task is broken", extra={"task_id": request.id})

    def answer(self, request: TaskRequest, value: Any) -> None:
        """End a task that needs no job: its value is stored, and what follows it is sent. Raises InvalidTaskError."""
        frozen, _ = self.freeze(request)
        with self._broker():
            try:
                with self._as(frozen, request.id, request.task) as context:
                    self._succeed(context, value, stored=request.context.get("ignore_result") is not True)
            except AWAY:
                raise
            except Exception as error:
                log.exception("cannot send what follows a task", extra={"task_id": request.id})
                raise InvalidTaskError(f"What follows the task cannot be sent: {error!r}") from None

    def follow(self, ended: FollowUp) -> None:
        """Send what follows an ended job, in its trace."""
        request = kombu_json.loads(ended.request)
        about = {"kritiq.tenant": ended.tenant, "kritiq.job_id": ended.id}
        with self._broker():
            try:
                with self._tracer.span(
                    "follow-ups", kind="producer", parent=carried(request), attributes=about
                ) as span:  # fmt: skip
                    self._follow(ended, {**request, **headers_of(span.place)})
            except AWAY:
                raise
            except Exception:
                # It would fail each time; the job itself has ended.
                log.exception("cannot send what follows a job", extra={"tenant": ended.tenant, "job_id": ended.id})

    def _follow(self, ended: FollowUp, request: Mapping[str, Any]) -> None:
        meta = orjson.loads(ended.meta)
        backend = self.app.backend
        with self._as(request, meta["task_id"], str(request.get("task"))) as context:
            if meta["status"] == states.SUCCESS:
                self._succeed(context, meta["result"], stored=False)
                return
            error = backend.exception_to_python(meta["result"])
            if meta["status"] == states.FAILURE:
                with backend.after(context.id):
                    backend.mark_as_failure(context.id, error, request=context, store_result=False)
                    backend._fail_chain(context.chain, error, store_result=True)
            else:
                backend.mark_as_revoked(context.id, str(error), request=context, store_result=False)

    def _succeed(self, context: Context, value: Any, *, stored: bool) -> None:
        publish = self.app.amqp._retry_publish
        ids = {"parent_id": context.id, "root_id": context.root_id or context.id}
        for link in context.callbacks or ():
            publish(signature(link, app=self.app).apply_async, (value,), **ids)
        if context.chain:
            *rest, step = context.chain
            publish(signature(step, app=self.app).apply_async, (value,), chain=rest, **ids)
        self.app.backend.mark_as_done(context.id, value, request=context, store_result=stored)

    @contextmanager
    def _as(self, request: Mapping[str, Any], task_id: str, task: str) -> Iterator[Context]:
        """Everything inside is done by the task that has ended, as far as Celery's code can tell."""
        context = Context({**request, "id": task_id, "task": task})
        if not isinstance(context.root_id, str):
            context.root_id = None
        # A chain within a chord's body asks for the application of its thread.
        before = current_app._get_current_object()
        self.app.set_current()
        _task_stack.push(self._ended)
        self._ended.request_stack.push(context)
        try:
            yield context
        finally:
            self._ended.request_stack.pop()
            _task_stack.pop()
            before.set_current()

    @contextmanager
    def _broker(self) -> Iterator[None]:
        try:
            yield
        except AWAY as error:
            raise Unavailable("Celery's broker cannot be reached.") from error
