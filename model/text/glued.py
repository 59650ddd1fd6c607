"""Whether a space is missing behind a full stop: "gutes essen.netter service", but not "lieferando.de" or "menü.pdf".

Where a name may be meant, the stop is part of it: an address is worth more whole than two sentences are apart.
"""

from __future__ import annotations

import re

from model.text.abbreviations import CLOSING, LEADING, OPENERS, words
from model.text.cut_short import is_cut_adjective, is_cut_topic

#: What web addresses end in, beside two letters; those that are words of reviews ("bar", "restaurant") are left out.
DOMAINS = words(
    """com net org info biz edu gov app dev shop blog gmbh berlin hamburg koeln cologne wien tirol bayern nrw saarland
    ruhr swiss zuerich london nyc"""
)
#: What names of files end in.
FILES = words("pdf jpg jpeg png gif htm html php asp doc docx xls xlsx csv txt zip rar mp3 mp4 exe apk")
#: Openers that are also the ends of web addresses.
OPENING_DOMAINS = words("it at in so es am im")
#: Words of two letters that end sentences as they stand.
SHORT = words("ok ja zu da")
#: What stands in names of accounts and tags, and in no word.
SIGNS = frozenset("@#_")
#: What stands behind the figures of an amount. None of an empty word.
AMOUNTS = ("€", "$", "£", "%", "°")
APOSTROPHE = re.compile("['’]")
#: What is both a word and cut short.
WORDS = words("art port mag mind bes may sat sun fig ext")


def space_is_missing(word: str, following: str, language: str) -> bool:
    """Whether "word.following" is the end of one sentence and the beginning of another.

    Both reach to the next spaces, so that other stops may be in them.
    """
    last = word.rpartition(".")[2]
    labels = following.rstrip(".-'’").split(".")
    first = labels[0].partition("-")[0]
    if word[-1:] in AMOUNTS:
        # "Wir zahlten 45€.Das war ok."
        return first in OPENERS[language] or (first[:1].isupper() and len(first) > 1)
    if not word:
        return following[0].isupper() and len(first) > 1 and not first.isupper()
    if len(word) == 2 and word.isalpha() and word not in LEADING[language] | CLOSING[language] and word not in SHORT:
        # "Wir waren da.Es war toll": too short for a sentence unless a word that opens one says so.
        title = first.istitle() or (len(first) > 2 and len(labels) == 1 and first not in OPENING_DOMAINS)
        return word.islower() and title and first.lower() in OPENERS[language]
    if (
        not last.isalpha()
        or not first.isalnum()
        or (len(word) < 3 and word not in SHORT)
        or ("." in word and len(word) < 6)
    ):
        return False
    cut = _is_abbreviation(word, last, language)
    if following[:1].isdigit():
        return not cut and word[-1].islower() and not following[-1].isalpha()
    if following[:1].isupper():
        if cut:
            # "Prof.Dr.Müller", but "Pizza usw.Der Service"
            return last.lower() in CLOSING[language] and first.lower() in OPENERS[language]
        # "NIE WIEDER.DAS ESSEN", but "LOKAL.DE"
        small = [label.lower() for label in labels]
        shouting = word.isupper() and first.isupper() and (small[0] in OPENERS[language] or not _is_name(small))
        return (word[-1].islower() or shouting) and (len(first) > 1 or first in ("I", "A"))
    first = APOSTROPHE.split(first)[0]
    if not SIGNS.isdisjoint(word) or cut or (len(last) < 3 and last not in SHORT):
        return False
    if len(labels) == 1 and first in OPENERS[language]:
        return first not in OPENING_DOMAINS
    return not _is_name(labels) and len(first) > 2 and first.isalpha()


def _is_name(labels: list[str]) -> bool:
    """Whether what follows the stop goes on or ends like the name of a site or a file: "de", "co.uk", "pdf"."""
    return any(label in DOMAINS | FILES for label in (labels[0], labels[-1])) or len(labels[-1]) == 2


def _is_abbreviation(word: str, last: str, language: str) -> bool:
    known, lower = LEADING[language] | CLOSING[language], last.lower()
    if lower in WORDS:
        return False
    return (
        word.lower() in known
        or lower in known
        or (language == "de" and (is_cut_adjective(lower) or is_cut_topic(lower)))
    )
