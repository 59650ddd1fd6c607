"""The plain tasks: one review each, and patient with a Redis that goes away."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from celery.app.task import Context

from jobs.errors import Unavailable
from jobs.job import Outcome, Status
from store.jobs import RedisStore
from telemetry.meter import Meter
from telemetry.metric import JUDGED
from tests.support.factories import MODEL, FakePredictor, create, make_settings
from tests.support.model_store import ModelStore
from tests.support.spans import CALLER, CALLERS_TRACE, Spans, trace_of
from worker import tasks
from worker.app import create_app
from worker.consumer.celery_messages import CeleryMessages
from worker.consumer.measures import Measures
from worker.consumer.traces import BatchTraces
from worker.predict.pipeline import Pipeline


class Shaky(ModelStore):
    """Away at the first call of each kind."""

    def __init__(self) -> None:
        super().__init__()
        self.called: set[str] = set()

    def once(self, name: str) -> None:
        if name not in self.called:
            self.called.add(name)
            raise Unavailable

    def take(self, *args: Any, **options: Any) -> Any:
        self.once("take")
        return super().take(*args, **options)

    def complete(self, outcomes: Sequence[Outcome]) -> list[Status | None]:
        self.once("complete")
        return super().complete(outcomes)


def test_a_review_does_not_fail_for_a_redis_that_is_away_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    store, predictor, spans, meter = Shaky(), FakePredictor(), Spans(), Meter()
    parts = tasks.Parts(
        store=cast("RedisStore", store), pipeline=Pipeline(predictor.as_predictor()),
        messages=cast("CeleryMessages", None), traces=BatchTraces(spans.tracer, model=MODEL, device="cpu"),
        measures=Measures(meter, model=MODEL, device="cpu"),
    )  # fmt: skip
    monkeypatch.setattr(tasks, "_parts", lambda app: parts)
    monkeypatch.setattr(tasks, "AWAY_S", 0.0)
    job = create(store, trace=CALLER["traceparent"])
    tasks.predict(SimpleNamespace(app=create_app(make_settings()), request=Context(id=job.id)), job.id)
    assert store.get(job.tenant, job.id).job.status is Status.SUCCEEDED
    assert store.called == {"take", "complete"}
    assert len(predictor.judged) == 1, "it was judged once"
    told = sorted(span.name for span in spans.all if trace_of(span) == CALLERS_TRACE)
    assert told == ["attempt", "batch", "infer", "queue", "store", "tokenize", "wait"]
    assert sum(count for field, count in meter.take().items() if field.startswith(f"{JUDGED.name}|")) == 1
