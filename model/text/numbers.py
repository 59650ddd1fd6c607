"""What a number before a full stop is: one that counts, after which a sentence may end, or one of an order or list."""

from __future__ import annotations

import re

from model.text.abbreviations import CARDINAL, MONTHS, STREETS

#: Longest stretch before a number that is looked at, in code points, and how far behind "1." a list may go on.
WINDOW, LIST = 40, 400
#: What stands before the number at the end: a word, or a digit of the same number ("12,50", "19:30", a phone's).
BEFORE = re.compile(r"(?:([^\W\d_]+)[.:]?[ \t]{0,3}|\d[ \t]{0,3}|\d[,:])\d+\Z")
#: "5/5": no number of an order.
RATING = re.compile(r"\d/\d{1,3}\Z")
#: "12.50", "19:30", "2,5": a number of two.
AMOUNT = re.compile(r"\d[.,:]\d{1,2}\Z")
#: At the beginning of a line or behind a colon.
ITEM = re.compile(r"(?:(?:^|[\r\n])\s{0,3}(?:\d{1,2}|[a-h]|I{1,3}|IV|VI{0,3}|IX|X)|(?<!\d):\s{0,3}1)\Z")


def is_rating(text: str, start: int) -> bool:
    """Whether a rating such as "5/5" ends at `start`."""
    return RATING.search(text, max(0, start - WINDOW), start) is not None


def is_amount(text: str, start: int) -> bool:
    """Whether a price or a time ends at `start`."""
    return AMOUNT.search(text, max(0, start - WINDOW), start) is not None


def is_item(text: str, start: int) -> bool:
    """Whether what ends at `start` is the number or letter of an item: not "Note: 1.", after which a sentence ends."""
    found = ITEM.search(text, max(0, start - WINDOW), start)
    return found is not None and (found.group()[0] != ":" or not _counts(text, start))


def is_cardinal(text: str, start: int, language: str) -> bool:
    """Whether the number that ends at `start` is none of an order: "Str. 12", "Nr. 45", but "im 1." and "der 2."."""
    return language == "en" or _counts(text, start)


def _counts(text: str, start: int) -> bool:
    found = BEFORE.search(text, max(0, start - WINDOW), start)
    if found is None:
        return False
    word = (found[1] or "").lower()
    return not word or word in CARDINAL or word.endswith(STREETS)


def is_month(word: str) -> bool:
    """Whether a word goes on with the date that a number began."""
    return word.lower() in MONTHS
