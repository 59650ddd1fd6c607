"""What `inspect` shows of the batch consumer: what it holds, what is scheduled and revoked, which queues it reads."""

from collections.abc import Sequence
from typing import Any

from celery.worker.control import inspect_command
from kombu.entity import Queue

from jobs.celery_task import Scheduled
from store import queues
from worker.consumer.celery_headers import Headers, iso, read_headers
from worker.consumer.celery_state import HeldTask, HeldTasks, info_of
from worker.control.state import held_tasks, ids_of, stock, store_of

#: The most scheduled jobs that one answer lists, those that are due first.
MOST_SCHEDULED = 1_000

_stock = {name: stock(name) for name in ("active", "reserved", "scheduled", "revoked", "query_task", "active_queues")}


@inspect_command(name="active", alias="dump_active")  # type: ignore[untyped-decorator]
def active(state: Any, safe: bool = False, **kwargs: Any) -> Any:
    """List the tasks on the device."""
    held = held_tasks(state.app)
    if held is None:
        return _stock["active"](state, safe=safe, **kwargs)
    return [task.info() for task in held.all() if task.time_start is not None]


@inspect_command(name="reserved", alias="dump_reserved")  # type: ignore[untyped-decorator]
def reserved(state: Any, **kwargs: Any) -> Any:
    """List the tasks that wait in the worker for the device."""
    held = held_tasks(state.app)
    if held is None:
        return _stock["reserved"](state, **kwargs)
    return [task.info() for task in held.all() if task.time_start is None]


@inspect_command(name="scheduled", alias="dump_schedule")  # type: ignore[untyped-decorator]
def scheduled(state: Any, **kwargs: Any) -> Any:
    """List the jobs whose time has not come. They wait in Redis, for all workers: each lists the same."""
    held = held_tasks(state.app)
    if held is None:
        return _stock["scheduled"](state, **kwargs)
    return [entry_of(item, held, state.hostname) for item in store_of(state.app).scheduled(most=MOST_SCHEDULED)]


@inspect_command(name="revoked", alias="dump_revoked")  # type: ignore[untyped-decorator]
def revoked(state: Any, **kwargs: Any) -> Any:
    """List the task ids that were revoked, by any worker."""
    if held_tasks(state.app) is None:
        return _stock["revoked"](state, **kwargs)
    return store_of(state.app).revoked()


@inspect_command(  # type: ignore[untyped-decorator]
    name="query_task", variadic="ids", signature="[id1 [id2 [... [idN]]]]"
)
def query_task(state: Any, ids: str | Sequence[str], **kwargs: Any) -> Any:
    """Tell of tasks that the worker holds or that are scheduled."""
    held = held_tasks(state.app)
    if held is None:
        return _stock["query_task"](state, ids, **kwargs)
    wanted = set(ids_of(ids))
    found = {task.id: (state_of(task), task.info()) for task in held.all() if task.id in wanted}
    for item in store_of(state.app).scheduled_among(sorted(wanted - found.keys())):
        found[item.job.task_id] = ("scheduled", entry_of(item, held, state.hostname)["request"])
    return found


@inspect_command(name="active_queues")  # type: ignore[untyped-decorator]
def active_queues(state: Any, **kwargs: Any) -> Any:
    """List the queues that the worker reads."""
    found = list(_stock["active_queues"](state, **kwargs))
    if held_tasks(state.app) is None:
        return found
    return [Queue(name).as_dict(recurse=True) for name in (*queues.CELERY_ORDER, queues.CELERY_QUEUE)] + found


def state_of(task: HeldTask) -> str:
    """In Celery's words."""
    return "reserved" if task.time_start is None else "active"


def entry_of(item: Scheduled, held: HeldTasks, hostname: str) -> dict[str, Any]:
    """A scheduled job in the shape of `inspect scheduled`."""
    job = item.job
    headers = read_headers(item.headers) if item.headers else Headers(name=queues.REVIEW, type=queues.PREDICT)
    kwargs = held.kwargs_of(job.request.restaurant, job.request.language)
    return {
        "eta": iso(job.due_at or 0), "priority": 6, "request": info_of(job.task_id, headers, kwargs, hostname=hostname),
    }  # fmt: skip
