"""What recipes hold out of the repository's corpus."""

from __future__ import annotations

import re
from pathlib import Path

from model.data.dataset import read
from model.data.split import hold_out
from model.scheme import DEFAULT_SCHEME
from model.training.recipe_run import HELD_OUT


def test_the_batches_that_are_always_held_out_are_of_the_corpus_and_no_model_learns_from_them() -> None:
    kept, held = hold_out(read([Path("corpus/de"), Path("corpus/en")], DEFAULT_SCHEME), 10, always=HELD_OUT)
    assert set(HELD_OUT) <= {example.batch for example in held}
    assert not {example.batch for example in kept} & set(HELD_OUT)


def test_the_guide_composes_a_model_on_the_batches_that_are_always_held_out() -> None:
    command = (
        Path("model/README.md").read_text().split("kritiq models compose models/kritiq ", 1)[1].split("\n\n", 1)[0]
    )
    assert tuple(re.findall(r"(?:de|en)/[\w-]+/[\w-]+", command)) == HELD_OUT
