"""What the worker that carries the consumer makes of a model that is out of service."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from celery.worker import state as celery_state

from tests.support.factories import FakePredictor, make_settings
from worker.consumer.bootstep import BatchConsumerStep
from worker.liveness import EXIT_BROKEN
from worker.predict.places import Source
from worker.predict.prepare import Preparer
from worker.predict.shelf import Shelf


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Of a worker that serves a further model, with Celery's own state as it was when the test is over."""
    monkeypatch.setattr(celery_state, "should_stop", None)
    own = Preparer(FakePredictor().as_predictor())
    shelf = Shelf(own, {"fake/2": Source(load=lambda: own)})
    BatchConsumerStep(SimpleNamespace()).follow(shelf, {})
    return shelf


def test_settings_that_no_worker_can_serve_end_it_with_a_line_that_names_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.consumer.bootstep.prepare_threads", lambda: None)
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    for name in ("none", "file", "empty", " "):
        caplog.clear()
        worker = SimpleNamespace(app=SimpleNamespace(settings=make_settings(model=str(tmp_path / name), device="cpu")))
        with pytest.raises(SystemExit) as ended:
            BatchConsumerStep(worker).start(worker)
        assert ended.value.code == 1, "Celery ends with what it is"
        [record] = caplog.records
        assert record.message.startswith(f"KRITIQ_MODEL='{tmp_path / name}' cannot be loaded: ")
        assert record.exc_info is None


def test_a_worker_without_its_own_model_ends_as_a_broken_one(shelf: Shelf) -> None:
    shelf.fail("fake/1", "the disk is gone")
    assert celery_state.should_stop == EXIT_BROKEN


def test_a_worker_without_a_further_model_goes_on(shelf: Shelf) -> None:
    shelf.fail("fake/2", "the disk is gone")
    assert celery_state.should_stop is None
