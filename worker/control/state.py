"""What the commands work with: the worker's store, and what its batch consumer holds."""

from collections.abc import Callable
from functools import cache
from typing import Any

from celery import Celery
from celery.worker.control import Panel

from store.connection import connect
from store.jobs import RedisStore
from worker.consumer.celery_events import TaskEvents
from worker.consumer.celery_state import HeldTasks

#: A command of remote control: Celery's state of the worker and the command's arguments in, the answer out.
Command = Callable[..., Any]
#: How long a command waits for Redis, in seconds.
WAIT_S = 5.0


def stock(name: str) -> Command:
    """Celery's own command of this name. Ask before another is registered in its place."""
    command: Command = Panel.data[name]
    return command


def task_events(app: Celery) -> TaskEvents | None:
    """What tells of the batch consumer's tasks; None in a plain worker."""
    found: TaskEvents | None = getattr(app, "task_events", None)
    return found


def held_tasks(app: Celery) -> HeldTasks | None:
    """What the batch consumer holds; None in a plain worker."""
    events = task_events(app)
    return None if events is None else events.tasks


def ids_of(given: object) -> list[str]:
    """The task ids that a command was given: one, several or none. Whatever is no text stands for its own."""
    several = given if isinstance(given, list | tuple | set | frozenset) else [] if given is None else [given]
    return [str(each) for each in several]


@cache
def store_of(app: Celery) -> RedisStore:
    """The worker's store, one for all commands, on connections of its own: they run on Celery's consumer's thread."""
    return RedisStore(connect(app.settings, timeout_s=WAIT_S))
