"""Revoking tasks, in Flower or by `app.control`: their jobs are called off, wherever they are."""

import logging
from collections.abc import Sequence
from typing import Any

from celery.worker import state as celery_state
from celery.worker.control import control_command, ok

from jobs.errors import Gone, NotCancelable, NotFound
from jobs.job import task_id
from store.celery_tasks import jobs_of
from worker.consumer.celery_headers import read_headers, stamp_strings
from worker.control.state import held_tasks, ids_of, stock, store_of

log = logging.getLogger(__name__)

_stock_revoke = stock("revoke")
_stock_revoke_by_stamped_headers = stock("revoke_by_stamped_headers")


@control_command(  # type: ignore[untyped-decorator]
    name="revoke", variadic="task_id", signature="[id1 [id2 [... [idN]]]]"
)
def revoke(
    state: Any, task_id: str | Sequence[str], terminate: bool = False, signal: str | None = None, **kwargs: Any
) -> Any:
    """Call off the jobs of these task ids, and remember the ids: what is sent later is not begun.

    A job that waits ends at once, one that is on the device when its batch has been judged, with `terminate` and
    without: there is no process for a signal to end but the one that holds the model. Several workers may be told at
    once, and a worker that starts later knows it too.
    """
    tasks = ids_of(task_id)
    # Celery forgets after three hours, but what was sent before may be for a time that is much farther ahead.
    # First the ids: a message that is taken in between these two steps is looked up there.
    store_of(state.app).revoke(tasks, for_ms=state.app.settings.retention.revoked_ms)
    for task in tasks:
        call_off(state, task)
    if held_tasks(state.app) is None:
        return _stock_revoke(state, tasks, terminate=False, signal=signal, **kwargs)
    celery_state.revoked.update(tasks)
    return ok(f"tasks {', '.join(tasks)} flagged as revoked")


@control_command(  # type: ignore[untyped-decorator]
    name="terminate", variadic="task_id", args=[("signal", str)], signature="<signal> [id1 [id2 [... [idN]]]]"
)
def terminate(state: Any, signal: str, task_id: str | Sequence[str], **kwargs: Any) -> Any:
    """The same as `revoke`; the signal is sent to nobody."""
    return revoke(state, task_id, terminate=True, signal=signal)


@control_command(  # type: ignore[untyped-decorator]
    name="revoke_by_stamped_headers", variadic="headers", signature="[key1=value1 [key2=value2 [... [keyN=valueN]]]]"
)
def revoke_by_stamped_headers(
    state: Any, headers: dict[str, Any] | Sequence[str], terminate: bool = False, signal: str | None = None,
    **kwargs: Any,
) -> Any:  # fmt: skip
    """Call off the jobs of the tasks with these stamps, wherever they are, and remember the stamps for later ones."""
    if not isinstance(headers, dict):
        headers = dict(header.split("=", 1) for header in headers)
    stamps = stamp_strings(headers)
    store_of(state.app).revoke_stamps(stamps, for_ms=state.app.settings.retention.revoked_ms)
    found = [
        task_id(tenant, job_id)
        for tenant, job_id, shown in store_of(state.app).live_headers()
        if not set(stamps).isdisjoint(read_headers(shown).stamps)
    ]
    for task in found:
        call_off(state, task)
    if held_tasks(state.app) is None:
        return _stock_revoke_by_stamped_headers(state, headers, terminate=False, signal=signal, **kwargs)
    return ok(f"headers {headers} flagged as revoked, {len(found)} tasks called off")


def call_off(state: Any, task: str) -> None:
    """Cancel the jobs of a task, if it has any. Raises Unavailable."""
    for tenant, job_id in jobs_of(task):
        try:
            store_of(state.app).cancel(tenant, job_id)
        except (NotFound, Gone, NotCancelable) as error:
            fields = {"tenant": tenant, "job_id": job_id, "task_id": task, "reason": str(error)}
            log.info("revoke changes nothing now", extra=fields)
