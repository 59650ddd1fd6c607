"""What the model of a worker was asked and answered is counted by organisation, and told once."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from model.errors import ArtifactError
from model.predictions import AspectPrediction, ReviewPrediction, SentencePrediction
from watch.traffic import Traffic
from worker.predict.traffic import TrafficCounter, read_reference

MODEL = "mini@1"


class Sink:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: dict[str | None, Counter[str]] = {}

    def add(self, tenant: str | None, model: str, counts: Counter[str]) -> None:
        assert model == MODEL
        self.told.setdefault(tenant, Counter()).update(counts)


def review(polarity: str = "positive") -> ReviewPrediction:
    food = AspectPrediction(polarity=polarity, confidence=0.75, scores={})
    sentence = SentencePrediction(index=0, start=0, end=9, text="Es war gut.", truncated=False, aspects={"food": food})
    return ReviewPrediction(language="de", known_language=True, sentences=(sentence, sentence))


def strange(found: ReviewPrediction) -> ReviewPrediction:
    """The same, with something in its first sentence that the model does not know."""
    first, second = found.sentences
    return replace(found, sentences=(replace(first, unknown=True), replace(second, unknown=False)))


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
    assert "gut" not in str(sink.told)


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
