"""Ratings in figures, read as words: "Service: 2/5" as "Service: schlecht", "Note 1" as "super".

Portals put them under reviews ("Essen: 5/5", "Atmosphäre: 3/5"), and guests write them. A network that reads texts does
not compare figures: to `kritiq-mini` a service of 5/5 was bad and food of 1/5 good.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

#: What a rating is read as, from which share of the best one on. Both main languages have these words.
WORDS = ((0.7, "super"), (0.46, "okay"), (0.0, "schlecht"))
#: German school grades, of which 1 is the best, as such a share.
GRADES = {1: 1.0, 2: 0.8, 3: 0.5, 4: 0.5, 5: 0.0, 6: 0.0}

_NUMBER, _BEST = r"\d{1,2}(?:[.,]\d)?", r"(?:5|10)"
_UNIT = r"(?:Sternen?|Punkten?|Stars?|Points?)"
#: Of "1/5 Liter" and "am 3/10", in which nothing is rated.
_NO_SHARE = (
    r"(?![\d/%°]|[.,]\d|\s?(?:l|dl|ml|liter|der|des|of|uhr|h|jan\w*|feb\w*|m[äa]r\w*|apr\w*|ma[iy]|jun\w*|jul\w*)\b)"
)
_NO_DATE = r"(?<![\d./,€$-])(?<!\d:)(?<!\bam\s)(?<!\bvom\s)(?<!\bon\s)(?<!\bseit\s)(?<!\bbis\s)(?<!\bdie\s)(?<!\bder\s)"
#: What stars belong to that are no rating of the guest's, and what takes some off.
_OTHER_STARS = (
    "abzug|weniger|mehr|zu\\s(?:viel|wenig)|hotel|haus|koch|küche|restaurant|lokal|niveau|off|less|more|too|chef"
)
_NO_STARS = rf"(?![\w-]|\s?(?:{_OTHER_STARS}))"
RATING = re.compile(
    rf"{_NO_DATE}(?P<share>{_NUMBER})\s?/\s?(?P<of>{_BEST})(?:\s?{_UNIT}\b)?{_NO_SHARE}"
    rf"|{_NO_DATE}(?P<count>{_NUMBER})\s(?:von|out\sof|of)\s(?P<best>{_BEST}|fünf|zehn|five|ten)(?:\s{_UNIT}\b|(?=\s*(?:[.,!?;)]|$)))"
    rf"|{_NO_DATE}(?<!\bminus\s)(?<!\bmichelin\s)(?<!\bmit\s)(?P<stars>[0-5](?:[.,]5)?)\s?(?:Sterne?|Stars?){_NO_STARS}"
    r"|(?<![★⭐])(?P<full>[★⭐]{1,4})(?P<empty>☆{1,4})"
    r"|\b(?:Schul)?Note:?\s?(?P<grade>[1-6])(?:[.,]\d|[+-])?(?![\w.,:/])",
    re.IGNORECASE,
)
#: Without one of these a text has no rating, so that most are not searched.
MAY_RATE = re.compile(r"[0-9]\s?(?:/|von|out|of|ster|star)|note|☆", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rated:
    """A text with ratings as words, and the way back."""

    text: str
    #: Where in it what follows a rating begins, ascending, and how much further on that is in the text as written.
    after: tuple[int, ...] = ()
    shifts: tuple[int, ...] = ()

    def written(self, offset: int) -> int:
        """Where in the text as written something begins, or with one past its last character ends, that begins or ends
        here."""
        place = bisect_right(self.after, offset)
        return offset + (self.shifts[place - 1] if place else 0)


def rated(text: str) -> Rated:
    """The text with its ratings as words."""
    if not MAY_RATE.search(text):
        return Rated(text)
    parts, after, shifts = list[str](), list[int](), list[int]()
    position = length = 0
    for found in RATING.finditer(text):
        if (word := _word(found)) is None:
            continue
        start = found.start()
        parts += text[position:start], word
        length += start - position
        if start and text[start - 1] == ":":
            # "Essen:5/5"
            parts.insert(-1, " ")
            length += 1
            after.append(length)
            shifts.append(start - length)
        length += len(word)
        position = found.end()
        after.append(length)
        shifts.append(position - length)
    return Rated("".join((*parts, text[position:])), tuple(after), tuple(shifts))


def _word(found: re.Match[str]) -> str | None:
    """None for what is no rating after all: 12 of 10."""
    if found["grade"]:
        share = GRADES[int(found["grade"])]
    elif found["full"]:
        share = len(found["full"]) / (len(found["full"]) + len(found["empty"]))
    else:
        best = (found["of"] or found["best"] or "5").lower()
        share = _figure(found["share"] or found["count"] or found["stars"]) / {
            "fünf": 5, "five": 5, "zehn": 10, "ten": 10
        }.get(best, 0 if not best.isdigit() else int(best))  # fmt: skip
    if share > 1:
        return None
    return next(word for least, word in WORDS if share >= least)


def _figure(written: str) -> float:
    return float(written.replace(",", "."))
