"""Celery's result backend in Redis, which also ends what will never be sent because something before it has failed.

Celery ends the steps of a chain behind a failure, and the body of a chord. It leaves without an end the members of a
group or of a chord's header that are such a step, and whatever is behind a revoked task, and never tells a chord that a
chord among its own members has failed: whoever waits for these waits for ever.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from celery import states
from celery.app.task import Context
from celery.backends.redis import RedisBackend, SentinelBackend
from celery.exceptions import TaskRevokedError

from jobs.job import DEFAULT_TENANT
from store.organisations import is_known
from worker.consumer.producers import producers

log = logging.getLogger(__name__)

#: Kinds of signatures -> where the tasks in them are.
_PARTS = {"group": ("tasks",), "chain": ("tasks",), "chord": ("header", "body")}


def unsent(signature: Mapping[str, Any], within: bool = False) -> Iterator[tuple[Context, bool]]:
    """The tasks in what will not be sent, and whether each is a part of a chord that `signature` has in itself."""
    parts, kwargs = _PARTS.get(signature.get("subtask_type") or ""), signature.get("kwargs") or {}
    if parts is None:
        options = signature.get("options") or {}
        if options.get("task_id"):
            context = Context(signature)
            context.update(options, id=options["task_id"], group=options.get("group_id"))
            yield context, within
        return
    for name in parts:
        found = kwargs.get(name) or ()
        for each in [found] if isinstance(found, Mapping) and "task" in found else found:
            yield from unsent(each, within or name == "header")


class _EndsAll:
    """A part of a backend. Each thread has its own."""

    #: The task that has ended, whose message named all that ends with it.
    _ended: str | None = None

    @contextmanager
    def after(self, task_id: str) -> Iterator[None]:
        """Everything inside is for the end of this task, or of what that one has ended."""
        before, self._ended = self._ended, self._ended or task_id
        try:
            yield
        finally:
            self._ended = before

    def store_result(self: Any, task_id: str, result: Any, state: str, *args: Any, **kwargs: Any) -> Any:
        """Celery's own, except that no message ends a task of an organisation which it is not from."""
        if self._is_others(task_id):
            log.warning("a step names the task of an organisation", extra={"task_id": self._ended, "job_id": task_id})
            return result
        return super().store_result(task_id, result, state, *args, **kwargs)  # type: ignore[misc]

    def on_chord_part_return(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Celery's own, except that nothing is counted towards a chord of an organisation which it is not from."""
        if isinstance(request.group, str) and self._is_others(request.group):
            log.warning("a task names the group of an organisation", extra={"task_id": self._ended})
            return None
        return super().on_chord_part_return(request, *args, **kwargs)  # type: ignore[misc]

    def _is_others(self: Any, name: str) -> bool:
        """Whether the id of a task or group is an organisation's which the task that has ended is not from."""
        theirs, colon, _ = name.partition(":")
        if not self._ended or not colon or theirs in (DEFAULT_TENANT, self._ended.partition(":")[0]):
            return False
        # One that has only Celery clients, with a secret, is in no register.
        return producers(self.app.settings).know(name) or is_known(self.client, theirs)

    def mark_as_done(self, task_id: str, *args: Any, **kwargs: Any) -> None:
        """Celery's own: the last part of a chord may end its body."""
        with self.after(task_id):
            super().mark_as_done(task_id, *args, **kwargs)  # type: ignore[misc]

    def mark_as_failure(self, task_id: str, *args: Any, **kwargs: Any) -> None:
        """Celery's own, which ends what is behind it."""
        with self.after(task_id):
            super().mark_as_failure(task_id, *args, **kwargs)  # type: ignore[misc]

    def _fail_chain(
        self, chain: Any, exc: Any, traceback: Any = None, store_result: bool = True, state: str = states.FAILURE
    ) -> None:
        steps = chain if isinstance(chain, list | tuple) else ()
        # A group is no task of its own. Celery would count it as one more part of the chord around it, and a chord with
        # more parts than it has members never ends when these come before its size is known.
        tasks = [step for step in steps if step.get("subtask_type") != "group"]
        super()._fail_chain(tasks, exc, traceback, store_result=store_result, state=state)  # type: ignore[misc]
        if store_result:
            for step in steps:
                if step.get("subtask_type"):
                    self._end(step, exc, state)

    def mark_as_revoked(
        self, task_id: str, reason: str = "", request: Any = None, store_result: bool = True,
        state: str = states.REVOKED,
    ) -> None:  # fmt: skip
        """Celery's own, and then the steps behind it, which that leaves without an end."""
        with self.after(task_id):
            super().mark_as_revoked(  # type: ignore[misc]
                task_id, reason=reason, request=request, store_result=store_result, state=state
            )
            self._fail_chain(getattr(request, "chain", None), TaskRevokedError(reason), state=state)

    def chord_error_from_stack(self, callback: Any, exc: Any = None) -> Any:
        """Celery's own, and then all that was in the body."""
        found = super().chord_error_from_stack(callback, exc)  # type: ignore[misc]
        self._end(callback, exc, states.FAILURE)
        return found

    def _end(self: Any, signature: Mapping[str, Any], exc: Any, state: str) -> None:
        """May be done again: Celery counts a task's part once."""
        tasks = list(unsent(signature))
        for task, _ in tasks:
            if self.get_state(task.id) == states.PENDING:
                self.store_result(task.id, exc, state, request=task)
        for task, within in tasks:
            if task.chord and not within:
                self.on_chord_part_return(task, state, exc)


class EndsAllRedis(_EndsAll, RedisBackend):  # type: ignore[misc]
    """At one address."""


class EndsAllSentinel(_EndsAll, SentinelBackend):  # type: ignore[misc]
    """Found by Sentinels."""


#: What the `override_backends` of an application's loader take.
BACKENDS = {
    "redis": f"{__name__}:EndsAllRedis", "rediss": f"{__name__}:EndsAllRedis",
    "sentinel": f"{__name__}:EndsAllSentinel",
}  # fmt: skip
