"""The reviews of the benchmarks: many, different, and the same in every run."""

import pytest

from bench.texts import reviews
from model.text.sentences import split


def test_no_two_reviews_are_alike() -> None:
    found = reviews(10_000)
    assert len(set(found)) == len(found) == 10_000


def test_every_run_has_the_same_reviews() -> None:
    assert reviews(100) == reviews(100)
    assert reviews(100, seed=2) != reviews(100)


@pytest.mark.parametrize("count", [1, 2, 8])
def test_reviews_have_as_many_sentences_as_are_asked_for(count: int) -> None:
    found = reviews(100, shortest=count, longest=count)
    assert {len(split(text, "de")) for text in found} == {count}
