"""The sending side of a sweep that Celery's workers do."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import optuna
import redis
from celery.states import REVOKED

from jobs.settings import Settings
from model.errors import ModelError
from model.sweep.plan import SweepPlan
from model.sweep.running import done, next_seed, open_study
from store import queues
from store.jobs import RedisStore
from worker.app import close, create_app

#: How often it is asked what has ended, in seconds.
LOOKS_S = 1.0


def send_trials(
    settings: Settings,
    client: redis.Redis,
    plan: SweepPlan,
    storage: str,
    *,
    announce: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> optuna.Study:
    """Have workers try as many as the plan wants in all, and wait for them.

    Whatever ends the waiting cancels what has not ended. Raises DataError, ModelError when a trial failed.
    """
    study = open_study(storage)
    before = done(study)
    if before:
        announce(f"{before} of {plan.trials} trials are there")
    first, sent = next_seed(study), list[Any]()
    app = create_app(settings)
    try:
        for seed in range(first, first + plan.trials - before):
            asked = {"sweep": plan.digest, "seed": seed}
            sent.append(app.send_task(queues.SWEEP, kwargs=asked, queue=queues.SWEEP_QUEUE, ignore_result=False))
        if sent:
            waiting = "1 trial waits" if len(sent) == 1 else f"{len(sent)} trials wait"
            announce(f"{waiting} for workers: kritiq sweep-worker")
        _wait(sent, announce, sleep)
    except BaseException:
        left = [str(each.id) for each in sent if not each.ready()]
        RedisStore(client).revoke(left, for_ms=settings.retention.revoked_ms)
        raise
    finally:
        close(app)
    return study


def _wait(sent: Sequence[Any], announce: Callable[[str], None], sleep: Callable[[float], None]) -> None:
    """Until all have ended. Raises ModelError."""
    while sent:
        ended = [each for each in sent if each.ready()]
        for each in ended:
            if each.state == REVOKED:
                announce(f"a trial was canceled: {each.id}")
            elif not each.successful():
                raise ModelError(
                    f"a trial failed: {each.result}; the others are canceled, and the same command goes on"
                )
            else:
                for line in each.result:
                    announce(line)
        sent = [each for each in sent if each not in ended]
        if sent:
            sleep(LOOKS_S)
