"""Words of judgement held against a corpus."""

from pathlib import Path

import pytest

from model.errors import DataError
from model.training import word_lists
from model.training.word_lists import JudgingWord, read_words, seldom

BAD = JudgingWord(form="erbärmlich", polarity=-1.0)


def test_an_inflected_word_counts_as_said_and_a_longer_one_does_not() -> None:
    assert seldom([BAD], ["Eine Erbärmlichkeit."], 1) == [(BAD, 0)]
    assert seldom([BAD], ["Ein ERBÄRMLICHES Essen."], 1) == []
    assert seldom([BAD], ["erbärmlich, einfach erbärmlich"], 2) == [(BAD, 1)]


def test_xml_and_tab_lists_are_read_blame_first_without_what_is_no_word_or_judges_nothing(tmp_path: Path) -> None:
    xml = tmp_path / "list.xml"
    xml.write_text(
        '<sentiment><word form="nett" polarity="0.7"/><word form="erbärmlich" polarity="-1.0"/>'
        '<word form="Abbildung" polarity="0"/></sentiment>'
    )
    assert read_words(xml) == [BAD, JudgingWord(form="nett", polarity=0.7)]
    lines = tmp_path / "list.txt"
    lines.write_text(":)\t2.0\t0.3\nerbärmlich\t-1.0\t0.3\nno number\n")
    assert read_words(lines) == [BAD]
    lines.write_text("erbärmlich\tsehr\n")
    with pytest.raises(DataError, match="no number"):
        read_words(lines)


def test_a_list_whose_package_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_lists, "LISTS", {"de": ("no-such-word-list", "a.xml")})
    with pytest.raises(DataError, match="no-such-word-list"):
        word_lists.installed("de")
