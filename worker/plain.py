"""`kritiq worker --plain`: a stock Celery worker that leaves no task without an end either.

What it cannot help: bytes in its queue that are no JSON end any worker whose messages kombu reads, and while a task
runs, its only thread answers no remote control.
"""

import logging
from collections.abc import Callable
from functools import cached_property
from typing import Any

import redis
from celery import Celery

from jobs.errors import Unavailable
from jobs.settings import Settings
from store import queues
from store.celery_body import ACCEPTED
from store.celery_reviews import ERASED
from store.connection import connect
from store.jobs import RedisStore
from worker import builtin_tasks
from worker.consumer.celery_backend import BACKENDS
from worker.consumer.celery_decode import NotATaskError, TaskRequest, read
from worker.consumer.celery_ends import CeleryEnds
from worker.consumer.celery_messages import REFUSED, CeleryMessages
from worker.patient_consumer import PatientConsumer
from worker.plain_steps import AliveStep, FollowUpsStep, ReporterStep, TracesStep
from worker.tasks import add_tasks

log = logging.getLogger(__name__)

#: Settings of the batch consumer that a plain worker has no use for: it takes one review at a time, and finishes it.
UNUSED = ("batch_jobs", "batch_sentences", "shutdown_s")


class PlainConsumer(PatientConsumer):
    """Celery's own, patient, which ends the tasks that Celery's logs and forgets."""

    @cached_property
    def _ends(self) -> CeleryEnds:
        return CeleryEnds(self.app.settings)

    @cached_property
    def _messages(self) -> CeleryMessages:
        return CeleryMessages(RedisStore(connect(self.app.settings)), self.app.settings, self._ends)

    def _check_owner(self, request: TaskRequest) -> None:
        """Raises NotATaskError, see `worker.consumer.owners`."""
        try:
            self._messages.owners.tenant_of(request)
        except Unavailable as away:
            raise redis.ConnectionError(str(away)) from away

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], Any]:
        """What is called with each message; a body of another shape would end Celery's worker, and the next one too."""
        stock = super().create_task_handler(*args, **kwargs)

        def on_task_received(message: Any) -> None:
            try:
                request = _request_of(message)
                if not _is_ours(message):
                    self._check_owner(request)
                if request.context.get(ERASED):
                    self._revoke(message, request)
                elif request.error is not None:
                    self._refuse(message, request, request.error)
                elif _is_ours(message) or request.task in (queues.ANALYZE, queues.REVIEW):
                    stock(message)
                elif request.task in builtin_tasks.DONE:
                    self._answer(message, request)
                else:
                    self._refuse(message, request, builtin_tasks.unknown(request.task))
            except NotATaskError as error:
                self.on_unknown_message(str(error), message)
            except REFUSED as error:
                self.on_invalid_task(None, message, error)

        return on_task_received

    def on_invalid_task(self, body: Any, message: Any, exc: Exception) -> None:
        """A time that is none, and the like."""
        self._refuse(message, _request_of(message), exc)

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """A body that cannot be unpacked."""
        self._refuse(message, _request_of(message), exc)

    def _message_report(self, body: Any, message: Any) -> str:
        """What is logged of a message that is none: Celery's own has all of it, the text too."""
        return f"{len(message.body or b'')} bytes of {message.content_type!r}"

    def _answer(self, message: Any, request: TaskRequest) -> None:
        """Celery's own would send what follows the task wherever its client says: see `worker.consumer.reserved`."""
        try:
            self._messages.answer(request, self._messages.owners.tenant_of(request))
        except Unavailable as away:
            raise redis.ConnectionError(str(away)) from away
        message.ack_log_error(log, self.connection_errors)
        if self.event_dispatcher:
            self.event_dispatcher.send("task-succeeded", uuid=request.id, result="", runtime=0.0)

    def _revoke(self, message: Any, request: TaskRequest) -> None:
        """Its review was erased before anybody took it."""
        try:
            self._messages.revoke(request)
        except Unavailable as away:
            raise redis.ConnectionError(str(away)) from away
        message.ack_log_error(log, self.connection_errors)
        if self.event_dispatcher:
            self.event_dispatcher.send("task-revoked", uuid=request.id, terminated=False, signum=None, expired=False)

    def _refuse(self, message: Any, request: TaskRequest, error: Exception) -> None:
        log.info("refused a task: %s", type(error).__name__, extra={"task_id": request.id})
        try:
            self._ends.refuse(request, error)
        except Unavailable as away:
            # After this Celery's consumer connects anew and finds the message again, as after any loss of Redis.
            raise redis.ConnectionError(str(away)) from away
        message.ack_log_error(log, self.connection_errors)
        if self.event_dispatcher:
            self.event_dispatcher.send(
                "task-failed", uuid=request.id, exception=f"{type(error).__name__}({str(error)!r})"
            )


def _is_ours(message: Any) -> bool:
    """Whether Kritiq made the message for a job of its own, an organisation's too; as `ours` in `lib/attempt.lua`."""
    headers = message.headers or {}
    return headers.get("origin") == "kritiq" and headers.get("task") == queues.PREDICT


def _request_of(message: Any) -> TaskRequest:
    if message.accept is None:
        message.accept = ACCEPTED
    if message.errors:
        headers = message.headers or {}
        return read({**headers, "task": headers.get("task", "unknown")}, message.properties, lambda: None)
    return read(message.headers or {}, message.properties, message.decode)


def make_plain(app: Celery) -> Celery:
    """The application, for a worker without the batch consumer."""
    add_tasks(app)
    app.loader.override_backends = BACKENDS
    app.conf.worker_consumer = "worker.plain:PlainConsumer"
    app.steps["worker"].update((TracesStep, FollowUpsStep, ReporterStep, AliveStep))
    return app


def unused(settings: Settings) -> list[str]:
    """The variables that were set and change nothing here."""
    return [f"KRITIQ_{name.upper()}" for name in UNUSED if name in settings.model_fields_set]
