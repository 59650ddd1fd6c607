"""Words are read without marks that a reader does not see, or sees as emphasis."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.text.clauses import WORD
from model.text.marks import unmarked, words_as_read
from model.text.reading import inputs_of, pieces_in

UNSEEN = ["\u00ad", "\u200b", "\u200c", "\u200d", "\u200e", "\u2060", "\ufeff"]
WORDS = st.sampled_from(["Das", "Essen", "war", "sehr", "gut", "und", "der", "Kellner", "leider", "nicht", "nett", "."])


def everything(text: str) -> bool:
    return True


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("*super*", "super"),
        ("**super**,", "super,"),
        ("**Essen:**", "Essen:"),
        ("_sehr_", "sehr"),
        ("~~teuer~~", "teuer"),
        ("(*gut*)", "(gut)"),
        ("super***", "super"),
        ("Kell\u00adner", "Kellner"),
        ("Speise\u200bkarte", "Speisekarte"),
        ("\ufeffGut", "Gut"),
    ],
)
def test_marks_in_words_are_not_read(written: str, read: str) -> None:
    assert unmarked(written) == read


@pytest.mark.parametrize(
    "word", ["Kellner*innen", "gut_und_günstig", "5*", "5*-Hotel", "***", "👨‍👩‍👧", "Gäste_innen", "*"]
)
def test_marks_that_say_something_are_read(word: str) -> None:
    assert unmarked(word) == word


@pytest.mark.parametrize("unseen", UNSEEN)
@given(words=st.lists(WORDS, min_size=1), data=st.data())
def test_a_text_is_read_the_same_whatever_unseen_stands_in_it(
    unseen: str, words: list[str], data: st.DataObject
) -> None:
    text = " ".join(words)
    places = [place for place in range(1, len(text)) if text[place - 1 : place + 1].isalpha()]
    place = data.draw(st.sampled_from(places or [0]))
    written = text[:place] + unseen + text[place:] if places else text
    assert inputs_of(written, everything) == inputs_of(text, everything)


@given(st.lists(WORDS, min_size=1), st.sampled_from(["*", "**", "_", "~"]))
def test_emphasis_changes_nothing(words: list[str], sign: str) -> None:
    written = " ".join(f"{sign}{word}{sign}" if word.isalpha() else word for word in words)
    assert inputs_of(written, everything) == inputs_of(" ".join(words), everything)


@given(st.text(alphabet='ab *_~\u200b\u200d\u00ad5."😀', max_size=60))
def test_no_word_with_a_letter_is_lost(text: str) -> None:
    words = text.split()
    for written, read in zip(words, words_as_read(words), strict=True):
        assert [each for each in written if each.isalnum()] == [each for each in read if each.isalnum()]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('"Das Essen war gut."', "Das Essen war gut."),
        ("„Das Essen war gut“.", "Das Essen war gut."),
        ("»Das Essen war gut", "Das Essen war gut"),
        ('Das Essen war gut."', "Das Essen war gut."),
        ('"Gut"', "Gut"),
        ("„Gut“ war es", "„Gut“ war es"),
        ("Es war „gut“.", "Es war „gut“."),
        ('"Das" und "dies"', '"Das" und "dies"'),
    ],
)
def test_quotes_around_a_sentence_are_not_read(written: str, read: str) -> None:
    assert inputs_of(written, everything) == (read,)


@given(st.text(alphabet='ab ,*_\u200b\u00ad."', max_size=400))
def test_pieces_of_a_marked_text_are_found_where_they_are_written(text: str) -> None:
    spans = pieces_in(text)
    if len(spans) > 1:
        assert all(0 <= start < end <= len(text) for start, end in spans)
        ends = {found.end() for found in WORD.finditer(text)}
        assert all(end in ends for _, end in spans)


def test_the_evidence_of_a_long_marked_text_has_as_many_pieces_as_it_is_read_in() -> None:
    text = "das *essen* war gut und der ser\u00advice war \u200b schlecht aber " * 6 + "ende"
    assert len(pieces_in(text)) == len(inputs_of(text, everything)) > 1
