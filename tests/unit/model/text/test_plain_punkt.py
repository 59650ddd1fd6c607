"""The old service's sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.text.plain_punkt import spans
from model.text.reading import read_in_old_sentences
from model.text.sentences import BREATH, split


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n ", []),
        ("Das Essen war gut. Der Service auch!", ["Das Essen war gut.", "Der Service auch!"]),
        ("Lecker.Gern wieder", ["Lecker.Gern wieder"]),
        ("Toll 😊 Gern wieder", ["Toll 😊 Gern wieder"]),
        ("Essen: gut\nService: langsam", ["Essen: gut\nService: langsam"]),
        ("Das war z.B. gut.", ["Das war z.B. gut."]),
        ("Das war z. B. gut.", ["Das war z.", "B. gut."]),
        ("  Gut. ", ["  Gut."]),
        ("Gut. … Xyzzy. Qqq", ["Gut.", "… Xyzzy.", "Qqq"]),
    ],
)
def test_a_text_is_cut_as_punkt_alone_cuts_it(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_the_rules_for_reviews_have_not_changed_it() -> None:
    """They share the parameters of a package, and one of them adds to its own."""
    text = "Lecker.Gern wieder"
    assert len(split(text, "de")) == 2
    assert sentences(text) == [text]


@given(st.text(alphabet="aB .!?\n…😊", max_size=80))
def test_nothing_but_space_lies_between_sentences(text: str) -> None:
    at = 0
    for start, end in spans(text):
        assert not text[at:start].strip()
        assert text[start:end].strip()
        at = end
    assert not text[at:].strip()


def test_others_are_asked_again_and_again() -> None:
    asked: list[None] = []
    count = sum(1 for _ in spans("Gut! " * 3 * BREATH, lambda: asked.append(None)))
    assert (count, len(asked)) == (3 * BREATH, 3)


@pytest.mark.parametrize(("as_sent", "inputs"), [(True, "Das  <b>Essen</b> war gut."), (False, "Das Essen war gut.")])
def test_only_checkpoints_of_the_old_service_read_markup(as_sent: bool, inputs: str) -> None:
    language, [first, second] = read_in_old_sentences("Das  <b>Essen</b> war gut. 10/10!", lambda _: True, as_sent)
    assert (language, first.text, first.inputs) == ("de", "Das  <b>Essen</b> war gut.", (inputs,))
    assert second.index == 1
