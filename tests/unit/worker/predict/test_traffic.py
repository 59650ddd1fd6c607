"""What the model of a worker was asked and answered is counted by organisation, and told once."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from model.errors import ArtifactError
from model.predictions import AspectPrediction, ReviewPrediction, SentencePrediction
from tests.support.clock import Clock
from watch.restaurants import Counted
from watch.traffic import Traffic
from worker.predict.traffic import TrafficCounter, read_reference

MODEL = "mini@1"


class Sink:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: dict[str | None, Counter[str]] = {}
        self.restaurants: dict[str | None, set[str]] = {}
        self.ages: list[int] = []

    def add(
        self,
        tenant: str | None,
        model: str,
        counts: Mapping[str, int],
        restaurants: Mapping[str, Counted] | None = None,
        *,
        age_ms: int = 0,
    ) -> None:
        assert model == MODEL
        self.told.setdefault(tenant, Counter()).update(counts)
        self.restaurants.setdefault(tenant, set()).update(restaurants or {})
        self.ages.append(age_ms)


def review(polarity: str = "positive") -> ReviewPrediction:
    food = AspectPrediction(polarity=polarity, confidence=0.75, scores={})
    sentence = SentencePrediction(index=0, start=0, end=9, text="Es war gut.", truncated=False, aspects={"food": food})
    return ReviewPrediction(language="de", known_language=True, sentences=(sentence, sentence))


def strange(found: ReviewPrediction) -> ReviewPrediction:
    """The same, with something in its first sentence that the model does not know."""
    first, second = found.sentences
    return replace(found, sentences=(replace(first, tokens=4, unknown=3), replace(second, tokens=6, unknown=0)))


def test_reviews_are_told_by_organisation_and_together_once() -> None:
    counter, sink = TrafficCounter(), Sink()
    counter.saw("acme", review())
    counter.saw("other", review("none"))
    counter.saw("other", strange(review("none")))
    for _ in range(2):
        counter.tell(sink, MODEL)
    assert sink.told["acme"]["aspect:food|positive"] == 2
    assert "aspect:food|positive" not in sink.told["other"]
    assert sink.told[None]["total|reviews"] == sink.told[None]["language|de"] == 3
    # Of the first two nobody looked.
    assert (sink.told[None]["unknown|yes"], sink.told[None]["unknown|no"]) == (1, 1)
    assert (sink.told[None]["total|tokens"], sink.told[None]["total|unknown_tokens"]) == (10, 3)
    assert sink.told[None]["unknown_tokens|from 0.3"] == 1
    assert "gut" not in str(sink.told)


def test_restaurants_are_told_to_their_organisation_alone() -> None:
    counter, sink = TrafficCounter(), Sink()
    counter.saw("acme", review(), "krone")
    counter.saw("acme", review())
    counter.saw("other", review(), "adler")
    counter.tell(sink, MODEL)
    assert sink.restaurants == {"acme": {"krone"}, "other": {"adler"}, None: set()}
    assert sink.told["acme"]["total|reviews"] == 2


def test_it_is_told_how_long_ago_the_first_of_them_was_judged() -> None:
    clock = Clock()
    counter, sink = TrafficCounter(clock=lambda: clock() / 1000), Sink()
    for _ in range(2):
        counter.saw("acme", review())
        clock.advance(1_500)
        counter.saw("acme", review())
        clock.advance(500)
        counter.tell(sink, MODEL)
        clock.advance(60_000)
    assert [round(age, -2) for age in sink.ages] == [2_000, 0, 2_000, 0]


def test_a_counter_that_is_off_counts_nothing() -> None:
    counter, sink = TrafficCounter(on=False), Sink()
    counter.saw("acme", review())
    counter.tell(sink, MODEL)
    assert sink.told == {}


def test_a_model_may_have_a_reference(tmp_path: Path) -> None:
    assert read_reference(tmp_path) is None
    (tmp_path / "reference.json").write_text('{"reviews": 1, "confidence": null, "features": {"language": {"de": 1}}}')
    assert read_reference(tmp_path) == Traffic(reviews=1, features={"language": {"de": 1}})
    (tmp_path / "reference.json").write_text("[]")
    with pytest.raises(ArtifactError, match=r"reference\.json"):
        read_reference(tmp_path)
