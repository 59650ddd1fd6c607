"""Whether a stop ends a sentence: Punkt's judgement of full stops, and the rules for what newspapers lack."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer
from punkt import load_model

from model.text.abbreviations import (
    CLOSING,
    COMPOUNDS,
    DAYS,
    ENDING,
    FOLLOWERS,
    IN_STREETS,
    LEADING,
    LOUD_NAMES,
    NAMED,
    NOUNS_OPENING,
    OPENERS,
    words,
)
from model.text.cut_short import has_no_vowel, is_cut_adjective, is_cut_short, is_written_small
from model.text.enclosed import OPENED, REACH, goes_on_around, in_brackets
from model.text.glued import space_is_missing
from model.text.numbers import is_amount, is_cardinal, is_item, is_month, is_rating
from model.text.telegram_words import NOUNS

#: Punkt models by language; any other language is split by the first.
PUNKT = {"de": "german", "en": "english"}

#: Longest stretch of a word that is looked at, in code points; longer ones are no words.
WINDOW = 40

#: Quotes and brackets that may follow a stop and belong to it.
CLOSERS = "\"'’”“»«›‹)]}*_~"
#: Stops of other scripts: Chinese and Japanese, Arabic, Urdu, Indian, Armenian, Ethiopian.
FOREIGN = "。．｡！？؟۔।॥։።"
#: Stops that end a sentence whatever stands before them.
LOUD = frozenset(f"!?‽‼⁇⁈⁉{FOREIGN}")
SPACE = re.compile(r"\s*+")
OPENING = re.compile(r"[\"'„“»«‚‘(\[*_~\-–—]*+")
WORD_BEFORE = re.compile(r"[^\s\"'„“”»«()\[\]!?…,;:/]*\Z")
WORD_AFTER = re.compile(rf"\w[\w.'’-]{{0,{WINDOW}}}")
#: "u. v. m.", "i. d. R." and "z. B.", "d. h." written with spaces: the longer ones are looked for first.
SPACED = (
    re.compile(r"(?:^|\s)[^\W\d_]\.\s[^\W\d_]\.\s[^\W\d_]\Z"),
    re.compile(r"(?:^|\s)[^\W\d_]\.\s[^\W\d_]\Z"),
)
#: "(Bild 1.).", "(usw.)!": what was opened is closed, and then the sentence around it ends.
AROUND = re.compile(rf"[{re.escape(CLOSERS)}]+(?:[.!?]|[{FOREIGN}])")
#: What follows a "So." that is no Sunday as well as what opens a sentence, and what follows a day of opening hours.
NOW = words("jetzt nun heute gestern")
OPENING_HOURS = words("ab von bis ganztägig mittags abends")
#: Between abbreviations that are written together.
LABELS = re.compile(r"\.?[-–—/]|\.")
#: What joins an abbreviation to what follows, and signs before a number that it may count.
JOINS = ("&", "-", "–", "—", "/")
BEFORE_DIGITS = ("$", "€", "£", "¥", "#")
#: What is joined to the letters behind it: "war's", "don't".
JOINED = re.compile(r"[^\W\d_]+['’]\Z")
#: "facebook.com/speise": a stop is part of the address.
PATH = re.compile(r"\w\.[a-z]{2,10}/\S*\Z")
#: "Bei Yahoo! war es": the mark is part of the name.
LOUD_NAME = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, LOUD_NAMES))})\Z", re.IGNORECASE)
#: "Ludwig II.": numbers of kings, wars and halls.
ROMAN = re.compile(r"(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})")


def match_end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def ends(text: str, begin: int, start: int, end: int, tail: int, language: str) -> bool:
    """Whether the stop text[start:end], which with quotes and emoji reaches to `tail`, ends the sentence that begins
    at `begin`.
    """
    if tail >= len(text):
        return False
    stop = text[start:end]
    after = match_end(SPACE, text, tail)
    spaced = after > tail
    opened = match_end(OPENING, text, after)
    found = WORD_AFTER.match(text, opened)
    following = found.group() if found else ""
    begins_low = following[:1].islower()
    # "„Das passt.“ meinte er", "Es war klein (drei Tische.) und laut": the sentence around it goes on.
    inside = (tail > end and text[end] in CLOSERS) or (begins_low and in_brackets(text, start, tail))
    if spaced and "\n" in text[tail : min(after, tail + WINDOW)]:
        return True
    if not following:
        # "Mo. - Fr.", "Mr. & Mrs.", "approx. $20"
        goes_on = text[after : after + 1] in JOINS or text[opened : opened + 1] in BEFORE_DIGITS
        joins = stop == "." and goes_on and _leads(text, start, language)
        return spaced and opened < len(text) and text[opened] not in ",;:" and not joins
    if OPENED.search(text, max(begin, start - REACH), start) and goes_on_around(text, begin, start, tail):
        return False
    if AROUND.match(text, end, tail):
        return spaced or following[0].isupper()
    if not LOUD.isdisjoint(stop):
        if begins_low and LOUD_NAME.search(text, max(0, start - WINDOW), end):
            return False
        return not (begins_low and inside) and text[after] not in ",;:-" and (spaced or not following[0].isdigit())
    if stop == ".." and not _leads(text, start, language):
        # Somebody's full stop. Three and more are a pause as often, and before a small letter the sentence goes on.
        return not (begins_low and inside) and (spaced or following[0].isalpha())
    if len(stop) > 1 or stop == "…":
        return not begins_low and (spaced or following[0].isupper())
    if begins_low and inside:
        return False
    # Behind a stop without a space, where this sentence begins: "kalt.Nr. 7"
    before = WORD_BEFORE.search(text, max(begin, start - WINDOW), start)
    word = before.group() if before else ""
    if before and (joined := JOINED.search(text, max(0, start - WINDOW), before.start())):
        word = joined.group() + word
    first = following.partition("'")[0].rstrip(".-’").lower()
    opens = following[0].isupper() and first in OPENERS[language]
    if is_rating(text, start):
        return (spaced or following[0].isupper() or len(following) > 2) and not is_month(following)
    if not spaced and tail == end:
        if is_amount(text, start):
            return opens
        if text.startswith("@", opened + len(following)):
            return False
        named = begins_low and PATH.search(text, max(0, start - WINDOW), start)
        return opened == after and not named and space_is_missing(word, following, language)
    if is_item(text, start):
        return False
    alone = not text[max(begin, start - len(word) - WINDOW) : start - len(word)].strip()
    if alone and len(word) == 1 and word.isupper():
        return False  # "A. Essen kalt. B. Service langsam."
    if word == "So" and language == "de" and alone:
        # "So. Jetzt reicht es.", but "So. Ruhetag".
        return (opens or (first in NOW and not begins_low)) and first not in OPENING_HOURS
    if not alone and opens and first not in NOUNS_OPENING[language] and first not in OPENING_HOURS:
        # "Danke an Frau M. Sie war nett.", "Wir waren am Sa. Es war voll.": what follows is neither a name nor a noun.
        initial = len(word) == 1 and word.isupper() and not ROMAN.fullmatch(word) and _spaced(text, start) is None
        if initial or word.lower() in ENDING[language]:
            return True
    if len(word) == 1 and word.isalpha():
        if text[after : after + 1].isalpha() and text[after + 1 : after + 2] == ".":
            return False  # half of "z. B." or "d. h."
        if (halves := _spaced(text, start)) is not None:
            word = halves
            if word.lower() not in LEADING[language] | CLOSING[language]:
                return False
    if word.isdigit() and not begins_low and is_cardinal(text, start, language):
        return not is_month(following)
    return _full_stop_ends(word, following, language)


def _spaced(text: str, start: int) -> str | None:
    """The abbreviation that ends at `start` and is written with spaces: "z.B" of "z. B."."""
    found = [each.search(text, max(0, start - WINDOW), start) for each in SPACED]
    written = ["".join(halves.group().split()) for halves in found if halves]
    known = (each for each in written if any(each.lower() in names for names in (*LEADING.values(), *CLOSING.values())))
    return next(known, written[-1] if written else None)


def _leads(text: str, start: int, language: str) -> bool:
    """Whether the word that ends at `start` is an abbreviation, which ends no sentence by itself."""
    before = WORD_BEFORE.search(text, max(0, start - WINDOW), start)
    return before is not None and before.group().lower() in LEADING[language] | CLOSING[language]


@lru_cache(maxsize=1 << 15)
def _full_stop_ends(word: str, following: str, language: str) -> bool:
    """Whether "word. following" is two sentences."""
    stem = word.lower().rstrip(".")
    known = LEADING[language] | CLOSING[language]
    labels = LABELS.split(stem)
    if len(labels) > 1 and stem not in known and known.issuperset(labels):
        stem = labels[-1]  # "Tel.Nr.", "usw.usf.", "Mo.–Fr."
    first = following.partition("'")[0].rstrip(".-’").lower()
    capital = following[0].isupper() and first in OPENERS[language]
    if ROMAN.fullmatch(word):
        return capital
    if stem.isdigit():
        return (capital or len(stem) == 4) and not following[0].islower() and not is_month(following)
    if stem == "no" and following[0].isdigit():
        return False
    if stem in LEADING[language] and not (word.isupper() and len(word) > 3):
        # "so." and "do." are both days and words: a word that opens a sentence settles it. "No." numbers but numbers.
        if language == "en" and stem == "no":
            return following[0].isupper()
        return capital and stem in ("so", "do", "mag", "mar", "may", "sat", "sun", "ms") and word.islower()
    if stem in CLOSING[language] or (language == "de" and has_no_vowel(word)):
        return capital or (following[0].isupper() and _begins(stem, first, language))
    if language == "de" and stem.endswith("str") and (following[0].isdigit() or first in IN_STREETS):
        return False
    if language == "de" and _goes_on(following) and (stem.endswith(COMPOUNDS) or is_cut_short(word)):
        return False
    if language == "de" and is_cut_adjective(stem):
        # Before a noun, too: "vegetar. Gerichte".
        begins = first not in NOUNS and (capital or _begins(stem, first, language))
        return begins if following[0].isupper() else not _goes_on(following)
    return _punkt(language).text_contains_sentbreak(f"{word[-WINDOW:]}. {following}") or not stem


def _begins(stem: str, first: str, language: str) -> bool:
    """Whether a word with a capital begins a sentence behind "20 Min.", where a noun may stand: "Wartezeit"."""
    if language == "en":
        return stem not in NAMED and first not in DAYS
    return is_written_small(first)


def _goes_on(following: str) -> bool:
    """Whether a small word may follow a noun: "war" or "und", but not "leider" or "die", with which people begin."""
    return following[0].islower() and (following not in OPENERS["de"] or following in FOLLOWERS)


@cache
def _punkt(language: str) -> PunktSentenceTokenizer:
    """NLTK's tokenizer over the parameters of the package, our abbreviations added. Built on first use, 30 ms."""
    parameters = as_learned(language)
    parameters.abbrev_types |= LEADING[language] | CLOSING[language]
    # Learned from newspapers: letters and names that in reviews are units or the ends of sentences.
    parameters.abbrev_types -= {"bd", "gir", "ne", "th", "med", "t", "h", "ff"}
    parameters.sent_starters |= OPENERS[language]
    return PunktSentenceTokenizer(parameters)


def as_learned(language: str) -> PunktParameters:
    """The parameters of the package, to be changed; its own know no word that they have not learned."""
    learned = load_model(PUNKT[language])
    parameters = PunktParameters()
    parameters.abbrev_types = set(learned.abbrev_types)
    parameters.collocations = set(learned.collocations)
    parameters.sent_starters = set(learned.sent_starters)
    for word, context in learned.ortho_context.items():
        parameters.add_ortho_context(word, context)
    return parameters
