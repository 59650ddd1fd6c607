"""When a job that waits will be done."""

from api.http.eta import LATEST_S, EtaEstimator
from jobs.backlog import Place
from tests.support.factories import make_worker
from tests.support.model_store import ModelStore


def test_of_a_job_that_no_worker_can_judge_nobody_says_when_it_is_done() -> None:
    store = ModelStore()
    store.report_worker(make_worker(rate=100.0), alive_ms=60_000)
    etas = EtaEstimator(store)
    assert etas.eta(Place(position=1, ahead=10)).eta_s == 0.1
    lost = etas.eta(Place(position=1, ahead=10, waits_for="fake/2"))
    assert (lost.eta_s, lost.waits_for, lost.retry_after_s) == (None, "fake/2", LATEST_S)
