"""Celery's result backend in Redis, which also ends what will never be sent because something before it has failed.

Celery ends the steps of a chain behind a failure, and the body of a chord. It leaves without an end the members of a
group or of a chord's header that are such a step, and whatever is behind a revoked task, and never tells a chord that a
chord among its own members has failed: whoever waits for these waits for ever.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from celery import states
from celery.app.task import Context
from celery.backends.redis import RedisBackend, SentinelBackend
from celery.exceptions import TaskRevokedError

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
    """A part of a backend."""

    def _fail_chain(
        self, chain: Any, exc: Any, traceback: Any = None, store_result: bool = True, state: str = states.FAILURE
    ) -> None:
        super()._fail_chain(chain, exc, traceback, store_result=store_result, state=state)  # type: ignore[misc]
        if store_result:
            for step in chain if isinstance(chain, list | tuple) else ():
                if step.get("subtask_type"):
                    self._end(step, exc, state)

    def mark_as_revoked(
        self, task_id: str, reason: str = "", request: Any = None, store_result: bool = True,
        state: str = states.REVOKED,
    ) -> None:  # fmt: skip
        """Celery's own, and then the steps behind it, which that leaves without an end."""
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
