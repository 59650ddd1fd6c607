"""Lists inside a line: "1. Essen super 2. Service top", "1) ... 2) ...", "a) ... b) ..."."""

from __future__ import annotations

import re

from model.text.abbreviations import JOINING

#: A number or letter that may be an item's, for a pattern that searches; its group is `mark`. It begins with a
#: character and looks back then, so that a search passes over other characters fast.
ITEM = (
    r"[0-9a-h(](?<![\w.,(].)(?:(?<=[0-9])[0-9]?|(?<=\()(?:[0-9]{1,2}|[a-h](?=\)))|(?<=[a-h])(?=\)))"
    r"(?P<mark>\.\)|[.)])(?=\s*+[^\W\d_]|\s++\S)"
)
#: How far a list's second item may be from its first, in code points.
WINDOW = 400
WORD_BEFORE = re.compile(r"([^\W\d_]{1,20})\s{1,3}\Z")


class Items:
    """Which items of one text begin sentences: those that count on from a first one."""

    def __init__(self, text: str) -> None:
        self._text = text
        #: What the next item of the list looks like; empty outside of a list.
        self._next = ""

    def begins(self, found: re.Match[str], begin: int) -> bool:
        """Whether a sentence begins at the item `found`; the sentence so far began at `begin`.

        Items are told in the order of the text. The first of a list stands where a sentence begins anyway, or behind a
        colon if the list goes on; "der 2. Gang" and "1. und 2. Stock" count nothing.
        """
        text, start, label = self._text, found.start(), found.group().strip("(.)")
        follower = found.group().replace(label, str(int(label) + 1) if label.isdigit() else chr(ord(label) + 1))
        before = text[max(begin, start - 24) : start]
        if not before.strip():
            self._next = follower
            return False
        if before.rstrip().endswith(":") and label in ("1", "a") and follower in text[start : start + WINDOW]:
            self._next = follower
            return True
        if found.group() != self._next or not before[-1].isspace():
            return False
        word = WORD_BEFORE.search(before)
        if word and word[1].lower() in JOINING:
            return False
        self._next = follower
        return True
