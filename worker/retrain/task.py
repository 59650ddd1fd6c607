"""`kritiq.retrain`, a task of Celery's: a retraining whose progress its result tells, and which revoking cancels."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from celery import Celery
from celery.exceptions import Ignore
from celery.states import READY_STATES, REVOKED

from jobs.asked_retraining import PROGRESS
from jobs.job import DEFAULT_TENANT, new_id
from jobs.retraining import RetrainingRequest, moment
from jobs.settings import Settings
from store import keys, queues, retraining_keys
from store.connection import connect
from store.feedback import FeedbackStore
from store.jobs import RedisStore
from store.lists import Listed
from store.retrainings import RetrainingStore
from worker.retrain.flow import Canceled, Flow
from worker.retrain.lease import LEASE_S, RetrainingLease

log = logging.getLogger(__name__)

#: How often progress is told and revoking noticed, in seconds.
TELL_S = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Workshop:
    """What a trainer has, in which those who send tasks have no say: the folders and files of its machine."""

    settings: Settings
    folder: Path
    #: See `Flow.run`.
    corpus: tuple[str, ...] = ()
    dev: tuple[str, ...] = ()


class Overtaken(Exception):
    """Another trainer is at work on it, and may have the same folder: what is there is left to that one."""


class Teller:
    """Tells how far a task is, in its result and as Celery's event `task-progress`, at most once in `TELL_S`."""

    def __init__(
        self,
        tell: Callable[[dict[str, Any]], None],
        revoked: Callable[[], bool],
        overtaken: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell_others, self._revoked, self._overtaken, self._clock = tell, revoked, overtaken, clock
        self._share, self._said, self._told_at = 0.0, "", float("-inf")

    def announce(self, line: str) -> None:
        """Tell a line at once. Raises Canceled, Overtaken."""
        log.info("%s", line)
        self._said = line
        self._tell()

    def progress(self, share: float) -> None:
        """Tell the share of the training that is done, now and then. Raises Canceled, Overtaken."""
        self._share = share
        if self._clock() - self._told_at >= TELL_S:
            self._tell()

    def _tell(self) -> None:
        self._told_at = self._clock()
        if self._overtaken():
            raise Overtaken
        try:
            self._tell_others({"share": round(self._share, 4), "said": self._said})
            revoked = self._revoked()
        # Whatever Celery and kombu raise without Redis: the training goes on, and is heard of later.
        except Exception as error:
            log.warning("the progress is not told: %r", error)
            return
        if revoked:
            raise Canceled


def add_retraining(app: Celery, workshop: Workshop) -> None:
    """Give the trainer's application its one task."""

    def retrain(self: Any, at_ms: Any, **asked: Any) -> dict[str, Any]:
        """Go the whole way of `kritiq retrain`; the result is what that prints, also of what the gate refuses.

        Sent again, or taken by a second trainer, it runs once; after a kill it goes on.
        """
        at_ms = moment(at_ms)
        request, task, owner = RetrainingRequest.sent(**asked), self.request.id, new_id("trainer")
        client = connect(workshop.settings, timeout_s=5.0)
        lease, store, feedback = RetrainingLease(client), RedisStore(client), FeedbackStore(client)
        if self.AsyncResult(task).state in READY_STATES:
            raise Ignore
        if task in store.revoked():
            # Before anything is read, and before anybody is told that it was.
            self.update_state(state=REVOKED, meta=None)
            _announce(client, task)
            raise Ignore
        # One of a version at a time, whoever sent it; what has another one before it fails here.
        RetrainingStore(client).taken(task, request, at_ms=at_ms)
        if not lease.take(task, owner):
            raise self.retry(countdown=LEASE_S, max_retries=None)

        def tell(told: dict[str, Any]) -> None:
            # By the clock that says when it was asked for.
            self.update_state(state=PROGRESS, meta={**told, "at": feedback.now_ms()})
            _announce(client, task)
            self.send_event("task-progress", **told)

        with lease.held(task, owner) as lost:
            teller = Teller(tell, lambda: task in store.revoked(), lost.is_set)
            flow = Flow(workshop.settings, client, announce=teller.announce, progress=teller.progress)
            try:
                done = flow.run(request, workshop.folder, at_ms=at_ms, corpus=workshop.corpus, dev=workshop.dev)
            except Canceled:
                self.update_state(state=REVOKED, meta=None)
                _announce(client, task)
                raise Ignore from None
            except Overtaken:
                # As whoever comes second: the other one may be killed yet.
                raise self.retry(countdown=LEASE_S, max_retries=None) from None
        return done.to_dict()

    def ended(self: Any, state: str, result: Any, task: str, *_: Any) -> None:
        """Celery calls this once the result is there."""
        _announce(connect(workshop.settings, timeout_s=5.0), task)

    app.task(retrain, name=queues.RETRAIN, bind=True, acks_late=True, shared=False, after_return=ended)


def _announce(client: redis.Redis, task: str) -> None:
    """Have those look who wait for a retraining, or see them all. Without Redis they look by themselves."""
    try:
        client.publish(keys.CHANGES(retraining_keys.announced_as(task)), "0 running")
        client.publish(keys.LISTS(DEFAULT_TENANT), Listed.RETRAININGS)
    except redis.RedisError as error:
        log.warning("a retraining's change is not announced: %s", error)
