"""What the network reads of a review, and that the result stays the text that was sent."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.text.reading import inputs_of, read, read_as_sent
from model.text.sentences import BREATH, Sentence
from tests.support.effort import processor_s


def reading(text: str) -> list[Sentence]:
    return read(text, None, lambda piece: True)[1]


def inputs(text: str) -> list[str]:
    return [piece for sentence in reading(text) for piece in sentence.inputs]


def test_offsets_are_those_of_the_text_that_was_sent() -> None:
    text = "K&auml;se &amp; Wein waren gut.&nbsp;Der <b>Kellner</b> sagte &quot;gern&quot;."
    sentences = reading(text)
    assert [sentence.text for sentence in sentences] == [
        "K&auml;se &amp; Wein waren gut.",
        "Der <b>Kellner</b> sagte &quot;gern&quot;.",
    ]
    assert [text[sentence.start : sentence.end] for sentence in sentences] == [s.text for s in sentences]
    assert inputs(text) == ["Käse & Wein waren gut.", 'Der Kellner sagte "gern".']


def test_a_translation_is_not_judged_and_the_language_is_the_originals() -> None:
    text = "(Translated by Google) The food was great, the service slow.\n\n(Original)\nDas Essen war super."
    language, sentences = read(text, None, lambda piece: True)
    assert (language, [sentence.text for sentence in sentences]) == ("de", ["Das Essen war super."])


@pytest.mark.parametrize(
    "text", ["null", "n/a", "keine Angabe", "...", "-", "👍👍👍", "★★★★★", "🍕", "<br>&nbsp;", "", "So.", "So!", "„So“"]
)
def test_what_says_nothing_is_not_read(text: str) -> None:
    assert inputs(text) == []


@pytest.mark.parametrize(
    ("text", "read"), [("Null Service",) * 2, ("👍 Essen",) * 2, ("5 Sterne", "super"), ("1/10", "schlecht")]
)
def test_what_says_something_is_read(text: str, read: str) -> None:
    assert inputs(text) == [read]


def test_how_somebody_begins_is_a_sentence_without_anything_to_judge() -> None:
    text = "So. Heute war es laut."
    assert [sentence.text for sentence in reading(text)] == ["So.", "Heute war es laut."]
    assert inputs(text) == ["Heute war es laut."]
    assert inputs("So lala.") == ["So lala."]


def test_texts_that_look_the_same_are_read_the_same() -> None:
    decomposed = unicodedata.normalize("NFD", "Die Küche  war\u00a0gut.")
    assert inputs(decomposed) == inputs("Die Küche war gut.")
    assert reading(decomposed)[0].text == decomposed


@pytest.mark.parametrize("text", ["𝐃𝐚𝐬 𝐄𝐬𝐬𝐞𝐧 war ﬁx da.", "Ｄａｓ Ｅｓｓｅｎ war 𝗳𝗶𝘅 da.", "Ⓓⓐⓢ 𝓔𝓼𝓼𝓮𝓷 war fix da."])
def test_letters_that_are_drawn_otherwise_are_read_as_what_they_are(text: str) -> None:
    assert inputs(text) == ["Das Essen war fix da."]
    assert reading(text)[0].text == text


def test_an_old_checkpoint_reads_each_sentence_as_it_was_sent() -> None:
    text = "K&auml;se  war gut. " + "das essen war super und " * 40
    _, sentences = read_as_sent(text, "de")
    assert [sentence.inputs for sentence in sentences] == [(sentence.text,) for sentence in sentences]
    assert len(read_as_sent("null", "de")[1][0].inputs) == 1


@pytest.mark.parametrize("reader", [lambda text, between: read(text, "de", lambda piece: True, between),
                                    lambda text, between: read_as_sent(text, "de", between)])  # fmt: skip
def test_reading_a_long_text_gives_way_every_few_sentences(reader: Callable[..., Any]) -> None:
    calls: list[None] = []
    _, sentences = reader("Das Essen war gut. (Original) Nie wieder! " * 500, lambda: calls.append(None))
    assert len(sentences) >= 1000
    assert len(calls) == -(-len(sentences) // BREATH)


REVIEWS = st.lists(
    st.sampled_from(
        ["Das Essen", " war gut", ". ", "! ", "<br>", "&amp;", "\n", " 😍 ", "(Original)", "(Translated by Google)",
         " Mehr", "Antwort vom Inhaber", "\\n", "\xad", "„Ja.“ ", "2. ", "…", "und ", "null", "<p>"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(REVIEWS)
def test_sentences_are_ordered_disjoint_slices(text: str) -> None:
    position = 0
    for index, sentence in enumerate(reading(text)):
        assert sentence.index == index
        assert position <= sentence.start < sentence.end <= len(text)
        assert sentence.text == text[sentence.start : sentence.end]
        position = sentence.end


#: What one text of 50,000 characters may be made of, as a hostile client sends it.
HOSTILE = {
    "underscores": "_", "underscores in words": "5___a", "emphasis": "*a", "quotes": '"', "hyphens": "a-",
    "colons": "a-a:", "labels": "essen: ", "rated labels": "essen super ", "ratings": "1/5 ",
    "ratings in words": "3 of 10 ", "grades": "note ", "capitals": "ABC ", "capitals in one word": "A",
    "titles": "Ab ", "apostrophes": "Ab'", "unknown words": "xoeyz ", "unknown German words": "der xoeyz die ",
    "soft hyphens": "a\u00ad", "dashes": "-", "empty stars": "★☆",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(("before", "after"), [("", ""), ("5", "a"), ("a ", ": b")])
def test_reading_is_linear_in_the_text(name: str, before: str, after: str) -> None:
    unit = HOSTILE[name]

    def seconds(length: int) -> float:
        text = before + (unit * (length // len(unit) + 1))[:length] + after
        return processor_s(lambda: inputs_of(text, lambda piece: len(piece) < 300))

    seconds(1_000)
    small = min(seconds(6_000) for _ in range(3))
    # Eight times the text: linear is 8, quadratic 64. The constant forgives a busy machine.
    assert seconds(48_000) < 24 * small + 0.5
