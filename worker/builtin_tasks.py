"""The tasks that every worker of Celery's has of itself, and what becomes of a message that asks for one.

Of those that send other tasks a worker of ours does none: it would send them with its own rights in Redis.
"""

from collections.abc import Callable, Mapping
from typing import Any

from celery.exceptions import InvalidTaskError, NotRegistered

from store import queues
from worker import bundle_call


def accumulate(*args: Any, **kwargs: Any) -> Any:
    """`celery.accumulate`: what Celery puts behind a group that replaces a task (`Task.replace`)."""
    index = kwargs.get("index")
    try:
        return args if index is None else args[index]
    except IndexError as error:
        raise ValueError(f"index {index}: {error}") from None


def backend_cleanup() -> None:
    """`celery.backend_cleanup`: nothing, since Redis drops results by itself."""


#: Those that are done, with no job: they only hand on what they are given.
DONE: Mapping[str, Callable[..., Any]] = {"celery.accumulate": accumulate, "celery.backend_cleanup": backend_cleanup}
_OLD = "Celery itself has not sent it since version 4: send"
#: Those that are not, and what to do instead.
_INSTEAD: Mapping[str, str] = {
    "celery.chunks": "is no task for a worker: send the group that it stands for, `.group()`.",
    "celery.group": f"is not done: {_OLD} `group(…).apply_async()`.",
    "celery.chain": f"is not done: {_OLD} `chain(…).apply_async()`.",
    "celery.chord": f"is not done: {_OLD} `chord(header, body).apply_async()`.",
    "celery.chord_unlock": "is not done: it waits for a chord whose parts are counted nowhere. Kritiq's workers count"
    " them in Redis: have the same Redis as result backend.",
}


def unknown(task: str) -> Exception:
    """Why a worker does not do what a client sends; of a bundle, why a plain one does not."""
    if task in bundle_call.TASKS:
        return NotImplementedError(f"{task} is not done by a plain worker: send a group of {queues.ANALYZE}.")
    if task in _INSTEAD:
        return NotImplementedError(f"{task} {_INSTEAD[task]}")
    ours = f"{queues.PREDICT} is what Kritiq sends for its jobs: send {queues.ANALYZE}"
    error: Exception = InvalidTaskError(ours) if task == queues.PREDICT else NotRegistered(task)
    return error
