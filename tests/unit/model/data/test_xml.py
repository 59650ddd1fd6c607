"""XML that is broken somewhere: it costs the sentence in which it is, and no other."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.data.reading import read_file
from model.errors import DataError
from tests.unit.model.data.samples import SAMPLES, found, written

SENTENCE = (
    "<sentence><text>{text}</text><aspectCategories>"
    '<aspectCategory category="food" polarity="positive"/></aspectCategories></sentence>'
)
GOOD, WHOLE = ("Gut", {"food": "positive"}), SENTENCE.format(text="Gut")
#: Each breaks the file.
BROKEN = (
    SENTENCE.format(text="Fish & Chips"),
    SENTENCE.format(text="Caf&eacute;"),
    SENTENCE.format(text="a < b"),
    SENTENCE.format(text="Gut").replace("</text>", ""),
    SENTENCE.format(text="Gut").removesuffix("</sentence>"),
)


@given(st.lists(st.sampled_from((WHOLE, *BROKEN)), min_size=1, max_size=8).filter(lambda each: WHOLE in each))
def test_whole_sentences_are_read_and_broken_ones_named(
    tmp_path_factory: pytest.TempPathFactory, sentences: list[str]
) -> None:
    content = "<sentences>\n" + "\n".join(sentences) + "\n</sentences>"
    reading = read_file(written(tmp_path_factory.mktemp("xml"), content))
    assert found(reading) == [GOOD] * sentences.count(WHOLE)
    assert len(reading.problems) == len(sentences) - sentences.count(WHOLE)
    for problem, line in zip(
        reading.problems, [line for line, each in enumerate(sentences, 2) if each in BROKEN], strict=True
    ):
        # What never ends is told where it should have ended.
        assert line <= problem.line <= line + 1


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param(f"<sentences>{WHOLE}\n<sentence><text>Gu", 2, id="cut short"),
        pytest.param(f"<sentences>{WHOLE}\n", 2, id="without its end"),
        pytest.param(f'\n<?xml version="1.0"?>\n<sentences>{WHOLE}</sentences>', 2, id="late declaration"),
        pytest.param(f"<sentences>{WHOLE}\n<!-- {WHOLE} -->&</sentences>", 2, id="comment"),
    ],
)
def test_what_is_broken_around_sentences_is_told_once(tmp_path: Path, content: str, line: int) -> None:
    reading = read_file(written(tmp_path, content))
    assert found(reading) == [GOOD]
    assert [problem.line for problem in reading.problems] == [line]


@pytest.mark.parametrize("form", ["mams-atsa", "germeval2017"])
def test_prefixes_of_namespaces_are_passed_over(tmp_path: Path, form: str) -> None:
    content, expected = SAMPLES[form]
    prefixed = content.replace("</", "@").replace("<", "<x:").replace("@", "</x:").replace(">", ' xmlns:x="y">', 1)
    reading = read_file(written(tmp_path, prefixed))
    assert (reading.form, found(reading)) == (form, expected)


@pytest.mark.parametrize(
    "content",
    [BROKEN[0], "<sentences><sentence>&", "<html>&</html>", "<sentences>köstlich &</sentences>".encode("latin-1")],
)
def test_without_one_whole_sentence_the_file_is_refused_with_its_line(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(DataError, match="data:1: no XML"):
        read_file(written(tmp_path, content))


def test_entities_are_refused_wherever_the_file_is_broken(tmp_path: Path) -> None:
    secret = written(tmp_path, "geheim", "secret")
    content = (
        f'<!DOCTYPE s [<!ENTITY x SYSTEM "{secret}">]><sentences>{SENTENCE.format(text="&x;")}{WHOLE}&</sentences>'
    )
    with pytest.raises(DataError, match="document types and entities are not read"):
        read_file(written(tmp_path, content))
    # Broken before it names its entity, it is read sentence by sentence, in which there is none.
    reading = read_file(written(tmp_path, "<!-- & --" + content))
    assert found(reading) == [GOOD]
    assert [problem.message for problem in reading.problems] == ["<sentence> is no XML: undefined entity"]
