"""Sentences out of the corpus that are none of it."""

from hypothesis import given
from hypothesis import strategies as st

from model.data.dataset import Example
from model.training.recombination import LONGEST, SHORTEST, recombined

GERMAN = [
    "Das Essen war gut, aber der Service war langsam.",
    "Das Essen war kalt, und der Service war nett.",
    "Der Service war gut und die Preise waren fair.",
    "Die Preise waren hoch, aber das Bier war kalt.",
]
ENGLISH = ["The food was good, but the service was slow.", "The food was cold and the staff was rude."]


def corpus(*folders: tuple[str, list[str]]) -> list[Example]:
    return [Example(text=text, batch=f"{folder}/a") for folder, texts in folders for text in texts]


def test_they_are_new_different_and_of_a_sentences_length() -> None:
    made = recombined(corpus(("de", GERMAN)), 60, seed=1)
    assert len(made) == len(set(made)) == 60
    assert not set(made) & set(GERMAN)
    assert all(SHORTEST <= len(text.split()) <= LONGEST for text in made)


def test_the_languages_of_a_corpus_are_not_mixed_and_keep_their_shares() -> None:
    made = recombined(corpus(("de", GERMAN), ("en", ENGLISH)), 60, seed=1)
    english = [text for text in made if " was " in f" {text} "]
    german = [text for text in made if " war" in text]
    assert not set(english) & set(german)
    assert len(german) == 40
    assert 0 < len(english) <= 20


def test_a_seed_gives_the_same_sentences_again() -> None:
    examples = corpus(("de", GERMAN))
    assert recombined(examples, 30, seed=4) == recombined(examples, 30, seed=4) != recombined(examples, 30, seed=5)


@given(st.lists(st.text(max_size=20), max_size=4), st.integers(0, 30))
def test_whatever_the_corpus_is_it_ends_with_no_more_than_were_wanted(texts: list[str], count: int) -> None:
    made = recombined(corpus(("de", texts)), count, seed=1)
    assert len(made) <= count
    assert not set(made) & set(texts)
