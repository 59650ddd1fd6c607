"""From a text as it was sent to its sentences, and to what the network reads of each.

What portals added is left out; a sentence without a word, or a text that is a placeholder, has nothing to read and so
no aspects; long sentences are read in pieces. Offsets are always those of the text that was sent.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from model.text import plain_punkt
from model.text.casing import calm
from model.text.clauses import WORD, pieces, spans_of
from model.text.language import detect_language
from model.text.letters import plain_letters
from model.text.markers import HINT, kept
from model.text.marks import MARKED, words_as_read
from model.text.markup import clean
from model.text.placeholders import is_beginning, is_placeholder
from model.text.ratings import MAY_RATE, rated
from model.text.sentences import Sentence, sentences_of, split
from model.text.umlauts import MAY_BE_TYPED, with_umlauts

#: Whether the network reads all of a text.
Fits = Callable[[str], bool]


def read(
    text: str, language: str | None, fits: Fits, between: Callable[[], None] = lambda: None
) -> tuple[str, list[Sentence]]:
    """The language of a review, detected from the guest's own words unless given, and its sentences.

    `between`: see `model.text.sentences`.
    """
    cleaned = clean(text)
    marked = HINT.search(cleaned.text) is not None
    spans = kept(cleaned.text) if marked else ((0, len(cleaned.text)),)
    language = language or detect_language(" ".join(cleaned.text[start:end] for start, end in spans))
    silent = is_placeholder(cleaned.text)
    sentences = []
    for sentence in sentences_of(text, cleaned, spans, language, between):
        inputs = () if silent else inputs_of(sentence.inputs[0], fits)
        sentences.append(sentence if inputs == sentence.inputs else replace(sentence, cut=inputs))
    return language, sentences


def read_as_sent(
    text: str, language: str | None, between: Callable[[], None] = lambda: None
) -> tuple[str, list[Sentence]]:
    """The same for a checkpoint of the old service, which gave it every sentence whole and as it was written."""
    language = language or detect_language(text)
    return language, [replace(sentence, cut=None) for sentence in split(text, language, between)]


def read_in_old_sentences(
    text: str, fits: Fits, as_sent: bool, between: Callable[[], None] = lambda: None
) -> tuple[str, list[Sentence]]:
    """The same in the sentences of the old service, of which none is left out. `as_sent`: each is read whole and as it
    was written; else as `read` has it read.
    """
    sentences = []
    for index, (start, end) in enumerate(plain_punkt.spans(text, between)):
        written = text[start:end]
        cut = None if as_sent else inputs_of(clean(written).text, fits)
        sentences.append(Sentence(index=index, start=start, end=end, text=written, cut=cut))
    return detect_language(text), sentences


def inputs_of(sentence: str, fits: Fits) -> tuple[str, ...]:
    """What the network reads for a sentence: nothing if no word in it says anything, and pieces of a long one.

    White space is single, letters are plain and composed (NFC), and marks in words are left out, so that texts that
    look the same are judged the same, and so are those that shout or were typed without umlauts. Ratings are words.
    """
    worded = rated(sentence).text if MAY_RATE.search(sentence) else sentence
    words = _composed(worded).split()
    plain = calm(" ".join(word for word in _as_read(words) if word))
    if not any(character.isalnum() for character in plain) or is_beginning(plain):
        return ()
    return pieces(plain, fits)


def pieces_in(sentence: str) -> list[tuple[int, int]]:
    """Where in a sentence without markup the pieces are that `inputs_of` makes of it; one is all of it."""
    worded = rated(sentence)
    written = list(WORD.finditer(worded.text))
    read = _as_read([_composed(each[0]) for each in written])
    words = [(word, *each.span()) for word, each in zip(read, written, strict=True) if word]
    #: Where a word begins, and where it ends, as it is read -> as it is written.
    starts, ends, at = dict[int, int](), dict[int, int](), 0
    for word, start, end in words:
        starts[at], ends[at + len(word)] = worded.written(start), worded.written(end)
        at += len(word) + 1
    found = spans_of(calm(" ".join(word for word, _, _ in words)))
    return [(starts[start], ends[end]) for start, end in found] if len(found) > 1 else [(0, len(sentence))]


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", plain_letters(text))


def _as_read(words: Sequence[str]) -> list[str]:
    """What is read of each word; "" of one that is left out."""
    if not words:
        return []
    text = " ".join(words)
    if MARKED.search(text):
        text = " ".join(words_as_read(words))
    return (with_umlauts(text) if MAY_BE_TYPED.search(text) else text).split(" ")
