"""The reviews of the benchmarks: many, different, and the same in every run."""

from bench.texts import reviews


def test_no_two_reviews_are_alike() -> None:
    found = reviews(10_000)
    assert len(set(found)) == len(found) == 10_000


def test_every_run_has_the_same_reviews() -> None:
    assert reviews(100) == reviews(100)
    assert reviews(100, seed=2) != reviews(100)
