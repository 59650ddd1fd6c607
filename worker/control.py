"""Remote control: revoking a task, in Flower or by `app.control.revoke`, cancels its job."""

import logging
from typing import Any

from celery.worker import control

from jobs.errors import KritiqError
from jobs.job import DEFAULT_TENANT
from store.connection import connect
from store.job_record import job_reference
from store.jobs import RedisStore

log = logging.getLogger(__name__)

_stock_revoke = control.revoke


@control.control_command(  # type: ignore[untyped-decorator]
    name="revoke", variadic="task_id", signature="[id1 [id2 [... [idN]]]]"
)
def revoke(state: Any, task_id: str | list[str], signal: str | None = None, **kwargs: Any) -> Any:
    """Cancel the jobs of these task ids, and revoke them as Celery would.

    `terminate` is not passed on: it would kill the process that holds the model.
    """
    kwargs["terminate"] = False
    store = RedisStore(connect(state.app.settings))
    for task in [task_id] if isinstance(task_id, str) else task_id:
        tenant, job_id = job_reference(task, DEFAULT_TENANT)
        try:
            store.cancel(tenant, job_id)
        except KritiqError as error:
            fields = {"tenant": tenant, "job_id": job_id, "task_id": task, "reason": str(error)}
            log.info("revoke changes nothing", extra=fields)
    return _stock_revoke(state, task_id, signal=signal, **kwargs)
