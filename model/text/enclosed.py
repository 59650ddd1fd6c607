"""Stops inside brackets and quotes that the sentence around goes on behind."""

from __future__ import annotations

import re

#: Longest stretch of a bracket or quote that is looked at, before a stop and behind it, in code points.
REACH = 120
#: What opens, and what closes it.
PAIRS = (("(", ")"), ("[", "]"), ("„", '“”"'), ("“", "”"), ("»", "«"), ("«", "»"), ("‚", "‘"))
OPENED = re.compile('["([„“»«‚]')
GOES_ON = re.compile(r"\s{0,3}([^\W\d_])")


def in_brackets(text: str, start: int, tail: int) -> bool:
    """Whether a bracket that was opened before is closed behind: "(riesig! und knusprig)"."""
    opened, closed = (text.rfind(bracket, max(0, start - REACH), start) for bracket in "()")
    if opened <= closed:
        return False
    again, closes = (text.find(bracket, tail, tail + REACH) for bracket in "()")
    return closes >= 0 and not 0 <= again < closes


def goes_on_around(text: str, begin: int, start: int, tail: int) -> bool:
    """Whether the stop text[start:tail] is inside a bracket or quote that was opened in the sentence that begins at
    `begin`, and small letters follow where it is closed: 'Das Motto "Gut. Günstig." stimmt nicht.' Where nothing is
    `OPENED` within `REACH` it is not.
    """
    first = max(begin, start - REACH)
    before, after = text[first:start], text[tail : tail + REACH]
    line = re.search(r"[\r\n]", after)
    after = after[: line.start()] if line else after
    if first == begin and before.count('"') % 2 and _closes(after, '"', '"'):
        return True
    for opening, closing in PAIRS:
        opened = before.rfind(opening)
        if opened >= 0 and opened > max(map(before.rfind, closing)) and _closes(after, opening, closing):
            return True
    return False


def _closes(after: str, opening: str, closing: str) -> bool:
    """Whether `after` has a closing mark, before another is opened, with a small letter behind it."""
    places = [place for place in map(after.find, closing) if place >= 0]
    if not places:
        return False
    closes, again = min(places), after.find(opening) if opening not in closing else -1
    if 0 <= again < closes or not after[:closes].strip() or after[closes - 1].isspace():
        return False
    following = GOES_ON.match(after, closes + 1)
    return following is not None and following[1].islower()
