"""What the worker holds, in the form that Celery keeps it in: what `inspect`, statistics and heartbeats read."""

import os
import threading
import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from celery.worker import state as celery_state

from jobs.job import Claim
from store import queues
from worker.consumer.celery_headers import CHUNK, Headers, iso, read_headers

_REVIEW, _CHUNK = Headers(name=queues.REVIEW, type=queues.PREDICT), Headers(name=CHUNK, type=queues.PREDICT)


def headers_of(claim: Claim) -> Headers:
    """What monitors are shown of a claim."""
    return read_headers(claim.celery_headers) if claim.celery_headers else own_headers(claim)


def own_headers(claim: Claim) -> Headers:
    """Those of a job that came over HTTP."""
    if claim.deadline_at is None and claim.request.not_before is None:
        return _CHUNK if claim.chunk else _REVIEW
    return Headers(
        name=CHUNK if claim.chunk else queues.REVIEW, type=queues.PREDICT, eta=claim.request.not_before,
        expires=iso(claim.deadline_at) if claim.deadline_at is not None else None,
    )  # fmt: skip


class HeldTask:
    """A claim as Celery's worker keeps a request: what of `celery.worker.request.Request` is ever asked for.

    It has no text: whoever lists tasks sees what `kwargs` shows, and no more.
    """

    #: Another worker is given it only when this one hands it back.
    acknowledged = False
    #: What Celery asks of a request's task when a shutdown turns cold.
    task = SimpleNamespace(acks_late=True)

    # Celery writes `eventer` on what is active when its connection comes back.
    __slots__ = ("__weakref__", "attempt", "eventer", "headers", "hostname", "id", "kwargs", "time_start")

    def __init__(self, claim: Claim, kwargs: str, hostname: str) -> None:
        self.id, self.attempt, self.kwargs, self.hostname = claim.task_id, claim.attempt, kwargs, hostname
        self.headers: Headers = headers_of(claim)
        #: When it went onto the device, in seconds since the epoch; None before.
        self.time_start: float | None = None
        self.eventer: object = None

    @property
    def name(self) -> str:
        return self.headers.name

    def cancel(self, pool: object, **options: object) -> None:
        """Nothing: in a cold shutdown the consumer hands back all that it holds (`BatchConsumerStep.terminate`)."""

    def info(self, safe: bool = False) -> dict[str, Any]:
        """The shape of `inspect active`."""
        return info_of(
            self.id, self.headers, self.kwargs, hostname=self.hostname, time_start=self.time_start, pid=os.getpid()
        )


def info_of(
    task_id: str, headers: Headers, kwargs: str, *, hostname: str, time_start: float | None = None,
    pid: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A task as `inspect` shows it."""
    return {
        "id": task_id, "name": headers.name, "args": "()", "kwargs": kwargs, "type": headers.type,
        "hostname": hostname, "time_start": time_start, "acknowledged": HeldTask.acknowledged,
        "delivery_info": {"exchange": "", "routing_key": None, "priority": 0, "redelivered": False},
        "worker_pid": pid,
    }  # fmt: skip


class HeldTasks:
    """The claims of one worker by delivery tag, and of Celery's own state what heartbeats and statistics read.

    The consumer's threads change it and remote control reads it: Celery's own commands walk through sets that must not
    change meanwhile, so ours ask here, and Celery's sets of what is reserved or was successful stay empty.
    """

    def __init__(self, hostname: str, model: str) -> None:
        self._hostname, self._model = hostname, model
        self._plain_kwargs = repr({"model": model})
        self._lock = threading.Lock()
        self._tasks: dict[str, HeldTask] = {}

    def kwargs_of(self, restaurant: str | None, language: str) -> str:
        """What monitors are shown as a task's keyword arguments."""
        if restaurant is None and language == "auto":
            return self._plain_kwargs
        shown = {"restaurant": restaurant, "language": None if language == "auto" else language, "model": self._model}
        return repr({name: value for name, value in shown.items() if value is not None})

    def received(self, claims: Sequence[Claim]) -> list[HeldTask]:
        """These are held now."""
        tasks = [
            HeldTask(claim, self.kwargs_of(claim.request.restaurant, claim.request.language), self._hostname)
            for claim in claims
        ]
        with self._lock:
            self._tasks.update((claim.tag, task) for claim, task in zip(claims, tasks, strict=True))
        return tasks

    def started(self, claims: Sequence[Claim]) -> list[HeldTask]:
        """These are on the device now; those of them that were received."""
        now = time.time()
        with self._lock:
            tasks = [self._tasks[claim.tag] for claim in claims if claim.tag in self._tasks]
            for task in tasks:
                task.time_start = now
            # What Celery's `task_accepted` does, for all of them at once.
            celery_state.active_requests.update(tasks)
            celery_state.total_count.update(task.name for task in tasks)
            celery_state.all_total_count[0] += len(tasks)
        return tasks

    def ended(self, claims: Sequence[Claim]) -> list[HeldTask | None]:
        """These are held no longer; for each what was held, if it was."""
        with self._lock:
            tasks = [self._tasks.pop(claim.tag, None) for claim in claims]
            for task in tasks:
                if task is not None:
                    celery_state.active_requests.discard(task)
        return tasks

    def all(self) -> list[HeldTask]:
        """Everything that is held."""
        with self._lock:
            return list(self._tasks.values())
