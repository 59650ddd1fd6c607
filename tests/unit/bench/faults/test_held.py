"""What is weighed: reviews that are as different as people's."""

import zlib

import pytest

from bench.faults.held import of_sentences
from tests.support.processes import ROOT


def test_reviews_of_the_corpus_are_all_different_and_the_same_in_every_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    few, many = of_sentences(2, 50), of_sentences(8, 50)
    assert of_sentences(2, 50) == few
    assert len(set(few + many)) == 100
    text = "".join(many).encode()
    assert len(zlib.compress(text, 9)) > len(text) / 3, "what repeats itself is packed into nearly nothing"
