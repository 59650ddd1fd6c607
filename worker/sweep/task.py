"""`kritiq.sweep`, a task of Celery's: one trial of a sweep, which revoking cancels."""

from pathlib import Path
from typing import Any

from celery import Celery
from celery.exceptions import Ignore
from celery.states import READY_STATES, REVOKED

from jobs.job import new_id
from jobs.settings import Settings
from model.errors import DataError
from model.sweep.plan import SweepPlan
from model.sweep.running import work
from model.training.curves import EpochFigures
from store import queues
from store.connection import connect
from store.jobs import RedisStore
from worker.retrain.flow import Canceled
from worker.retrain.lease import LEASE_S, RetrainingLease
from worker.retrain.task import Overtaken


def add_trial(app: Celery, settings: Settings, plan: SweepPlan, output: Path, storage: str) -> None:
    """Give the worker's application its one task."""

    def attempt(self: Any, sweep: str, seed: int) -> list[str]:
        """One trial of the sweep, unless there are enough; the result is what there is to say of it.

        `sweep` is the plan's digest, and `seed` is that of what is suggested. Sent again, or taken by a second worker,
        it runs once.
        """
        task, owner = self.request.id, new_id("trainer")
        client = connect(settings, timeout_s=5.0)
        lease, store = RetrainingLease(client), RedisStore(client)
        if self.AsyncResult(task).state in READY_STATES:
            raise Ignore
        if sweep != plan.digest:
            raise DataError(f"{self.request.hostname} was started with the --config of another sweep")
        if not lease.take(task, owner):
            raise self.retry(countdown=LEASE_S, max_retries=None)
        lines: list[str] = []
        with lease.held(task, owner) as lost:

            def go_on(_: EpochFigures | None = None) -> None:
                if lost.is_set():
                    raise Overtaken
                if task in store.revoked():
                    raise Canceled

            try:
                go_on()
                work(plan, output, storage, seed, lines.append, most=1, after_epoch=go_on)
            except Canceled:
                self.update_state(state=REVOKED, meta=None)
                raise Ignore from None
            except Overtaken:
                # As whoever comes second: the other one may be killed yet.
                raise self.retry(countdown=LEASE_S, max_retries=None) from None
        return lines

    app.task(attempt, name=queues.SWEEP, bind=True, acks_late=True, shared=False)
