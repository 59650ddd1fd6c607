"""What a worker tells of its model: the scores and the card that lie in its directory."""

import logging
from pathlib import Path

import pytest

from model.artifact.manifest import CARD, METRICS
from model.info import ModelInfo
from model.scheme import Scheme
from tests.support.processes import ROOT
from worker.predict.card import read_card

INFO = ModelInfo(
    name="mini", version="7", digest="", method="single", languages=("de",), max_tokens=9,
    scheme=Scheme(aspects=("food",), polarities=("positive", "none")),
)  # fmt: skip


def test_the_model_that_comes_with_kritiq_tells_its_scores_and_card() -> None:
    card = read_card(ROOT / "models" / "kritiq-mini", INFO)
    assert card.sentences
    assert 0.5 < (card.judged_f1 or 0) < (card.mentioned_f1 or 0) < 1
    assert card.aspects["food"].labels > card.aspects["location"].labels
    assert "# kritiq-mini 1" in card.text
    assert type(card).decode(card.encode()) == card


def test_a_model_that_nobody_measured_tells_what_it_is(tmp_path: Path) -> None:
    card = read_card(tmp_path / "nowhere", INFO)
    assert (card.method, card.languages, card.sentences, card.aspects, card.text) == ("single", ("de",), None, {}, "")


def test_scores_that_are_none_cost_nothing_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / METRICS).write_text('{"acd": 3}')
    (tmp_path / CARD).write_bytes(b"# Mini \xff")
    with caplog.at_level(logging.WARNING):
        assert read_card(tmp_path, INFO).text == "# Mini \ufffd"
    assert "the scores of mini are not told" in caplog.text
