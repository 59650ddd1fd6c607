"""The heartbeat's round, as far as it tells when the worker has nothing to do."""

import threading
from collections import Counter

from jobs.backlog import WorkerInfo
from tests.support.factories import create
from tests.support.model_store import ModelStore
from worker.consumer.heartbeat import Heartbeat
from worker.consumer.lanes import HeldClaims
from worker.liveness import Liveness


class Rounds:
    """A heartbeat whose rounds the test makes, over a store and what is held of it."""

    def __init__(self) -> None:
        self.store, self.held, self.idle = ModelStore(), HeldClaims(), 0
        self.heartbeat = Heartbeat(
            self.store, self.held, info=lambda: WorkerInfo(name="worker@test", model={}, device="cpu", rate=0.0),
            counts=Counter, lease_ms=60_000, strikes=3, stopping=threading.Event(), finished=threading.Event(),
            liveness=Liveness(lambda: 0.0), stuck_s=60.0, on_idle=self.tell,
        )  # fmt: skip

    def tell(self) -> None:
        self.idle += 1

    def round(self, times: int = 1) -> None:
        for _ in range(times):
            self.heartbeat._round()


def test_idleness_is_told_once_until_there_was_work_again() -> None:
    rounds = Rounds()
    rounds.round(3)
    assert rounds.idle == 1
    create(rounds.store)
    claims = rounds.store.claim(jobs=1, weight=100, lease_ms=60_000)
    rounds.held.add(claims)
    rounds.round(2)
    assert rounds.idle == 1
    rounds.held.remove(claims)
    rounds.round(2)
    assert rounds.idle == 2
