"""The costless model goes through the worker's own pipeline, and no setting of the service leads to it."""

from typing import cast

import orjson

from bench.queue.costless import CostlessPredictor
from bench.queue.worker import CostlessStep
from jobs.job import Status
from model.predictor import Predictor
from tests.support.factories import make_claim, make_settings
from worker.consumer.bootstep import BatchConsumerStep
from worker.predict.budget import choose_budget
from worker.predict.pipeline import Pipeline


def test_it_judges_claims() -> None:
    pipeline = Pipeline(cast("Predictor", CostlessPredictor()))
    (outcome,) = pipeline.judge(pipeline.prepare([make_claim("Gut.")]))
    assert outcome.status is Status.SUCCEEDED
    assert outcome.result is not None
    assert orjson.loads(outcome.result)["sentences"][0]["text"] == "Gut."


def test_a_budget_can_be_chosen_for_it() -> None:
    assert choose_budget(cast("Predictor", CostlessPredictor()), patience_s=0.2) >= 256


def test_only_the_benchmarks_step_loads_it() -> None:
    assert isinstance(CostlessStep.load_predictor(make_settings()), CostlessPredictor)
    assert CostlessStep.load_predictor is not BatchConsumerStep.load_predictor
