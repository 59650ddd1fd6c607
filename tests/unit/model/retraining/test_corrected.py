"""What of exported feedback is learned."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import DataError
from model.retraining.corrected import corrections
from model.scheme import DEFAULT_SCHEME


def row(text: str, at: int = 1, spoken_of: dict[str, str] | None = None, **aspects: str) -> dict[str, object]:
    """A line of the export: `aspects` of the sentence; people spoke of `spoken_of` (of all, unless given)."""
    spoken = [{"aspect": aspect, "judged": "none", "by": None, "at": at} for aspect in (spoken_of or aspects)]
    return {
        "text": text,
        "aspects": {a: p for a, p in aspects.items() if p != "none"},
        "source": {"corrections": spoken},
    }


def test_of_rows_about_the_same_text_the_last_word_counts_aspect_by_aspect() -> None:
    found = corrections(
        [row("Gut.", 2, food="negative"), row("Gut.", 1, food="positive", service="neutral")], DEFAULT_SCHEME
    )
    (sentence,) = found.sentences
    assert sentence.verdicts == {"food": "negative", "service": "neutral"}
    assert sentence.aspects == {"food": "negative", "service": "neutral"}
    assert (found.count, found.overruled) == (2, 1)


def test_that_a_sentence_does_not_speak_of_an_aspect_is_learned_too() -> None:
    (sentence,) = corrections([row("Heiß.", spoken_of={"food": "none"}, drinks="neutral")], DEFAULT_SCHEME).sentences
    assert (sentence.verdicts, sentence.example.aspects) == ({"food": "none"}, {"drinks": "neutral"})


def test_what_the_scheme_does_not_know_is_passed_over_and_counted() -> None:
    found = corrections([row("Zimmer.", rooms="positive"), row("Gut.", food="positive")], DEFAULT_SCHEME)
    assert ([each.text for each in found.sentences], found.foreign) == (["Gut."], 1)
    with pytest.raises(DataError, match="no corrected sentence"):
        corrections([row("Zimmer.", rooms="positive")], DEFAULT_SCHEME)


ROWS = st.lists(
    st.builds(
        row, st.sampled_from("abc"), st.integers(1, 9), food=st.sampled_from(["positive", "none"]),
    ),
    min_size=1, unique_by=lambda made: (made["text"], made["source"]["corrections"][0]["at"]),
)  # fmt: skip


@given(ROWS, st.integers())
def test_the_order_in_which_rows_come_changes_nothing(rows: list[dict[str, object]], seed: int) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert corrections(shuffled, DEFAULT_SCHEME) == corrections(rows, DEFAULT_SCHEME)
