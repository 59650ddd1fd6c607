"""Claims that were made ready one by one and are judged together."""

from typing import Any

import orjson

from jobs.job import Outcome, Status
from jobs.timings import Timings
from tests.support.clock import Clock
from tests.support.factories import FakePredictor, make_claim
from tests.unit.worker.predict.test_pipeline import DictCache, PiecesPredictor
from worker.predict.device_turn import DeviceTurn
from worker.predict.pipeline import Pipeline
from worker.predict.prepare import Prepared
from worker.predict.together import together


def texts_of(outcome: Outcome) -> list[str]:
    return [sentence["text"] for sentence in orjson.loads(outcome.result or b"")["sentences"]]


def test_each_review_gets_its_own_sentences_of_one_batch() -> None:
    predictor = FakePredictor()
    pipeline = Pipeline(predictor.as_predictor())
    claims = [make_claim(f"Besuch {n} gut. Bier {n} kalt.") for n in range(5)]
    batch = together([pipeline.prepare(claims[:1]), pipeline.prepare(claims[1:3]), pipeline.prepare(claims[3:])])
    outcomes = pipeline.judge(batch)
    assert [outcome.claim for outcome in outcomes] == claims
    assert len(predictor.judged) == 1
    assert [" ".join(texts_of(outcome)) for outcome in outcomes] == [claim.text for claim in claims]


def test_a_review_that_nothing_can_read_fails_alone() -> None:
    pipeline = Pipeline(FakePredictor(unreadable="Rune").as_predictor())
    claims = [make_claim("Eine Rune."), make_claim("Gut."), make_claim("Schlecht.")]
    outcomes = pipeline.judge(together([pipeline.prepare([claim]) for claim in claims]))
    assert [outcome.claim for outcome in outcomes] == claims
    assert [outcome.status for outcome in outcomes] == [Status.FAILED, Status.SUCCEEDED, Status.SUCCEEDED]


def test_what_the_cache_knew_stays_with_its_review() -> None:
    predictor, cache = PiecesPredictor(), DictCache()
    predictor.assembled.clear()
    pipeline = Pipeline(predictor.as_predictor(), cache)
    pipeline.judge(pipeline.prepare([make_claim("gut|schlecht")]))
    texts = ["neu|gut", "schlecht|anders", "gut sogar|schlecht"]
    pipeline.judge(together([pipeline.prepare([make_claim(text)]) for text in texts]))
    assert predictor.assembled[1:] == [
        ("neu|gut", [0, 1]), ("schlecht|anders", [0, 0]), ("gut sogar|schlecht", [1, 0]),
    ]  # fmt: skip
    assert predictor.judged[1:] == [("neu", "anders", "gut sogar")]


def test_each_claim_has_times_of_its_own() -> None:
    clock = Clock(0)

    def seconds() -> float:
        return clock() / 1000

    pipeline = Pipeline(FakePredictor().as_predictor(), clock=seconds)
    first = pipeline.prepare([make_claim()], lambda: clock.advance(2_000))
    clock.advance(10_000)
    batches: list[Prepared] = [first, pipeline.prepare([make_claim()], lambda: clock.advance(3_000))]
    outcomes = pipeline.judge(together(batches), DeviceTurn(acquire=lambda: clock.advance(1_000), clock=seconds))
    assert [outcome.timings for outcome in outcomes] == [
        # Gave way, was ready while the other one gave way, and waited for the device.
        Timings(tokenize_ms=0, wait_ms=2_000 + 10_000 + 3_000 + 1_000, inference_ms=0),
        Timings(tokenize_ms=0, wait_ms=3_000 + 1_000, inference_ms=0),
    ]


def test_of_what_was_called_off_the_others_keep_their_times() -> None:
    predictor, clock = FakePredictor(), Clock(0)
    pipeline = Pipeline(predictor.as_predictor(), clock=lambda: clock() / 1000)
    claims = [make_claim("Eins gut."), make_claim("Zwei gut."), make_claim("Drei gut.")]
    batch = together([pipeline.prepare(claims[:2]), pipeline.prepare(claims[2:])])
    clock.advance(5_000)
    turn = DeviceTurn(clock=lambda: clock() / 1000)
    outcomes = pipeline.judge(pipeline.again(batch, [claims[0], claims[2]], turn), turn)
    assert [outcome.claim for outcome in outcomes] == [claims[0], claims[2]]
    assert predictor.judged == [("Eins gut.", "Drei gut.")]
    assert {outcome.timings for outcome in outcomes} == {Timings(tokenize_ms=0, wait_ms=5_000, inference_ms=0)}


def test_what_is_split_only_on_the_device_was_split_all_the_same() -> None:
    clock = Clock(0)

    class Slow(FakePredictor):
        def split(self, *given: Any) -> Any:
            clock.advance(1_000)
            return super().split(*given)

    pipeline = Pipeline(Slow(poison="Gift").as_predictor(), clock=lambda: clock() / 1000)
    outcomes = pipeline.judge(pipeline.prepare([make_claim("Gift."), make_claim("Gut.")]))
    # Both at first, and each once more when it is looked at alone.
    assert {outcome.timings for outcome in outcomes} == {Timings(tokenize_ms=4_000, wait_ms=0, inference_ms=0)}
