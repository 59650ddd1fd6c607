"""Words of judgement that packages list, as a checklist: which of them the corpus says too seldom.

The lists are read as files of packages that are installed, never imported: `textblob-de` for German (MIT; its list is
the German Polarity Lexicon of Klenner et al., Apache-2.0) and `vaderSentiment` for English (MIT). Nothing of them is
copied into this project.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from model.data.compressed import unpacked_name
from model.data.source import Source
from model.data.xml_tree import parse
from model.errors import DataError

#: Language -> the package and its file.
LISTS: Mapping[str, tuple[str, str]] = {
    "de": ("textblob-de", "textblob_de/data/de-sentiment.xml"),
    "en": ("vaderSentiment", "vaderSentiment/vader_lexicon.txt"),
}

#: An inflection is the listed form with so many letters more at most: erbärmlich, erbärmliche, erbärmlichen.
ENDING = 2

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgingWord:
    """A listed word and how it judges: below zero is blame, above it praise, in the list's own scale."""

    form: str
    polarity: float


def installed(language: str) -> Path:
    """The file of the word list of this language. Raises DataError when its package is not installed."""
    package, file = LISTS[language]
    try:
        path = Path(str(distribution(package).locate_file(file)))
    except PackageNotFoundError:
        raise DataError(f"the word list is a file of the package {package}, which is not installed") from None
    if not path.is_file():
        raise DataError(f"this {package} has no {file}")
    return path


def read_words(path: Path) -> list[JudgingWord]:
    """The words of such a file that judge, an XML of `word` elements or lines of word, tab and number, blame first.

    Raises DataError when it has none.
    """
    source = Source.open(path)
    pairs = _of_xml(source) if unpacked_name(path).suffix == ".xml" else _of_lines(source)
    try:
        words = {form: float(number) for form, number in pairs if _WORD.fullmatch(form) and float(number)}
    except ValueError as error:
        raise DataError(f"{path}: a word's polarity is no number: {error}") from error
    if not words:
        raise DataError(f"{path} lists no word of judgement")
    return sorted(
        (JudgingWord(form=form, polarity=polarity) for form, polarity in words.items()),
        key=lambda word: (word.polarity, word.form),
    )


def seldom(words: Iterable[JudgingWord], texts: Iterable[str], least: int) -> list[tuple[JudgingWord, int]]:
    """Those words that fewer than `least` of the texts say, inflected or not, and how many do."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update({start for word in _WORD.findall(text.lower()) for start in _starts(word)})
    return [(word, count) for word in words if (count := counts[word.form.lower()]) < least]


def _starts(word: str) -> set[str]:
    return {word[: len(word) - cut] for cut in range(min(ENDING, len(word) - 1) + 1)}


def _of_xml(source: Source) -> list[tuple[str, str]]:
    return [(word.get("form", ""), word.get("polarity", "0")) for word in parse(source).iter("word")]


def _of_lines(source: Source) -> list[tuple[str, str]]:
    rows = [line.rstrip().split("\t") for _, line in source.lines()]
    return [(row[0], row[1]) for row in rows if len(row) > 1]
