"""Held-out parts: whole writing batches, of every writer and every polarity."""

from collections import Counter

import pytest

from model.data.dataset import Example
from model.data.split import every_nth, hold_out
from model.errors import DataError


def batch(name: str, **counts: int) -> list[Example]:
    return [
        Example(text=f"{name} {polarity} {n}", aspects={} if polarity == "none" else {"food": polarity}, batch=name)
        for polarity, count in counts.items()
        for n in range(count)
    ]


def test_every_writer_and_polarity_has_its_share() -> None:
    corpus = []
    for writer in ("de/hard", "de/portal", "en/portal"):
        for number in range(8):
            # One batch in eight is all blame.
            corpus += batch(f"{writer}/{number}", **({"negative": 40} if number == 5 else {"positive": 32, "none": 8}))
            corpus += batch(f"{writer}/{number}-mixed", positive=20, negative=15, neutral=5)
    kept, held = hold_out(corpus, 8)
    assert {example.batch for example in kept}.isdisjoint(example.batch for example in held)
    assert len(kept) + len(held) == len(corpus)
    assert {example.batch.rpartition("/")[0] for example in held} == {"de/hard", "de/portal", "en/portal"}
    shares = [Counter(next(iter(e.aspects.values()), "none") for e in part) for part in (kept, held)]
    for polarity, count in (shares[0] + shares[1]).items():
        assert shares[1][polarity] == pytest.approx(count / 8, rel=0.5)
    assert hold_out(corpus, 8) == (kept, held)


def test_one_batch_of_two_is_held_out() -> None:
    kept, held = hold_out([*batch("w/a", positive=1), *batch("w/b", negative=50)], 10)
    assert {example.batch for example in kept} == {"w/b"}
    assert {example.batch for example in held} == {"w/a"}


def test_what_is_always_held_out_counts_towards_the_share() -> None:
    corpus = [example for number in range(8) for example in batch(f"w/{number}", positive=10, negative=10)]
    _, held = hold_out(corpus, 4, always=("w/6", "elsewhere/1"))
    batches = {example.batch for example in held}
    assert "w/6" in batches
    assert len(batches) == 2
    kept, held = hold_out([*batch("w/a", positive=1), *batch("w/b", positive=1)], 10, always=("w/a", "w/b"))
    assert ({example.batch for example in kept}, {example.batch for example in held}) == ({"w/b"}, {"w/a"})


def test_one_batch_cannot_be_split() -> None:
    with pytest.raises(DataError, match="1 writing batch cannot be split"):
        hold_out(batch("w/a", positive=9), 10)


def test_one_file_is_split_sentence_by_sentence() -> None:
    corpus = batch("w/a", positive=25)
    kept, held = every_nth(corpus, 10)
    assert held == [corpus[0], corpus[10], corpus[20]]
    assert kept == [example for example in corpus if example not in held]
    assert [len(part) for part in every_nth(corpus[:2], 10)] == [1, 1]
    with pytest.raises(DataError, match="cannot be split"):
        every_nth(corpus[:1], 10)
