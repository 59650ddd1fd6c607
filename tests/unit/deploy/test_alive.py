"""What containers' probes look at: the processes without HTTP touch a file while they move."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

from jobs.budgets import Budgets, Kept
from jobs.errors import Unavailable
from jobs.stored import Reconciled
from store.deliveries import DeliveryStore
from telemetry.alive import touch
from tests.support.model_store import ModelStore
from tests.support.waiting import wait_for
from worker.delivery import loop
from worker.delivery.loop import DeliveryWorker
from worker.reconciler.loop import Reconciler


class Rounds:
    """A store that stops the reconciler in its first round."""

    def __init__(self, *, away: bool) -> None:
        self.away = away
        self.reconciler: Reconciler | None = None

    def report_reconciler(self, name: str, *, alive_ms: int) -> None:
        assert self.reconciler is not None
        self.reconciler.stop()
        if self.away:
            raise Unavailable

    def sweep(self, *, strikes: int = 3, most: int = 100, quiet_ms: int = 0) -> tuple[int, int]:
        return 0, 0

    def reconcile(self, *, strikes: int = 3, most: int = 100) -> Reconciled:
        return ModelStore().reconcile()

    def relieve(self, budgets: Budgets | None = None) -> Mapping[Kept, int]:
        return {}


def test_a_reconciler_touches_its_file_whether_redis_is_there_or_not(tmp_path: Path) -> None:
    for away in (False, True):
        path, store = tmp_path / str(away), Rounds(away=away)
        store.reconciler = Reconciler(store, name="r", strikes=3, alive_file=path)
        store.reconciler.run()
        assert path.exists()


class Nothing:
    """A delivery store in which nothing is due; the first look ends the worker."""

    def __init__(self) -> None:
        self.worker: DeliveryWorker | None = None

    def lease(self, most: int, *, lease_ms: int, kept: int) -> tuple[list[object], int | None]:
        assert self.worker is not None
        self.worker.stop()
        return [], 0

    def report_deliverer(self, name: str, *, alive_ms: int) -> None:
        pass


def test_a_delivery_worker_touches_its_file(tmp_path: Path) -> None:
    store = Nothing()
    store.worker = DeliveryWorker(
        store,
        lambda lease: None,
        name="d",
        threads=1,
        alive_file=tmp_path / "alive",  # type: ignore[arg-type]
    )
    store.worker.run()
    wait_for((tmp_path / "alive").exists, "it is alive")


def test_a_delivery_worker_goes_on_saying_that_it_lives_after_any_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "HEARTBEAT_S", 0.01)
    told: list[int] = []

    class Odd(Nothing):
        def lease(self, most: int, *, lease_ms: int, kept: int) -> tuple[list[object], int | None]:
            wait_for(lambda: len(told) > 2, "it tells again")
            return super().lease(most, lease_ms=lease_ms, kept=kept)

        def report_deliverer(self, name: str, *, alive_ms: int) -> None:
            told.append(alive_ms)
            if len(told) == 1:
                raise ValueError("odd")

    store = Odd()
    store.worker = DeliveryWorker(cast("DeliveryStore", store), lambda lease: None, name="d", threads=1)
    store.worker.run()
    assert told[-1] == 0, "it signs off"


def test_a_file_that_cannot_be_touched_stops_nobody(tmp_path: Path) -> None:
    touch(tmp_path / "none" / "alive")
    touch(None)
